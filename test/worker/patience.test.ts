import { beforeEach, describe, expect, test } from 'vitest';
import { Failure, type FailureDetail } from '../../src/failure.js';
import type { Notice } from '../../src/notice.js';
import { Patience } from '../../src/worker/patience.js';
import { FakeClock } from '../support/fake-clock.js';

const full: FailureDetail = { reason: 'filesystem', code: 'ENOSPC', operation: 'write', path: '/x' };
const missing: FailureDetail = { reason: 'schedule-missing', path: '/x' };
const refused: FailureDetail = { reason: 'filesystem', code: 'EACCES', operation: 'write', path: '/x' };

let clock: FakeClock;
let notices: Notice[];
let giveUp: AbortController;
let patience: Patience;

beforeEach(() => {
  clock = new FakeClock();
  notices = [];
  giveUp = new AbortController();
  patience = new Patience({ clock, tell: (notice) => notices.push(notice), giveUp: giveUp.signal });
});

/** Fails so many times, and then succeeds. */
function failing(times: number, detail: FailureDetail): () => Promise<string> {
  return () => (times-- > 0 ? Promise.reject(new Failure(detail)) : Promise.resolve('done'));
}

async function outcome(work: Promise<string>, afterMs: number): Promise<string> {
  const result = work.catch((error: unknown) => (error instanceof Failure ? error.detail.reason : 'error'));
  await clock.advance(afterMs);
  return Promise.race([result, Promise.resolve('waiting')]);
}

describe('patience', () => {
  test('waits for a full disk, and tells of it once, and that it is over', async () => {
    expect(await outcome(patience.with(failing(5, full)), 60_000)).toBe('done');
    expect(notices).toEqual([{ tell: 'waiting', failure: full, isLeaving: false }, { tell: 'waited' }]);
  });

  test('has no end while the disk is full', async () => {
    expect(await outcome(patience.with(failing(Infinity, full)), 3_600_000)).toBe('waiting');
  });

  test('ends at once when told to stop', async () => {
    const work = patience.with(failing(Infinity, full));
    void clock.advance(5000).then(() => giveUp.abort());
    expect(await outcome(work, 10_000)).toBe('filesystem');
  });

  test('has none with what never worked and never will', async () => {
    expect(await outcome(patience.with(failing(1, refused)), 0)).toBe('filesystem');
    expect(await outcome(patience.with(failing(1, missing)), 0)).toBe('schedule-missing');
    expect(notices).toEqual([]);
  });

  test('has some with the same where others have worked before, as with a record that is still to be kept', async () => {
    const last = new Patience({ clock, tell: () => undefined, giveUp: giveUp.signal, hasWorked: true });
    expect(await outcome(last.with(failing(2, refused)), 10_000)).toBe('done');
  });

  test('has some with the same once it has worked', async () => {
    await patience.with(failing(0, full));
    expect(await outcome(patience.with(failing(3, refused)), 60_000)).toBe('done');
  });

  test('waits a minute for a schedule that is gone, which somebody may be saving', async () => {
    await patience.with(failing(0, full));
    expect(await outcome(patience.with(failing(2, missing)), 10_000)).toBe('done');
    expect(await outcome(patience.with(failing(Infinity, missing)), 200_000)).toBe('schedule-missing');
  });

  test('has none with an error that nobody foresaw', async () => {
    const broken = (): Promise<string> => Promise.reject(new TypeError('broken'));
    await expect(patience.with(broken)).rejects.toThrow('broken');
  });
});
