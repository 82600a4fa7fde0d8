import { describe, expect, test } from 'vitest';
import { endsWhenSignalled } from '../support/ends-when-signalled.js';
import { Site, type Hand, type Script } from '../support/protocol.js';

const MINUTE = 60_000;
const goesOn: Script = () => undefined;
const list = (count: number): string[][] => Array.from({ length: count }, (_, i) => [`e${i}`]);

const takes =
  (site: Site, ms: number): Script =>
  async (run, command) => {
    void endsWhenSignalled(run, command);
    await site.clock.wait(ms);
    run.exit();
  };

async function running(site: Site, hand: Hand, count: number): Promise<void> {
  for (let tries = 0; hand.runs.length < count; tries++) {
    if (tries > 500) throw new Error('it does not run so many');
    await site.clock.advance(20);
  }
}

describe('--limit', () => {
  test.each([
    [1, 1],
    [5, 1],
    [5, 3],
    [3, 8],
  ])('%i entries in %i slots are run, and no more are claimed', async (entries, slots) => {
    const site = await Site.with(list(20));
    const ada = site.worker('ada', { slots, limits: { entries } });
    const { ended, findings } = await ada.finish();
    expect({ ended, findings }).toEqual({ ended: entries, findings: undefined });
    expect(await site.pending()).toHaveLength(20 - entries);
    expect(site.ran).toHaveLength(entries);
  });

  test('counts an entry once, however often it is tried', async () => {
    const site = await Site.with(list(5));
    const ada = site.worker('ada', { limits: { entries: 2 }, retries: 3, script: (run) => run.exit(1) });
    const { ended, failed } = await ada.finish();
    expect({ ended, failed, runs: ada.runs.length }).toEqual({ ended: 2, failed: 2, runs: 8 });
    expect(await site.pending()).toHaveLength(3);
  });

  test('that is more than there is changes nothing', async () => {
    const site = await Site.with(list(3));
    const { ended, findings } = await site.worker('ada', { limits: { entries: 9 } }).finish();
    expect(ended).toBe(3);
    expect(findings).toBeDefined();
  });
});

