import { describe, expect, test } from 'vitest';
import type { Elsewhere } from '../../src/claim/evidence-elsewhere.js';
import { judge } from '../../src/worker/quarantine.js';
import { endsWhenSignalled } from '../support/ends-when-signalled.js';
import { Site, type Hand, type Script, type WorkerOptions } from '../support/protocol.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Minutes of successes elsewhere. */
const minutes = (...values: number[]): number[] => values.map((value) => value * MINUTE);
const seconds = (...values: number[]): number[] => values.map((value) => value * SECOND);

const WELL: Elsewhere = {
  successMs: minutes(9, 10, 11),
  well: 3,
  failed: 0,
  working: 1,
  retired: 0,
  putBack: new Set(),
};

describe('is it this host or the entries?', () => {
  test('three failures at once in a row, while entries do well elsewhere: this host', () => {
    expect(judge(seconds(1, 2, 3), WELL)).toBe('broken');
  });

  test.each([
    ['two failures are chance', seconds(1, 2), WELL],
    ['failing takes as long as succeeding', minutes(9, 10, 8), WELL],
    ['one of the failures took long', [...seconds(1, 2), 3 * MINUTE], WELL],
    ['nothing is known to succeed elsewhere', seconds(1, 2, 3), { ...WELL, successMs: minutes(9, 10) }],
    ['nobody else is at work', seconds(1, 2, 3), { ...WELL, working: 0 }],
    ['meanwhile they fail elsewhere as well', seconds(1, 2, 3), { ...WELL, failed: 1 }],
    ['meanwhile they only fail elsewhere', seconds(1, 2, 3), { ...WELL, well: 0, failed: 5 }],
    ['half of the hosts have retired before', seconds(1, 2, 3), { ...WELL, working: 2, retired: 2 }],
  ] as const)('%s: nothing speaks against this host', (_, failures, elsewhere) => {
    expect(judge(failures, elsewhere)).toBe('fine');
  });

  test('nobody elsewhere has begun anything since: in doubt', () => {
    expect(judge(seconds(1, 2, 3), { ...WELL, well: 0 })).toBe('in-doubt');
    expect(judge(seconds(1, 2, 3), { ...WELL, well: 2 })).toBe('in-doubt');
  });

  test('a few failures elsewhere among many successes excuse nothing', () => {
    expect(judge(seconds(1, 2, 3), { ...WELL, well: 8, failed: 2 })).toBe('broken');
  });
});

const list = (count: number): string[][] => Array.from({ length: count }, (_, i) => [`e${i}`]);

function takes(site: Site, ms: number, code = 0): Script {
  return async (run, command) => {
    void endsWhenSignalled(run, command);
    await site.clock.wait(ms);
    run.exit(/bad/.test(command) ? 1 : code);
  };
}

/** A worker on a host of its own. */
function host(site: Site, name: string, script: Script, options: WorkerOptions = {}): Hand {
  return site.worker(name, { elsewhere: true, script, ...options });
}

async function finish(site: Site, hands: readonly Hand[], mostMs = 600 * MINUTE) {
  return site.until(Promise.all(hands.map((hand) => hand.work())), mostMs);
}

const left = (hand: Hand): boolean =>
  hand.told('quarantine').some((notice) => notice.tell === 'quarantine' && notice.is === 'leaving');
const claimsOf = (site: Site, command: string): string[] =>
  site.spawns.filter((spawn) => spawn.command === command).map(({ claim }) => claim);

