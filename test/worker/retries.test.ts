import { describe, expect, test } from 'vitest';
import { endsWhenSignalled } from '../support/ends-when-signalled.js';
import { Site, type Hand, type Script } from '../support/protocol.js';

const fails: Script = (run) => run.exit(1);
const failureFiles = async (site: Site): Promise<string[]> =>
  (await site.fs.list('/work')).filter((name) => /^cooperate_\d+$/.test(name));

async function attempts(site: Site, hand: Hand, count: number): Promise<void> {
  for (let tries = 0; hand.runs.length < count; tries++) {
    if (tries > 2000) throw new Error('it does not run so often');
    await site.clock.advance(50);
  }
}

describe('--retries', () => {
  test('runs a failed entry again, as its next attempt, and only the last failure counts', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', {
      retries: 2,
      script: (run, command) => run.exit(command === 'a' ? 3 : 0),
    });
    const { ended, failed } = await ada.finish();
    expect({ ended, failed }).toEqual({ ended: 2, failed: 1 });
    expect(site.ran).toEqual(['a', 'a', 'a', 'b']);
    expect(ada.runs.map(({ command }) => command.env['COOPERATE_ATTEMPT'])).toEqual(['1', '2', '3', '1']);
    expect(await failureFiles(site)).toEqual(['cooperate_0']);
    expect((await site.fs.read('/work/cooperate_0')).bytes.toString()).toContain('# attempt: 3');
    expect(ada.told('retrying')).toEqual([
      { tell: 'retrying', entry: 0, left: 2, afterMs: 1000 },
      { tell: 'retrying', entry: 0, left: 1, afterMs: 2000 },
    ]);
    expect(await site.pending()).toEqual([]);
  });

  test('that succeed in the end leave no failure behind', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', {
      retries: 5,
      maxFailures: 1,
      script: (run) => run.exit(site.spawns.length < 3 ? 1 : 0),
    });
    expect(await ada.finish()).toMatchObject({ ended: 1, failed: 0 });
    expect(await failureFiles(site)).toEqual([]);
    expect(ada.runs).toHaveLength(3);
  });

  test('wait longer each time, up to a minute', async () => {
    const site = await Site.with([['a']]);
    const begun: number[] = [];
    const ada = site.worker('ada', {
      retries: 9,
      script(run) {
        begun.push(site.clock.monotonic());
        run.exit(1);
      },
    });
    await ada.finish();
    const pauses = begun.slice(1).map((at, i) => Math.round((at - (begun[i] ?? 0)) / 1000));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('do not hold up the other slots', async () => {
    const site = await Site.with([['bad'], ['b'], ['c'], ['d']]);
    const ada = site.worker('ada', {
      slots: 2,
      retries: 3,
      script: (run, command) => run.exit(command === 'bad' ? 1 : 0),
    });
    const work = ada.work();
    await attempts(site, ada, 5);
    expect(site.ran.filter((command) => command !== 'bad')).toEqual(['b', 'c', 'd']);
    await site.until(work);
    expect(site.count('bad')).toBe(4);
  });

  test('end with Ctrl-C while they wait: the entry is pending again, and nobody else has run it', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { retries: 3, script: fails });
    const work = ada.work();
    await attempts(site, ada, 3);
    await site.clock.advance(100);
    ada.stop.request('SIGINT');
    const { ended, failed } = await site.until(work);
    expect({ ended, failed }).toEqual({ ended: 0, failed: 0 });
    expect(await site.pending()).toEqual(['a']);
    expect(await failureFiles(site)).toEqual([]);
    const ben = site.worker('ben');
    expect(await ben.finish()).toMatchObject({ ended: 1, failed: 0 });
    expect(ben.runs[0]?.command.env['COOPERATE_ATTEMPT']).toBe('4');
  });

  test('of a worker that dies meanwhile leave a failed entry, neither lost nor pending', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { retries: 3, script: fails, elsewhere: false });
    void ada.work();
    await attempts(site, ada, 1);
    await site.clock.advance(100);
    site.kill(ada);
    const { findings } = await site.worker('ben').finish();
    expect(findings?.lost).toEqual([]);
    expect(site.ran).toEqual(['a']);
    expect(await site.pending()).toEqual([]);
  });

  test('include what could not be started and what took too long', async () => {
    const site = await Site.with([['a'], ['slow']]);
    const ada = site.worker('ada', {
      retries: 1,
      timeoutMs: 5000,
      script(run, command) {
        if (command === 'a') {
          run.end({ is: 'unstartable', code: 'ENOENT', problem: 'no such command' });
          return;
        }
        void endsWhenSignalled(run, command);
      },
    });
    expect(await ada.finish()).toMatchObject({ ended: 2, failed: 2 });
    expect(site.ran).toEqual(['a', 'a', 'slow', 'slow']);
    expect(await failureFiles(site)).toHaveLength(2);
  });
});
