import { describe, expect, test } from 'vitest';
import { requeue } from '../../src/claim/requeue.js';
import { slotHash } from '../../src/schedule/slots.js';
import { Site, type Hand, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;
const any = ['running', 'claimed', 'failed'] as const;

/** As with --force. */
async function putBack(site: Site, command = 'a') {
  const desk = site.worker('eve-desk');
  const wishes = [{ hash: slotHash([command]), entry: 0, accepts: any }];
  const mayTake = () => Promise.resolve(true);
  const done = await site.until(requeue(desk.claimer, { wishes, why: 'asked for', mayTake }));
  await site.until(desk.claimer.leave());
  return done;
}

/** A worker that runs `a` for seconds. */
async function running(site: Site, options = {}): Promise<{ ada: Hand; work: Promise<unknown> }> {
  const ada = site.worker('ada', { script: goesOn, ...options });
  const work = ada.work();
  await site.clock.advance(5000);
  expect(site.ran).toEqual(['a']);
  return { ada, work };
}

describe('an entry that is put back while it runs', () => {
  test.each([
    ['succeeds', 0],
    ['fails', 1],
  ])('runs once more elsewhere; that its first run %s counts as an attempt alone', async (_, code) => {
    const site = await Site.with([['a']]);
    const { ada, work } = await running(site, { retries: 3 });
    expect((await putBack(site))?.done).toHaveLength(1);
    expect(await site.pending()).toEqual(['a']);
    await site.worker('ben').finish();
    expect(await site.pending()).toEqual([]);
    ada.runs[0]?.exit(code);
    expect(await site.until(work)).toMatchObject({ ended: 0, failed: 0 });
    expect(site.ran).toEqual(['a', 'a']);
    expect(ada.told('given-away')).toEqual([{ tell: 'given-away', entry: 0, ran: true, attempt: 1 }]);
    expect(ada.told('retrying')).toEqual([]);
    expect(await site.pending()).toEqual([]);
    const book = await site.worker('cyd').book();
    await book.ledger.refresh();
    expect(book.facts(`${slotHash(['a'])}.0.0`)?.ended?.succeeded).toBe(code === 0);
    expect(book.facts(`${slotHash(['a'])}.0.1`)?.ended?.succeeded).toBe(true);
  });

  test('is not put back once more by its old worker when that is told to stop', async () => {
    const site = await Site.with([['a']]);
    const { ada, work } = await running(site);
    await putBack(site);
    const ben = site.worker('ben', { script: goesOn });
    await ben.begin((await ben.claim())[0]);
    ada.stop.request('SIGTERM');
    ada.runs[0]?.end({ is: 'killed', signal: 'SIGTERM' });
    await site.until(work);
    expect(await site.pending()).toEqual([]);
    expect(ada.told('put-back')).toEqual([]);
    expect(ada.told('given-away')).toHaveLength(1);
  });

  test('is not run again by --persistent, also when that comes right after it', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { script: goesOn, persistent: ['--resume'] });
    const work = ada.work();
    await site.clock.advance(200);
    ada.runs[0]?.exit(1);
    await site.clock.advance(100);
    // It waits for its next try.
    await putBack(site);
    await site.worker('ben').finish();
    await site.until(work);
    expect(site.ran).toEqual(['a', 'a']);
    expect(site.spawns.map(({ worker }) => worker)).toEqual(['ada', 'ben']);
    expect(ada.told('given-away')).toHaveLength(1);
    expect(await site.pending()).toEqual([]);
  });
});

describe('a claim that is put back before it is started', () => {
  test('is left to others by its worker, which says so', async () => {
    const site = await Site.with([['a'], ['b']]);
    const ada = site.worker('ada', { batch: 2 });
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    // It stands still before its start cell.
    site.fs.faults.before(({ client, to }) =>
      client === 'ada' && to?.endsWith(`${slotHash(['a'])}.0.0.start`) ? awake : undefined,
    );
    const work = ada.work();
    await site.clock.advance(1000);
    expect((await putBack(site))?.done.map(({ was }) => was?.is)).toEqual(['claimed']);
    const ben = site.worker('ben');
    await ben.claimAndRun();
    wake();
    await site.until(work);
    expect(site.spawns.map(({ worker, command }) => `${worker} ${command}`)).toEqual(['ben a', 'ada b']);
    expect(ada.told('given-away')).toEqual([{ tell: 'given-away', entry: 0, ran: false, attempt: 1 }]);
  });

  test('is not run when its worker stood still right behind its start', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada');
    let wake = (): void => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    // Before it opens its log.
    site.fs.faults.before(({ client, operation, path }) =>
      client === 'ada' && operation === 'openAppend' && path.endsWith('.log') ? awake : undefined,
    );
    const work = ada.work();
    await site.clock.advance(2000);
    expect((await putBack(site))?.done.map(({ was }) => was?.is)).toEqual(['running']);
    await site.worker('ben').finish();
    wake();
    await site.until(work);
    expect(site.spawns.map(({ worker }) => worker)).toEqual(['ben']);
    expect(ada.told('given-away')).toHaveLength(1);
  });
});