describe('a host on which entries fail at once while they succeed elsewhere', () => {
  test('puts back what it broke, says why and leaves; the others run it', async () => {
    const site = await Site.with(list(60));
    const good = ['ben', 'cleo'].map((name) => host(site, name, takes(site, 10 * SECOND)));
    const works = good.map((hand) => hand.work());
    await site.clock.advance(45 * SECOND);
    const bad = host(site, 'ada', takes(site, 100, 1));
    const result = await site.until(bad.work(), 60 * MINUTE);
    expect(left(bad)).toBe(true);
    expect(result.findings).toBeUndefined();
    expect(result.failed).toBeGreaterThanOrEqual(3);
    // It did not empty the schedule before it knew.
    expect(bad.runs.length).toBeLessThan(10);
    const [notice] = bad.told('quarantine').slice(-1);
    expect(notice).toMatchObject({ is: 'leaving', failures: bad.runs.length });
    const results = await site.until(Promise.all(works), 60 * MINUTE);
    expect(results.map(({ failed }) => failed)).toEqual([0, 0]);
    expect(await site.pending()).toEqual([]);
    const broken = new Set(bad.runs.map(({ command }) => command.argv.join(' ')));
    for (const [command = ''] of list(60)) expect(site.count(command)).toBe(broken.has(command) ? 2 : 1);
    for (const command of broken) expect(new Set(claimsOf(site, command)).size).toBe(2);
  });

  test('need not wait until what takes hours elsewhere has ended: that it runs on is enough', async () => {
    const site = await Site.with(list(40));
    const good = ['ben', 'cleo', 'dora'].map((name) => host(site, name, takes(site, 60 * MINUTE)));
    const works = good.map((hand) => hand.work());
    await site.clock.advance(65 * MINUTE);
    const before = site.spawns.length;
    // A few more are begun elsewhere while it fails.
    const more = ['erin', 'finn', 'gus'].map((name) => host(site, name, takes(site, 60 * MINUTE)));
    const bad = host(site, 'ada', takes(site, SECOND, 1));
    const work = bad.work();
    await site.clock.advance(5 * SECOND);
    const moreWorks = more.map((hand) => hand.work());
    await site.until(work, 10 * MINUTE);
    expect(left(bad)).toBe(true);
    expect(bad.runs.length).toBeLessThan(10);
    expect(site.spawns.length - before).toBeLessThan(15);
    await site.until(Promise.all([...works, ...moreWorks]), 1200 * MINUTE);
    expect(await site.pending()).toEqual([]);
  });

  test('gives what it broke another chance also when nothing is left before anybody knows', async () => {
    const site = await Site.with([...list(4), ['x'], ['y'], ['z']]);
    const ben = host(site, 'ben', takes(site, MINUTE));
    const work = ben.work();
    await site.clock.advance(3 * MINUTE + SECOND);
    const bad = host(site, 'ada', takes(site, 100, 1));
    const result = await site.until(bad.work(), 10 * MINUTE);
    expect(bad.runs).toHaveLength(3);
    // It does not say that all is done.
    expect(result).toEqual({ ended: 3, failed: 3, findings: undefined });
    expect(left(bad)).toBe(true);
    expect(await site.pending()).toEqual(['x', 'y', 'z']);
    expect(await site.until(work, 60 * MINUTE)).toMatchObject({ ended: 7, failed: 0 });
    expect(await site.pending()).toEqual([]);
  });

  test('does not make the next one retire with what it has put back', async () => {
    const site = await Site.with(list(60));
    const good = ['cleo', 'dora'].map((name) => host(site, name, takes(site, 10 * SECOND), { slots: 3 }));
    const works = good.map((hand) => hand.work());
    await site.clock.advance(35 * SECOND);
    const bad = host(site, 'ada', takes(site, 100, 1));
    await site.until(bad.work(), 60 * MINUTE);
    expect(left(bad)).toBe(true);
    // These fail everywhere, as it turns out.
    const broken = new Set(bad.runs.map(({ command }) => command.argv.join(' ')));
    const ben = host(site, 'ben', (run, command) =>
      broken.has(command) ? run.exit(1) : takes(site, 10 * SECOND)(run, command),
    );
    await site.until(Promise.all([...works, ben.work()]), 60 * MINUTE);
    expect(ben.runs.filter(({ command }) => broken.has(command.argv.join(' '))).length).toBeGreaterThanOrEqual(
      3,
    );
    expect(ben.told('quarantine')).toEqual([]);
    expect(await site.pending()).toEqual([]);
  });

  test('is not one that fails often and succeeds in between', async () => {
    const site = await Site.with(list(60));
    const ben = host(site, 'ben', takes(site, 10 * SECOND), { slots: 3 });
    const work = ben.work();
    await site.clock.advance(35 * SECOND);
    let runs = 0;
    const ada = host(site, 'ada', (run, command) => takes(site, 100, ++runs % 3 === 0 ? 0 : 1)(run, command));
    await site.until(Promise.all([work, ada.work()]), 60 * MINUTE);
    expect(ada.runs.length).toBeGreaterThan(20);
    expect(ada.told('quarantine')).toEqual([]);
  });

  test('is not one where a few entries fail among others that succeed', async () => {
    const site = await Site.with([
      ...list(5),
      ...Array.from({ length: 30 }, (_, i) => [i % 3 === 2 ? `ok${i}` : `bad${i}`]),
    ]);
    const hands = ['ada', 'ben'].map((name) => host(site, name, takes(site, SECOND)));
    const results = await finish(site, hands);
    expect(hands.map(left)).toEqual([false, false]);
    expect(results.reduce((sum, { failed }) => sum + failed, 0)).toBe(20);
    expect(site.spawns).toHaveLength(35);
  });

  test('is not one that is alone', async () => {
    const site = await Site.with([...list(5), ...Array.from({ length: 20 }, (_, i) => [`bad${i}`])]);
    const ada = host(site, 'ada', (run, command) => run.exit(/bad/.test(command) ? 1 : 0));
    const [result] = await finish(site, [ada]);
    expect(result).toMatchObject({ ended: 25, failed: 20 });
    expect(ada.told('quarantine')).toEqual([]);
    expect(site.clock.monotonic()).toBeLessThan(MINUTE);
  });

  test('is not one whose own host has other workers that do well', async () => {
    const site = await Site.with(list(30));
    const ben = site.worker('ben', { script: takes(site, 10 * SECOND) });
    const works = ben.work();
    await site.clock.advance(40 * SECOND);
    const ada = site.worker('ada', { script: takes(site, 10, 1) });
    await site.until(Promise.all([works, ada.work()]), 60 * MINUTE);
    expect(ada.told('quarantine')).toEqual([]);
  });
});

