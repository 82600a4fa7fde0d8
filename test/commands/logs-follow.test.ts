import { describe, expect, test } from 'vitest';
import { followLogs } from '../../src/commands/logs-follow.js';
import { chooseRuns, type WhichRuns } from '../../src/commands/logs.js';
import { Site, unmark, type Hand, type Script } from '../support/protocol.js';
import { lookingOf, SeenLogs } from '../support/logs.js';

const LOG = '/work/exp.json.cooperate/1/logs/ada.log';
const goesOn: Script = () => undefined;

interface Following {
  readonly seen: SeenLogs;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

async function following(
  site: Site,
  entries: number[],
  { tail, ...which }: WhichRuns & { readonly tail?: number } = {},
): Promise<Following> {
  const seen = new SeenLogs();
  const stop = new AbortController();
  const looking = lookingOf(site);
  const snapshot = await looking.look();
  const chosen = await chooseRuns(site.fs, snapshot, entries, { ...which, follow: true });
  const ended = followLogs({ looking, sink: seen, signal: stop.signal }, snapshot, chosen, tail);
  return { seen, stop, ended };
}

/** Time passes until it shows this. */
async function shows(site: Site, { seen }: Following, text: string): Promise<void> {
  for (let tries = 0; !seen.text.includes(text); tries++) {
    if (tries > 300) throw new Error(`it shows ${seen.text} and never ${text}`);
    await site.clock.advance(100);
  }
}

async function says(site: Site, { seen }: Following, say: string): Promise<void> {
  for (let tries = 0; !seen.said.includes(say); tries++) {
    if (tries > 300) throw new Error(`it says ${seen.said.join()} and never ${say}`);
    await site.clock.advance(100);
  }
}

async function runningOn(site: Site, count = 1): Promise<Hand> {
  const ada = site.worker('ada', { script: goesOn });
  for (const claim of await ada.claim(count)) await ada.begin(claim);
  return ada;
}

describe('following a run', () => {
  test('shows what it prints as it comes, and ends with it', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = await runningOn(site);
    await ada.runs[0]?.print('one\n');
    const it = await following(site, [0]);
    await shows(site, it, 'one\n');
    await ada.runs[0]?.print('two');
    await shows(site, it, 'two');
    await ada.runs[0]?.print(' and three\n');
    ada.runs[0]?.exit(3);
    await site.until(it.ended);
    expect(it.seen.text).toBe('[0.1]one\ntwo and three\n');
    expect(it.seen.remarks).toMatchObject([{ say: 'ended', logged: { run: { end: { code: 3 } } } }]);
  });

  test('shows nothing of the next one in the same file', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', { script: goesOn });
    const [a, b] = await ada.claim(2);
    await ada.begin(a);
    const it = await following(site, [0]);
    await ada.runs[0]?.print('mine\n');
    await shows(site, it, 'mine\n');
    ada.runs[0]?.exit();
    await site.clock.advance(0);
    await ada.begin(b);
    await ada.runs[1]?.print('of another\n');
    await site.until(it.ended);
    expect([it.seen.text, it.seen.said]).toEqual(['[0.1]mine\n', ['ended']]);
  });

  test('that has ended prints it and says no more', async () => {
    const site = await Site.with([['a']]);
    const script: Script = async (run) => {
      await run.print('all\n');
      run.exit();
    };
    await site.worker('ada', { script }).finish();
    const it = await following(site, [0]);
    await site.until(it.ended);
    expect([it.seen.text, it.seen.said]).toEqual(['[0.1]all\n', []]);
  });

  test('begins with the last lines when these are asked for', async () => {
    const site = await Site.with([['a']]);
    const ada = await runningOn(site);
    await ada.runs[0]?.print('one\ntwo\n');
    const it = await following(site, [0], { tail: 1 });
    await shows(site, it, 'two\n');
    await ada.runs[0]?.print('three\n');
    ada.runs[0]?.exit();
    await site.until(it.ended);
    expect(it.seen.text).toBe('[0.1]two\nthree\n');
  });

  test('ends when its worker is found dead, with all that it wrote', async () => {
    const site = await Site.with([['a']]);
    const ada = await runningOn(site);
    const it = await following(site, [0]);
    await ada.runs[0]?.print('last words');
    site.kill(ada);
    await site.until(it.ended);
    expect(it.seen.text).toBe('[0.1]last words');
    expect(it.seen.remarks).toMatchObject([{ say: 'ended', logged: { state: 'lost' } }]);
  });

