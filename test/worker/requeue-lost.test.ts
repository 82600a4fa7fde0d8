import { describe, expect, test } from 'vitest';
import { requeue } from '../../src/claim/requeue.js';
import { slotHash } from '../../src/schedule/slots.js';
import { Site, type Hand, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;

/** A worker that has begun to run `a`. */
async function begun(site: Site, name: string, options = {}): Promise<Hand> {
  const hand = site.worker(name, { script: goesOn, ...options });
  await hand.begin((await hand.claim())[0]);
  return hand;
}

async function killed(site: Site, name: string): Promise<void> {
  site.kill(await begun(site, name));
}

describe('an entry whose worker has died', () => {
  test.each([['never'], [undefined]] as const)('stays lost where the policy is %s', async (requeueLost) => {
    const site = await Site.with([['a'], ['b']]);
    await killed(site, 'ada');
    const ben = site.worker('ben', requeueLost ? { requeueLost } : {});
    const { findings } = await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'b']);
    expect(findings?.lost.map(({ entry }) => entry)).toEqual([0]);
  });

  test.each(['dead', 'suspect'] as const)('is run again where the policy is %s', async (requeueLost) => {
    const site = await Site.with([['a'], ['b']]);
    await killed(site, 'ada');
    const ben = site.worker('ben', { requeueLost });
    const { findings, ended } = await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b']);
    expect(findings?.lost).toEqual([]);
    expect(ended).toBe(2);
    expect(ben.told('requeued-lost')).toEqual([{ tell: 'requeued-lost', entry: 0, worker: 'ada', attempt: 1 }]);
    expect(await site.pending()).toEqual([]);
    expect(new Set(site.spawns.map(({ claim }) => claim)).size).toBe(3);
  });

  test('is run again once, however many workers find it', async () => {
    const site = await Site.with([['a']]);
    await killed(site, 'ada');
    const workers = ['ben', 'cyd', 'dee'].map((name) => site.worker(name, { requeueLost: 'dead' }));
    await Promise.all(workers.map((worker) => site.until(worker.work())));
    expect(site.count('a')).toBe(2);
  });

  test('stays lost after the third worker that it took along, which is told once', async () => {
    const site = await Site.with([['a'], ['b']]);
    await killed(site, 'ada');
    for (const name of ['ben', 'cyd']) {
      const hand = site.worker(name, {
        requeueLost: 'dead',
        script: (run, command) => (command === 'a' ? undefined : run.exit()),
      });
      const work = hand.work();
      await site.clock.advance(20_000);
      site.kill(hand);
      void work;
    }
    expect(site.count('a')).toBe(3);
    const dee = site.worker('dee', { requeueLost: 'dead', limits: { waits: true } });
    const work = dee.work();
    await site.clock.advance(60_000);
    dee.stop.request('SIGTERM');
    await site.until(work);
    expect(site.count('a')).toBe(3);
    expect(dee.told('lost-too-often')).toEqual([{ tell: 'lost-too-often', entry: 0 }]);
    expect((await site.worker('eve', { requeueLost: 'dead' }).finish()).findings?.lost).toHaveLength(1);

    // A person may know better: from then on it counts anew.
    const desk = site.worker('fay-desk');
    const wishes = [{ hash: slotHash(['a']), entry: 0, accepts: ['lost'] as const }];
    await site.until(
      requeue(desk.claimer, { wishes, why: 'asked for', mayTake: () => Promise.resolve(false) }),
    );
    await killed(site, 'gus');
    await site.worker('hal', { requeueLost: 'dead' }).finish();
    expect(site.count('a')).toBe(5);
  });
});

describe('an entry whose worker stands still on another host', () => {
  test('is waited for and run again where the policy is suspect; its worker, awake again, counts it not', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', { elsewhere: true, script: goesOn });
    const adas = ada.work();
    await site.clock.advance(1000);
    const gate = ada.stopBefore(1);
    const ben = site.worker('ben', { elsewhere: true, requeueLost: 'suspect' });
    const { findings } = await ben.finish();
    expect(site.ran.toSorted()).toEqual(['a', 'a', 'b']);
    expect(findings?.running).toBe(0);
    gate.wake();
    ada.runs[0]?.exit(1);
    expect(await site.until(adas)).toMatchObject({ ended: 0, failed: 0 });
    expect(ada.told('given-away')).toHaveLength(1);
    expect(await site.pending()).toEqual([]);
  });

  test('is left alone where the policy is dead', async () => {
    const site = await Site.with([['a'], ['b']]);
    await begun(site, 'ada', { elsewhere: true });
    const ben = site.worker('ben', { elsewhere: true, requeueLost: 'dead' });
    await ben.book();
    await ben.watchLong();
    const { findings } = await ben.finish();
    expect([site.count('a'), findings?.suspect]).toEqual([1, ['ada']]);
  });

  test('is left alone as long as its heart beats, and nobody waits for that', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = await begun(site, 'ada', { elsewhere: true });
    const { peers } = await ada.book();
    const ben = site.worker('ben', { elsewhere: true, requeueLost: 'suspect' });
    let over = false;
    const work = ben.work().finally(() => (over = true));
    const from = site.clock.monotonic();
    while (!over) {
      await peers.beat();
      await site.clock.advance(5000);
    }
    await work;
    expect(site.count('a')).toBe(1);
    expect(site.clock.monotonic() - from).toBeLessThan(60_000);
  });
});