describe('entries that fail on every host', () => {
  test('are run on all of them to the end: nobody retires', async () => {
    const bads = Array.from({ length: 60 }, (_, i) => [`bad${i}`]);
    const site = await Site.with([...list(12), ...bads]);
    const script: Script = (run, command) => takes(site, /bad/.test(command) ? 50 : 20 * SECOND)(run, command);
    const hands = ['ada', 'ben', 'cleo'].map((name) => host(site, name, script));
    const results = await finish(site, hands);
    expect(await site.pending()).toEqual([]);
    expect(hands.filter(left).length).toBeLessThanOrEqual(1);
    // The last word on each is that it failed.
    expect(results.reduce((sum, { ended }) => sum + ended, 0)).toBeGreaterThanOrEqual(72);
    for (const [command = ''] of bads) expect(site.count(command)).toBeLessThanOrEqual(2);
    const last = hands.filter((hand) => !left(hand));
    expect(last.length).toBeGreaterThanOrEqual(2);
  });

  test('from one moment on make nobody retire, whatever succeeded before', async () => {
    const site = await Site.with(list(120));
    const script: Script = (run, command) =>
      site.clock.monotonic() < 2 * MINUTE
        ? takes(site, 10 * SECOND)(run, command)
        : takes(site, 50, 1)(run, command);
    const hands = ['ada', 'ben', 'cleo'].map((name) => host(site, name, script));
    const results = await finish(site, hands);
    expect(hands.map(left)).toEqual([false, false, false]);
    expect(results.reduce((sum, { ended }) => sum + ended, 0)).toBe(120);
    expect(site.spawns).toHaveLength(120);
  });

  test('do not make one host after the other retire, however short they are', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      let state = seed;
      const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
      const bads = Array.from({ length: 40 }, (_, i) => [`bad${i}`]);
      const site = await Site.with([...list(20), ...bads, ...list(40).slice(20)]);
      const script: Script = (run, command) =>
        takes(site, /bad/.test(command) ? 100 * random() : (5 + 10 * random()) * SECOND)(run, command);
      const hands = ['ada', 'ben', 'cleo', 'dora'].map((name) =>
        host(site, name, script, { slots: seed % 3 ? 1 : 2 }),
      );
      await finish(site, hands);
      expect(await site.pending(), `seed ${seed}`).toEqual([]);
      expect(hands.filter(left).length, `seed ${seed}`).toBeLessThanOrEqual(2);
      for (const [command = ''] of bads) expect(site.count(command)).toBeGreaterThanOrEqual(1);
    }
  });
});
