import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { grant, type Accepted, type Wish } from '../../src/claim/requeue-decide.js';
import { requeue } from '../../src/claim/requeue.js';
import type { SlotState } from '../../src/claim/state.js';
import { systemError } from '../../src/ports/fs.js';
import { slotHash } from '../../src/schedule/slots.js';
import { mark, Site, unmark, type Hand, type Script } from '../support/protocol.js';

const goesOn: Script = () => undefined;
const fails: Script = (run) => run.exit(1);
const OVER: readonly Accepted[] = ['failed', 'lost', 'put-back'];

const wish = (command: string, entry: number, accepts = OVER): Wish => ({
  hash: slotHash([command]),
  entry,
  accepts,
});

/** As `cooperate requeue` does it; `force`, with --force. */
async function putBack(site: Site, wishes: readonly Wish[], force = false, name = 'eve-desk') {
  const desk = site.worker(name);
  const mayTake = () => Promise.resolve(force);
  const order = { wishes, why: 'asked for', mayTake };
  const done = await site.until(requeue(desk.claimer, order));
  await site.until(desk.claimer.close());
  await site.until(desk.claimer.leave());
  const names = (list: readonly Wish[] = []) => list.map(({ entry }) => entry);
  return { done: names(done?.done.map((one) => one.wish)), changed: names(done?.changed) };
}

async function failed(...commands: string[]): Promise<Site> {
  const site = await Site.with(commands.map((command) => [command]));
  await site.worker('ada', { script: fails, batch: commands.length }).finish();
  return site;
}

test('what a full disk keeps from being done is named as what was wanted, not as a claim', async () => {
  const site = await failed('a');
  const desk = site.worker('eve-desk');
  site.fs.faults.fail('*', 'cooperate/1', 'ENOSPC');
  await expect(site.until(desk.claimer.book())).rejects.toMatchObject({
    detail: { operation: 'keep the records of the schedule', code: 'ENOSPC' },
  });
});

test('a disk that is full behind the decision is said to be, and others finish it', async () => {
  const site = await failed('a');
  const desk = site.worker('eve-desk');
  const mayTake = () => Promise.resolve(false);
  let isFull = true;
  site.fs.faults.before(({ client, operation, path }) => {
    if (isFull && client === 'eve-desk' && path.includes('/cells/') && operation !== 'list')
      throw systemError('ENOSPC', operation, path);
  });
  const asked = requeue(desk.claimer, { wishes: [wish('a', 0)], why: 'asked for', mayTake });
  await expect(site.until(asked)).rejects.toMatchObject({ detail: { reason: 'filesystem', code: 'ENOSPC' } });
  isFull = false;
  await site.worker('ben').finish();
  expect(site.ran).toEqual(['a', 'a']);
});

describe('entries that failed', () => {
  test('are pending again, and run once more', async () => {
    const site = await failed('a', 'b', 'c');
    expect(await putBack(site, [wish('a', 0), wish('c', 2)])).toEqual({ done: [0, 2], changed: [] });
    expect(await site.pending()).toEqual(['a', 'c']);
    await site.worker('ben').finish();
    expect(site.ran.slice(3).toSorted()).toEqual(['a', 'c']);
    expect(new Set(site.spawns.map(({ claim }) => claim)).size).toBe(5);
  });

  test('are found where a person has moved them meanwhile', async () => {
    const site = await failed('a', 'b', 'c');
    await site.edit((entries) => [['new'], ...entries.toReversed()]);
    expect(await putBack(site, [wish('a', 0)])).toEqual({ done: [0], changed: [] });
    expect(await site.pending()).toEqual(['new', 'a']);
  });

  test('are left alone where a person has removed them, put them back, or run them again', async () => {
    const site = await failed('a', 'b', 'c', 'd');
    await site.edit((entries) => unmark('b')(entries).filter((entry) => !entry.includes('a')));
    await site.worker('ben').claimAndRun();
    expect(site.count('b')).toBe(2);
    expect(await putBack(site, [wish('a', 0), wish('b', 1), wish('d', 3)])).toEqual({
      done: [3],
      changed: [0, 1],
    });
    expect(await site.pending()).toEqual(['d']);
  });

  test('are put back once by two who want it at the same time', async () => {
    const site = await failed('a', 'b');
    const [one, other] = await Promise.all([
      putBack(site, [wish('a', 0), wish('b', 1)]),
      putBack(site, [wish('a', 0), wish('b', 1)], false, 'fay-desk'),
    ]);
    expect([...one.done, ...other.done].toSorted()).toEqual([0, 1]);
    await site.worker('ben').finish();
    expect([site.count('a'), site.count('b')]).toEqual([2, 2]);
  });

  test('are put back although the disk was full at first, by whoever comes next', async () => {
    const site = await failed('a', 'b');
    const heal = site.fs.faults.fail('write', '.new', 'ENOSPC');
    await expect(putBack(site, [wish('a', 0)])).rejects.toThrow();
    heal();
    expect(await site.pending()).toEqual([]);
    expect(await putBack(site, [wish('a', 0)], false, 'fay-desk')).toEqual({ done: [0], changed: [] });
    await site.worker('ben').finish();
    expect([site.count('a'), site.count('b')]).toEqual([2, 1]);
  });

  test('are put back where the marks of others are put back into an older copy at the same time', async () => {
    const site = await failed('a', 'b', 'c');
    await site.edit((entries) => unmark('b')(entries));
    const ben = site.worker('ben', { script: goesOn });
    await ben.begin((await ben.claim())[0]);
    await site.edit((entries) => unmark('b')(entries));
    expect(await putBack(site, [wish('c', 2)])).toEqual({ done: [2], changed: [] });
    expect(await site.pending()).toEqual(['c']);
  });
});