  test('of several shows each where it prints, and ends with the last', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', { slots: 2, script: goesOn });
    const done = ada.work();
    for (let i = 0; i < 100 && ada.runs.length < 2; i++) await site.clock.advance(20);
    const [first, second] = ada.runs;
    const it = await following(site, [0, 1]);
    await first?.print('a1\n');
    await shows(site, it, 'a1\n');
    await second?.print('b1\n');
    await shows(site, it, 'b1\n');
    first?.exit();
    await says(site, it, 'ended');
    await second?.print('b2\n');
    second?.exit(1);
    await site.until(it.ended);
    await site.until(done);
    expect(it.seen.text).toBe('[0.1]a1\n[1.1]b1\nb2\n');
    expect(it.seen.said).toEqual(['ended', 'ended']);
  });

  test('stops when it is told to, though the run goes on', async () => {
    const site = await Site.with([['a']]);
    await runningOn(site);
    const it = await following(site, [0]);
    await site.clock.advance(5000);
    it.stop.abort();
    await site.until(it.ended);
    expect(it.seen.said).toEqual([]);
  });

  test('stops when nobody reads any more', async () => {
    const site = await Site.with([['a']]);
    await runningOn(site);
    const it = await following(site, [0]);
    it.seen.isClosed = true;
    await site.until(it.ended);
  });

  test('waits for bytes that this host does not see yet, and says what never comes', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = await runningOn(site);
    const it = await following(site, [0]);
    await ada.runs[0]?.print('all of it\n');
    const whole = (await site.fs.read(LOG)).bytes;
    await site.fs.write(LOG, Buffer.from('all'));
    ada.runs[0]?.exit();
    await shows(site, it, 'all');
    await site.clock.advance(30_000);
    expect(it.seen.said).toEqual([]);
    await site.fs.write(LOG, whole.subarray(0, 6));
    await shows(site, it, 'all of');
    await site.until(it.ended);
    expect(it.seen.remarks).toMatchObject([{ say: 'bytes-missing', bytes: 4 }, { say: 'ended' }]);
  });

  test('says so when the file is deleted under it', async () => {
    const site = await Site.with([['a']]);
    const ada = await runningOn(site);
    const it = await following(site, [0]);
    await ada.runs[0]?.print('one\n');
    await shows(site, it, 'one\n');
    await site.fs.unlink(LOG);
    await site.until(it.ended);
    expect(it.seen.remarks).toMatchObject([{ say: 'none', none: [{ why: { is: 'deleted' } }] }]);
  });

  test('goes on after trouble with the filesystem, which it tells once', async () => {
    const site = await Site.with([['a']]);
    const ada = await runningOn(site);
    const it = await following(site, [0]);
    const heal = site.fs.faults.fail('readFrom', '/logs/', 'EIO');
    await ada.runs[0]?.print('one\n');
    await says(site, it, 'trouble');
    await site.clock.advance(10_000);
    heal();
    await shows(site, it, 'one\n');
    ada.runs[0]?.exit();
    await site.until(it.ended);
    expect(it.seen.said).toEqual(['trouble', 'ended']);
  });

  test('goes on when the entry moves in the schedule, and ends when it is taken out', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = await runningOn(site);
    const it = await following(site, [0]);
    await site.edit(([a, b]) => [b!, ['new'], a!]);
    await ada.runs[0]?.print('one\n');
    await shows(site, it, 'one\n');
    await site.clock.advance(5000);
    expect(it.seen.said).toEqual([]);
    await site.edit(([b]) => [b!]);
    await site.until(it.ended);
    expect(it.seen.said).toEqual(['entry-gone']);
  });

  test('costs little while nothing is printed', async () => {
    const site = await Site.with([['a']]);
    await runningOn(site);
    const it = await following(site, [0]);
    await site.clock.advance(20_000);
    let calls = 0;
    const count = site.fs.faults.before(({ path }) => void (calls += Number(path.includes('/logs/'))));
    await site.clock.advance(60_000);
    count();
    expect(calls).toBeLessThan(40);
    it.stop.abort();
    await site.until(it.ended);
  });
});

describe('following what has not started', () => {
  test('waits for it, and shows all of it', async () => {
    const site = await Site.with([['a']]);
    const it = await following(site, [0], { tail: 1 });
    expect(it.seen.remarks).toMatchObject([{ say: 'waiting', entries: [0], isAnybodyThere: false }]);
    await site.clock.advance(5000);
    const ada = await runningOn(site);
    await ada.runs[0]?.print('one\ntwo\n');
    await shows(site, it, 'one\ntwo\n');
    ada.runs[0]?.exit();
    await site.until(it.ended);
    expect(it.seen.said).toEqual(['waiting', 'ended']);
  });

  test('waits for the next attempt of what was put back', async () => {
    const site = await Site.with([['a'], ['b']]);
    const script: Script = async (run, command) => {
      await run.print(`${command} ${run.command.env['COOPERATE_ATTEMPT']}\n`);
      run.exit(1);
    };
    await site.worker('ada', { script }).finish();
    await site.edit(unmark('a'));
    const it = await following(site, [0]);
    expect(it.seen.said).toEqual(['waiting']);
    await site.worker('bob', { script }).finish();
    await site.until(it.ended);
    expect(it.seen.text).toBe('[0.2]a 2\n');
  });

  test('ends when the entry is marked by hand', async () => {
    const site = await Site.with([['a'], ['b']]);
    const it = await following(site, [0]);
    await site.edit(([a, b]) => [['executed', ...a!], b!]);
    await site.until(it.ended);
    expect(it.seen.remarks).toMatchObject([
      { say: 'waiting' },
      { say: 'none', none: [{ state: { is: 'marked' } }] },
    ]);
  });
});
