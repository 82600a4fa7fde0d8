import { expect, test } from 'vitest';
import { waitFor, type WaitNews } from '../../src/commands/wait.js';
import type { EntryState, Snapshot } from '../../src/survey/types.js';
import { FakeClock } from '../support/fake-clock.js';
import { memoryFileSystem } from '../support/fs-memory.js';
import { failedOf, runOf, snapshotOf, workerOf } from '../support/snapshot.js';

const HOUR = 3_600_000;

/** Waits for what `look` shows; whom it tells what. */
function waiting(look: () => Snapshot, timeoutMs?: number) {
  const clock = new FakeClock();
  const news: WaitNews[] = [];
  const stop = new AbortController();
  const looks: number[] = [];
  const looking = {
    ...{ clock, fs: memoryFileSystem() },
    look: () => {
      looks.push(clock.monotonic());
      return Promise.resolve().then(look);
    },
  };
  const ended = waitFor(looking, { timeoutMs, signal: stop.signal, onNews: (one) => news.push(one) });
  return {
    clock,
    news,
    stop,
    looks,
    ended,
    told: () => news.filter(({ tell }) => tell !== 'waiting').map(({ tell }) => tell),
  };
}

const running = snapshotOf([{ is: 'running', run: runOf() }], { workers: [workerOf()] });
const failed = snapshotOf([failedOf({ code: 1 })]);

test('it looks ever more seldom, and sees the end no later than it is worth', async () => {
  let end = false;
  const { clock, looks, ended } = waiting(() => (end ? failed : running));
  await clock.advance(HOUR);
  expect(looks.length).toBeLessThan(300);
  expect(looks[1]).toBe(500);
  expect(Math.max(...looks.map((at, i) => (looks[i + 1] ?? at) - at))).toBe(15_000);
  end = true;
  await clock.advance(15_000);
  expect(await ended).toMatchObject({ is: 'over' });
});

const OPEN: readonly EntryState[] = [
  { is: 'pending' },
  { is: 'claimed', worker: 'ada' },
  { is: 'running', run: runOf() },
  { is: 'suspect', run: runOf() },
  { is: 'interrupted', run: runOf() },
];
test.each(OPEN.map((state) => [state.is, state] as const))('what is %s is waited for', async (_, state) => {
  const { clock, ended } = waiting(() => snapshotOf([state]), 60_000);
  await clock.advance(60_000);
  expect(await ended).toMatchObject({ is: 'timeout', open: 1 });
});

const OVER: readonly EntryState[] = [{ is: 'marked' }, { is: 'lost', run: runOf() }, failedOf({})];
test.each(OVER.map((state) => [state.is, state] as const))('what is %s is not', async (_, state) => {
  expect(await waiting(() => snapshotOf([state])).ended).toMatchObject({ is: 'over' });
});

test('it tells once that nobody is there, and when somebody is again', async () => {
  let workers = [workerOf({ standing: 'gone' }), workerOf({ standing: 'suspect' })];
  const { clock, told, stop, ended } = waiting(() => snapshotOf([{ is: 'pending' }], { workers }));
  await clock.advance(10_000);
  expect(told()).toEqual(['nobody']);
  workers = [workerOf()];
  await clock.advance(10_000);
  expect(told()).toEqual(['nobody', 'somebody']);
  stop.abort();
  expect(await ended).toEqual({ is: 'stopped' });
});

test('a filesystem that fails for a while is told once and waited out', async () => {
  let fails = false;
  const { clock, told, ended } = waiting(() => {
    if (fails) throw Object.assign(new Error('stale'), { code: 'ESTALE' });
    return clock.monotonic() > HOUR ? failed : running;
  });
  await clock.advance(1000);
  fails = true;
  await clock.advance(60_000);
  fails = false;
  await clock.advance(HOUR + 15_000);
  expect(told()).toEqual(['trouble']);
  expect(await ended).toMatchObject({ is: 'over' });
});

test('what fails at the first look fails', async () => {
  await expect(waiting(() => Promise.reject(new Error('no')) as never).ended).rejects.toThrow('no');
});

test('a bug is not taken for a filesystem that fails', async () => {
  let looks = 0;
  const { clock, ended } = waiting(() => {
    if (looks++ > 0) throw new TypeError('undefined is no function');
    return running;
  });
  const failing = expect(ended).rejects.toThrow(TypeError);
  await clock.advance(1000);
  await failing;
});