describe('of equal entries', () => {
  test('as many are put back as are wished for, each of another slot', async () => {
    const site = await failed('a', 'a', 'a');
    expect((await putBack(site, [wish('a', 0), wish('a', 2)])).done).toEqual([0, 2]);
    expect((await site.entries()).map(([first]) => first)).toEqual(['a', 'executed', 'a']);
    await site.worker('ben').finish();
    expect(site.count('a')).toBe(5);
    expect(new Set(site.spawns.map(({ claim }) => claim)).size).toBe(5);
  });

  test('the one that failed is put back, and the one that runs keeps its mark', async () => {
    const site = await Site.with([['a'], ['a']]);
    const ada = site.worker('ada', { script: (run) => (ada.runs.length === 1 ? undefined : run.exit(1)) });
    await ada.begin((await ada.claim())[0]);
    await ada.claimAndRun();
    expect((await putBack(site, [wish('a', 0), wish('a', 1)])).done).toEqual([0]);
    expect(await site.pending()).toEqual(['a']);
    const ben = site.worker('ben');
    await ben.finish();
    expect(site.count('a')).toBe(3);
  });

  test('those marked by hand are put back without touching those that ran', async () => {
    const site = await Site.with([['a'], ['a'], ['a']]);
    await site.edit((entries) => mark('a')(entries.slice(0, 1)).concat(entries.slice(1)));
    await site.worker('ada').finish();
    expect(site.count('a')).toBe(2);
    const by = (entry: number) => wish('a', entry, ['marked']);
    expect(await putBack(site, [by(0), by(1)])).toEqual({ done: [0], changed: [1] });
    await site.worker('ben').finish();
    expect(site.count('a')).toBe(3);
  });
});

describe('what another has', () => {
  async function claimed(site: Site, start: boolean): Promise<Hand> {
    const ada = site.worker('ada', { script: goesOn });
    const [claim] = await ada.claim();
    if (start) await ada.begin(claim);
    return ada;
  }
  const busy = wish('a', 0, ['running', 'claimed']);

  test.each([true, false])('is left alone without force (started: %s)', async (start) => {
    const site = await Site.with([['a']]);
    await claimed(site, start);
    expect(await putBack(site, [busy])).toEqual({ done: [], changed: [0] });
    expect(await site.pending()).toEqual([]);
  });

  test('and never started is not started any more once it is put back', async () => {
    const site = await Site.with([['a']]);
    const ada = await claimed(site, false);
    const claim = { id: { hash: slotHash(['a']), copy: 0, generation: 0 }, entry: 0, argv: ['a'] };
    expect((await putBack(site, [busy], true)).done).toEqual([0]);
    const { epoch } = await ada.book();
    expect(await site.until(ada.claimer.start({ ...claim, epoch }))).toBe(false);
    await site.worker('ben').finish();
    expect(site.spawns.map(({ worker }) => worker)).toEqual(['ben']);
  });

  test('and starts at that very moment runs on, and is put back all the same', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { script: goesOn });
    const [claim] = await ada.claim();
    let started = false;
    site.fs.faults.before(async ({ client, to }) => {
      if (client !== 'eve-desk' || started || !to?.endsWith('.start') || !claim) return;
      started = true;
      await ada.claimer.start(claim);
    });
    expect((await putBack(site, [busy], true)).done).toEqual([0]);
    expect(started).toBe(true);
    expect(await site.pending()).toEqual(['a']);
    await site.worker('ben').finish();
    expect(site.count('a')).toBe(1);
  });

  test('is left to it when it has begun to run it once more while that was decided', async () => {
    const site = await Site.with([['a']]);
    const ada = site.worker('ada', { script: goesOn });
    const [claim] = await ada.claim();
    await ada.begin(claim);
    let again = false;
    // Right behind the decision, before the mark is taken out.
    site.fs.faults.after(async ({ client, operation }) => {
      if (client !== 'eve-desk' || operation !== 'sync' || again || !claim) return;
      again = true;
      const book = await ada.book();
      await book.cells.create(`${claim.id.hash}.0.0.requeued`);
      await book.cells.create(`${claim.id.hash}.0.1`);
    });
    const { done, changed } = await putBack(site, [busy], true);
    expect([again, done, changed]).toEqual([true, [], [0]]);
    expect(await site.pending()).toEqual([]);
  });
});

