import { expect, test } from 'vitest';
import { digest, paceOf } from '../../src/survey/digest.js';
import type { EntryState } from '../../src/survey/types.js';
import { failedOf, runOf, snapshotOf, workerOf } from '../support/snapshot.js';

const done = (startedAt: number, took: number, slot?: number): EntryState => ({
  is: 'succeeded',
  run: runOf({ startedAt, slot, end: { is: 'succeeded', at: startedAt + took, took, code: 0 } }),
});

test('the pace is that of the runs that ended, those that run, and what there is between them', () => {
  const snapshot = snapshotOf(
    [
      done(0, 1000),
      done(1200, 1000),
      done(2400, 1000),
      { is: 'running', run: runOf({ startedAt: 3600 }) },
      { is: 'pending' },
    ],
    { workers: [workerOf({ running: [3] }), workerOf({ worker: 'bob', standing: 'gone' })] },
  );
  expect(paceOf(snapshot, digest(snapshot), 4000)).toEqual({
    took: [1000, 1000, 1000],
    ...{ running: [400], pending: 1, slots: 1, gap: 200 },
  });
});

test('a worker of several slots counts with all of them, and those not heard of for minutes with none', () => {
  const snapshot = snapshotOf([done(0, 1000, 3), failedOf({}), { is: 'pending' }], {
    workers: [
      workerOf(),
      workerOf({ worker: 'bob', standing: 'suspect' }),
      workerOf({ worker: 'eve', standing: 'unknown', lastHeardMs: 20_000 }),
      workerOf({ worker: 'joe', standing: 'unknown', lastHeardMs: 200_000 }),
    ],
  });
  expect(paceOf(snapshot, digest(snapshot), 4000).slots).toBe(5);
});

test('a clock that is behind makes no run younger than nothing, and a night between two runs is no pause', () => {
  const snapshot = snapshotOf(
    [done(0, 1000), done(9_000_000, 1000), { is: 'running', run: runOf({ startedAt: 9_999_999 }) }],
    {
      workers: [workerOf()],
    },
  );
  expect(paceOf(snapshot, digest(snapshot), 4000)).toMatchObject({ running: [0], gap: 0 });
});

test('entries are found by what became of them', () => {
  const states: EntryState[] = [
    failedOf({}),
    { is: 'lost', run: runOf() },
    failedOf({}),
    { is: 'suspect', run: runOf() },
  ];
  expect(digest(snapshotOf(states)).entries).toEqual({
    failed: [0, 2],
    lost: [1],
    suspect: [3],
    interrupted: [],
  });
});
