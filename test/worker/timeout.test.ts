import { describe, expect, test } from 'vitest';
import { endsWhenSignalled } from '../support/ends-when-signalled.js';
import { Site, unmark, type Hand, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;

async function started(site: Site, hand: Hand, count = 1): Promise<void> {
  for (let tries = 0; hand.runs.length < count; tries++) {
    if (tries > 500) throw new Error('it does not run');
    await site.clock.advance(1);
  }
}

describe('--timeout', () => {
  test('ends a run that takes longer with SIGTERM, and after ten seconds with SIGKILL', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { timeoutMs: 90_000, script: goesOn });
    const work = ada.work();
    await started(site, ada);
    await site.clock.advance(89_000);
    expect(ada.runs[0]?.signals).toEqual([]);
    await site.clock.advance(1_000);
    expect(ada.runs[0]?.signals).toEqual(['SIGTERM']);
    await site.clock.advance(9_900);
    expect(ada.runs[0]?.signals).toEqual(['SIGTERM']);
    await site.clock.advance(200);
    expect(ada.runs[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGKILL' });
    expect(await site.until(work)).toMatchObject({ ended: 1, failed: 1 });
    const text = (await site.fs.read('/work/cooperate_0')).bytes.toString();
    expect(text).toContain('# timed out: it took longer than 1m30s\n# signal: SIGKILL\n');
    expect(site.clock.waiting).toBe(0);
  });

  test('has failed, even when the command then says that all is well', async () => {
    const site = await Site.with([['b'], ['a']]);
    const ada = site.worker('ada', {
      timeoutMs: 1_000,
      script: (run, command) => (command === 'b' ? run.exit() : undefined),
    });
    const work = ada.work();
    await started(site, ada, 2);
    await site.clock.advance(1_000);
    ada.runs[1]?.exit(0);
    expect(await site.until(work)).toMatchObject({ ended: 2, failed: 1 });
    // Nobody takes it for a success: with its mark taken away it is run again.
    await site.edit(unmark('a'));
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.ran).toEqual(['b', 'a', 'a']);
    expect(ben.told('succeeded-before')).toEqual([]);
  });

  test('leaves alone what ends in time, with no timer left', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', {
      timeoutMs: 1_000,
      async script(run) {
        await site.clock.wait(900);
        run.exit(0);
      },
    });
    expect(await ada.finish()).toMatchObject({ ended: 2, failed: 0 });
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual([]);
    expect(site.clock.waiting).toBe(0);
  });

  test('is for each run by itself, in all slots', async () => {
    const site = await Site.with([['a'], ['b'], ['c']]);
    const ada = site.worker('ada', {
      slots: 2,
      timeoutMs: 10_000,
      script: (run, command) => (command === 'a' ? endsWhenSignalled(run, command) : run.exit()),
    });
    expect(await ada.finish()).toMatchObject({ ended: 3, failed: 1 });
    expect(ada.runs.map(({ signals }) => signals)).toEqual([['SIGTERM'], [], []]);
  });

  test('counts as what it is when the worker is told to stop during the grace', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', { timeoutMs: 1_000, script: goesOn });
    const work = ada.work();
    await started(site, ada);
    await site.clock.advance(2_000);
    ada.stop.request('SIGINT');
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGINT' });
    expect(await site.until(work)).toMatchObject({ ended: 1, failed: 1 });
    expect(await site.pending()).toEqual(['b']);
  });

  test('of more than any timer can be set for does not end a run at once', async () => {
    const site = await Site.with([['a']]);
    const wait = site.clock.wait.bind(site.clock);
    // Real timers end at 2 ** 31 ms, which is many heartbeats.
    const longest = 2 ** 21;
    site.clock.wait = (ms, signal) => wait(Math.min(ms, longest), signal);
    const ada = site.worker('ada', { timeoutMs: 2 * longest, script: goesOn });
    const work = ada.work();
    await started(site, ada);
    await site.clock.advance(longest + 1000);
    expect(ada.runs[0]?.signals).toEqual([]);
    ada.runs[0]?.exit();
    await site.until(work);
  });
});