describe('--time-limit', () => {
  test('ends what still runs, puts it back with what was held, and nobody has asked for it', async () => {
    const site = await Site.with(list(9));
    const ada = site.worker('ada', {
      slots: 3,
      batch: 5,
      limits: { timeMs: 10 * MINUTE },
      script: endsWhenSignalled,
    });
    const work = ada.work();
    await running(site, ada, 3);
    await site.clock.advance(9 * MINUTE);
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual([]);
    await site.clock.advance(MINUTE);
    const { ended, failed } = await site.until(work);
    expect({ ended, failed }).toEqual({ ended: 0, failed: 0 });
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    expect(ada.stop.signal).toBeUndefined();
    expect(await site.pending()).toHaveLength(9);
    expect(ada.told('out-of-time')).toEqual([{ tell: 'out-of-time', leftMs: 0, expectedMs: 0 }]);
    expect(ada.told('put-back')).toHaveLength(1);
  });

  test('kills what ignores that, so that it is not there longer than a minute after', async () => {
    const site = await Site.with(list(3));
    const ada = site.worker('ada', { slots: 2, limits: { timeMs: MINUTE }, script: goesOn });
    const work = ada.work();
    await running(site, ada, 2);
    await site.clock.advance(MINUTE);
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGTERM' });
    await site.clock.advance(29_000);
    expect(ada.runs[1]?.signals).toEqual(['SIGTERM']);
    await site.clock.advance(2_000);
    expect(ada.runs[1]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    ada.runs[1]?.end({ is: 'killed', signal: 'SIGKILL' });
    await site.until(work);
    expect(ada.stop.signal).toBeUndefined();
    expect(await site.pending()).toHaveLength(3);
  });

  test('leaves no timer behind when all is done before', async () => {
    const site = await Site.with(list(3));
    const ada = site.worker('ada', { limits: { timeMs: 10 * MINUTE } });
    await ada.finish();
    expect(site.clock.waiting).toBe(0);
  });

  test('of more than any timer can be set for does not end at once', async () => {
    const site = await Site.with(list(1));
    const { clock } = site;
    const wait = clock.wait.bind(clock);
    clock.wait = (ms, signal) => wait(Math.min(ms, 2 ** 31 - 1), signal);
    const ada = site.worker('ada', { limits: { timeMs: 2 ** 32 }, script: endsWhenSignalled });
    const work = ada.work();
    await running(site, ada, 1);
    await clock.advance(2 ** 31 + 1000);
    expect(ada.runs[0]?.signals).toEqual([]);
    ada.runs[0]?.exit();
    await site.until(work);
  });

  test('starts nothing that would not finish, as learned from what ended', async () => {
    const site = await Site.with(list(9));
    const ada = site.worker('ada', { limits: { timeMs: 10 * MINUTE }, script: takes(site, 3 * MINUTE) });
    const { ended } = await ada.finish();
    expect(ended).toBe(3);
    expect(ada.runs.flatMap(({ signals }) => signals)).toEqual([]);
    expect(await site.pending()).toHaveLength(6);
    expect(ada.told('out-of-time')).toMatchObject([{ expectedMs: 3 * MINUTE }]);
  });

  test('starts nothing that would not finish in any slot, and gives back what it holds for that', async () => {
    const site = await Site.with(list(9));
    const ada = site.worker('ada', {
      slots: 2,
      batch: 4,
      limits: { timeMs: 10 * MINUTE, expectMs: 6 * MINUTE },
      script: (run, command) => takes(site, command === 'e0' ? 5 * MINUTE : 9 * MINUTE)(run, command),
    });
    const work = ada.work();
    await running(site, ada, 2);
    await site.clock.advance(6 * MINUTE);
    expect(ada.runs).toHaveLength(2);
    expect(await site.pending()).toHaveLength(7);
    const { ended } = await site.until(work, 20 * MINUTE);
    expect(ended).toBe(2);
  });

  test('with --expect starts nothing at all when there is too little time from the beginning', async () => {
    const site = await Site.with(list(3));
    const ada = site.worker('ada', { limits: { timeMs: MINUTE, expectMs: 2 * MINUTE } });
    expect(await ada.finish()).toEqual({ ended: 0, failed: 0, findings: undefined });
    expect(ada.told('out-of-time')).toEqual([{ tell: 'out-of-time', leftMs: MINUTE, expectedMs: 2 * MINUTE }]);
  });

  test('with --expect starts what is expected to finish, whatever others took', async () => {
    const site = await Site.with(list(4));
    const ada = site.worker('ada', {
      limits: { timeMs: 10 * MINUTE, expectMs: MINUTE / 2 },
      script: takes(site, 3 * MINUTE),
    });
    const { ended } = await ada.finish();
    expect(ended).toBe(3);
    expect(ada.runs).toHaveLength(4);
    expect(await site.pending()).toEqual(['e3']);
  });

  test('after Ctrl-C does not end it as if nobody had asked', async () => {
    const site = await Site.with(list(2));
    const ada = site.worker('ada', { limits: { timeMs: MINUTE }, script: goesOn });
    const work = ada.work();
    await running(site, ada, 1);
    ada.stop.request('SIGINT');
    await site.clock.advance(2 * MINUTE);
    expect(ada.runs[0]?.signals).toEqual(['SIGINT', 'SIGKILL']);
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGKILL' });
    await site.until(work);
    expect(ada.stop.signal).toBe('SIGINT');
  });
});

describe('--wait', () => {
  test('runs what is added later, until it is told to stop', async () => {
    const site = await Site.with(list(2));
    const ada = site.worker('ada', { slots: 2, limits: { waits: true } });
    const work = ada.work();
    await running(site, ada, 2);
    await site.clock.advance(MINUTE);
    await site.edit((entries) => [...entries, ['later']]);
    await site.clock.advance(MINUTE);
    expect(site.ran).toEqual(['e0', 'e1', 'later']);
    await site.edit((entries) => [...entries, ['much later']]);
    await site.clock.advance(MINUTE);
    expect(site.ran).toContain('much later');
    ada.stop.request('SIGINT');
    const { ended, findings } = await site.until(work);
    expect(ended).toBe(4);
    expect(findings).toBeDefined();
    expect(ada.told('put-back')).toEqual([]);
  });

  test('told to stop while an entry runs again does not say that all is done', async () => {
    const site = await Site.with(list(1));
    const ada = site.worker('ada', {
      limits: { waits: true },
      script: (run, command) => (command === 'later' ? endsWhenSignalled(run, command) : run.exit()),
    });
    const work = ada.work();
    await site.clock.advance(MINUTE);
    await site.edit((entries) => [...entries, ['later']]);
    await site.clock.advance(MINUTE);
    await running(site, ada, 2);
    ada.stop.request('SIGINT');
    expect((await site.until(work)).findings).toBeUndefined();
    expect(await site.pending()).toEqual(['later']);
  });

  test('ends with the time limit', async () => {
    const site = await Site.with(list(1));
    const ada = site.worker('ada', { limits: { waits: true, timeMs: 10 * MINUTE } });
    const { ended, findings } = await site.until(ada.work(), 11 * MINUTE);
    expect(ended).toBe(1);
    expect(findings).toBeDefined();
    expect(ada.stop.signal).toBeUndefined();
  });

  test('ends with a failure too many, and with enough entries', async () => {
    const site = await Site.with(list(1));
    const ada = site.worker('ada', { limits: { waits: true }, maxFailures: 1, script: (run) => run.exit(1) });
    expect((await ada.finish()).failed).toBe(1);
    await site.edit((entries) => [...entries, ['one'], ['two']]);
    const ben = site.worker('ben', { limits: { waits: true, entries: 1 } });
    expect((await ben.finish()).ended).toBe(1);
  });
});