test('nothing is decided about a schedule that was generated anew', async () => {
  const site = await failed('a', 'b');
  await site.write('[["a"], ["c"]]\n');
  expect(await putBack(site, [wish('a', 0)])).toEqual({ done: [], changed: [0] });
  await site.worker('ben').finish();
  expect(site.ran).toEqual(['a', 'b', 'a', 'c']);
});

test('a sidecar that is deleted while entries are put back takes nothing along', async () => {
  for (let n = 1, reached = true; reached; n++) {
    const site = await failed('a', 'b');
    let seen = 0;
    site.fs.faults.before(async ({ client }) => {
      if (client === 'eve-desk' && ++seen === n) await site.deleteSidecar();
    });
    await putBack(site, [wish('a', 0)]).catch((error: unknown) => {
      expect(error).toMatchObject({ detail: { reason: 'filesystem' } });
    });
    reached = seen >= n;
    await site.worker('ben').finish();
    expect(await site.pending(), String(n)).toEqual([]);
    expect(site.count('a'), String(n)).toBeGreaterThan(0);
    expect(site.count('a') + site.count('b'), String(n)).toBeLessThanOrEqual(4);
  }
});

test('an operation that fails once, whichever it is, leaves the old state, the new one, or one that a second call ends', async () => {
  for (let n = 1, reached = true; reached; n++) {
    const site = await failed('a', 'b', 'a');
    let seen = 0;
    site.fs.faults.before(({ client, operation, path }) => {
      if (client === 'eve-desk' && ++seen === n) throw systemError('EIO', operation, path);
    });
    await putBack(site, [wish('a', 0), wish('a', 2)]).catch(() => undefined);
    reached = seen >= n;
    await site.worker('ben').finish();
    const left = 4 - site.count('a');
    const wishes = [wish('a', 0), wish('a', 2)].slice(0, left);
    // What was run again succeeded, and is wished for no more.
    await putBack(site, wishes, false, 'fay-desk');
    await site.worker('cyd').finish();
    expect([site.count('a'), site.count('b')], String(n)).toEqual([4, 1]);
    expect(await site.pending()).toEqual([]);
  }
});

describe('granting slots to wishes', () => {
  const state = fc.constantFrom<SlotState['is']>(
    ...(['free', 'put-back', 'claimed', 'running', 'lost', 'failed', 'succeeded'] as const),
  );
  const accepted = fc.constantFrom<readonly Accepted[]>(
    ...[OVER, ['succeeded'], ['marked'], ['running', 'claimed', 'failed'], ['put-back', 'marked']].map(
      (list) => list as readonly Accepted[],
    ),
  );

  test('never gives one slot twice, nor takes out a mark that a claim accounts for', () => {
    fc.assert(
      fc.property(fc.array(state), fc.nat(8), fc.array(accepted), (states, byHand, accepts) => {
        const slots = new Map(
          states.map((is, copy) => [copy, { is, generation: 0, worker: 'ada', revision: 0 }]),
        );
        const isTaken = ({ is }: SlotState) => is !== 'free' && is !== 'put-back';
        const taken = [...slots.values()].filter(isTaken).length;
        const grants = grant(
          accepts.map((list, entry) => wish('a', entry, list)),
          { slots, marked: taken + byHand },
        ).filter((one) => one !== undefined);
        const copies = grants.flatMap(({ slot }) => (slot ? [slot.id.copy] : []));
        expect(new Set(copies).size).toBe(copies.length);
        for (const {
          slot,
          wish: { accepts: list },
        } of grants)
          // prettier-ignore
          expect(list).toContain(slot?.state.is ?? 'marked');
        const marksLeft = taken + byHand - grants.filter(({ unmarks }) => unmarks).length;
        const takenLeft = taken - grants.filter(({ slot }) => slot && isTaken(slot.state)).length;
        expect(marksLeft).toBeGreaterThanOrEqual(takenLeft);
      }),
    );
  });

  test('takes its time in proportion to them', () => {
    const count = 100_000;
    const slots = new Map<number, SlotState>();
    for (let copy = 0; copy < count; copy++) slots.set(copy, { is: 'failed', generation: 0 });
    const grants = grant(
      Array.from({ length: count }, (_, entry) => wish('a', entry)),
      { slots, marked: count },
    );
    expect(grants.every((one) => one?.unmarks)).toBe(true);
  });
});
