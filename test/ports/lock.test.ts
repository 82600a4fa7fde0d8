import { beforeEach, describe, expect, test } from 'vitest';
import { systemError } from '../../src/ports/fs.js';
import { guardedLock, pauseMs, type Held, type Lock } from '../../src/ports/lock.js';
import { FakeClock } from '../support/fake-clock.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';
import { Gate } from '../support/protocol.js';

const STALE_MS = 10_000;
const LOCK = '/work/exp.json.lock';

let fs: MemoryFileSystem;
let clock: FakeClock;
let dead: Set<string>;

beforeEach(async () => {
  fs = memoryFileSystem();
  clock = new FakeClock();
  dead = new Set();
  await fs.makeDirectory('/work');
});

function contender(name: string): Lock {
  return guardedLock({
    fs: fs.client({ name }),
    clock: { ...wallOf(clock), wait: (ms, signal) => clock.wait(Math.max(ms, 100), signal) },
    path: LOCK,
    nests: '/work/nests',
    worker: name,
    staleMs: STALE_MS,
    provenDead: (worker) => Promise.resolve(dead.has(worker)),
  });
}

function wallOf(of: FakeClock): { monotonic(): number; wallTime(): Date } {
  return { monotonic: () => of.monotonic(), wallTime: () => of.wallTime() };
}

/** A hold that lasts until `end` is called. */
function holding(lock: Lock): { begun: Promise<Held>; end(): void; over: Promise<unknown> } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let over: Promise<unknown> = Promise.resolve();
  const begun = new Promise<Held>((resolve) => {
    over = lock.hold((held) => {
      resolve(held);
      return ended;
    });
  });
  return { begun, end, over };
}

async function until<T>(promise: Promise<T>, mostMs = 60_000): Promise<T> {
  const state = { over: false };
  const done = (): void => void (state.over = true);
  promise.then(done, done);
  for (let waited = 0; !state.over; waited += 100) {
    if (waited > mostMs) throw new Error('this promise does not settle');
    await clock.advance(100);
  }
  return promise;
}

const names = (path: string): Promise<string[]> => fs.list(path).catch(() => []);

describe('the lock', () => {
  test('is held by one, and then by the next', async () => {
    const order: string[] = [];
    let inside = 0;
    const work = (name: string) => async (): Promise<void> => {
      expect(++inside).toBe(1);
      await clock.wait(10);
      order.push(name);
      inside--;
    };
    const all = ['ada', 'ben', 'cyd'].map((name) => contender(name).hold(work(name)));
    await until(Promise.all(all));
    expect(order.toSorted()).toEqual(['ada', 'ben', 'cyd']);
  });

  test('is held by one of fifty at a time, and each has its turn', async () => {
    let inside = 0;
    const waited: number[] = [];
    const all = Array.from({ length: 50 }, (_, i) =>
      contender(`worker-${i}`).hold(async () => {
        expect(++inside).toBe(1);
        waited.push(clock.monotonic());
        await clock.wait(10);
        inside--;
      }),
    );
    await until(Promise.all(all), 600_000);
    expect(waited).toHaveLength(50);
    expect(dead.size).toBe(0);
  });

  test('within one worker is held by one at a time', async () => {
    const lock = contender('ada');
    const first = holding(lock);
    await until(first.begun);
    const second = lock.hold(() => Promise.resolve('second'));
    await clock.advance(1000);
    first.end();
    expect(await until(second)).toBe('second');
  });

  test('is not waited for any longer when told to stop', async () => {
    const first = holding(contender('ada'));
    await until(first.begun);
    const stop = new AbortController();
    const second = contender('ben').hold(() => Promise.resolve('never'), stop.signal);
    await clock.advance(1000);
    stop.abort();
    expect(await until(second)).toBeUndefined();
    first.end();
    await until(first.over);
  });

  test('is released when the work fails, and says why it failed', async () => {
    const lock = contender('ada');
    await expect(until(lock.hold(() => Promise.reject(new Error('work'))))).rejects.toThrow('work');
    expect(await names(LOCK)).toEqual([]);
    expect(await until(contender('ben').hold(() => Promise.resolve(1)))).toBe(1);
  });

  test('and its nest leave nothing behind', async () => {
    const lock = contender('ada');
    await until(lock.hold(() => Promise.resolve()));
    await lock.close();
    expect(await names('/work')).toEqual(['nests']);
    expect(await names('/work/nests')).toEqual([]);
  });

  test('says which trouble keeps it from being taken', async () => {
    fs.faults.fail('write', '/nests/', 'ENOSPC', 1);
    const lock = contender('ada');
    await expect(until(lock.hold(() => Promise.resolve()))).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'ENOSPC' },
    });
    expect(await until(lock.hold(() => Promise.resolve(1)))).toBe(1);
  });
});

describe('a holder that stands still', () => {
  test('is robbed when it has not moved for as long as counts as stale, not before', async () => {
    const ada = holding(contender('ada'));
    await until(ada.begun);
    const since = clock.monotonic();
    const ben = holding(contender('ben'));
    await until(ben.begun);
    expect(clock.monotonic() - since).toBeGreaterThanOrEqual(STALE_MS);
    expect(clock.monotonic() - since).toBeLessThan(STALE_MS + 2000);
    expect(await (await ada.begun).isMine()).toBe(false);
    expect(await (await ben.begun).isMine()).toBe(true);
  });

  test('is robbed at once when it is proven dead', async () => {
    await until(holding(contender('ada')).begun);
    dead.add('ada');
    const since = clock.monotonic();
    await until(holding(contender('ben')).begun);
    expect(clock.monotonic() - since).toBeLessThan(1000);
  });

  test('is not robbed while it asks whether the lock is still its own', async () => {
    const ada = holding(contender('ada'));
    const held = await until(ada.begun);
    const ben = contender('ben').hold(() => Promise.resolve('robbed'));
    for (let i = 0; i < 5; i++) {
      await clock.advance(STALE_MS / 2);
      expect(await held.isMine()).toBe(true);
    }
    ada.end();
    expect(await until(ben)).toBe('robbed');
  });

  test('is robbed by one of two, and neither harms the other', async () => {
    await until(holding(contender('ada')).begun);
    dead.add('ada');
    let inside = 0;
    const work = async (held: Held): Promise<boolean> => {
      expect(++inside).toBe(1);
      await clock.wait(50);
      inside--;
      return held.isMine();
    };
    const both = Promise.all([contender('ben').hold(work), contender('cyd').hold(work)]);
    expect(await until(both)).toEqual([true, true]);
  });

  test('harms nobody at whatever operation the thief stops, sees the lock taken by another, and goes on', async () => {
    for (let n = 1, reached = true; reached; n++) {
      await freshTree();
      await until(holding(contender('ada')).begun);
      dead.add('ada');
      const ben = contender('ben');
      const gate = new Gate(fs, 'ben', n);
      const bens = ben.hold((held) => held.isMine());
      await clock.advance(1000);
      ({ reached } = gate);
      if (!reached) break;
      if (await holds('ben')) dead.add('ben');
      const cyd = holding(contender('cyd'));
      const held = await until(cyd.begun);
      gate.wake();
      await clock.advance(1000);
      expect(await held.isMine(), gate.calls.join()).toBe(true);
      cyd.end();
      await until(cyd.over);
      dead.clear();
      await until(bens);
    }
  });

  test('that wakes up releases nothing of the thief', async () => {
    const ada = holding(contender('ada'));
    await until(ada.begun);
    const ben = holding(contender('ben'));
    const held = await until(ben.begun);
    ada.end();
    await until(ada.over);
    expect(await held.isMine()).toBe(true);
    expect(await names(LOCK)).toEqual([expect.stringMatching(/^ben\./)]);
    ben.end();
    await until(ben.over);
    // Also where both are of one process.
    expect(await names('/work')).toEqual(['nests']);
  });
});

describe('a reply that got lost', () => {
  test('when the lock was taken does not make its holder wait for itself', async () => {
    loseReply((to) => to === LOCK, 'ENOENT');
    const since = clock.monotonic();
    expect(await until(contender('ada').hold((held) => held.isMine()))).toBe(true);
    expect(clock.monotonic() - since).toBeLessThan(1000);
  });

  test('when the holder asked whether the lock is its own, does not make it think itself robbed', async () => {
    const ada = holding(contender('ada'));
    const held = await until(ada.begun);
    loseReply((to) => to.includes('/exp.json.lock/ada.'), 'ENOENT');
    expect(await held.isMine()).toBe(true);
    expect(await held.isMine()).toBe(true);
  });

  test.each(['EIO', 'ETIMEDOUT'])('as %s does not keep the lock from being released', async (code) => {
    const ada = holding(contender('ada'));
    const held = await until(ada.begun);
    loseReply((to) => to.includes('/exp.json.lock/ada.'), code);
    await held.isMine().catch(() => undefined);
    ada.end();
    await until(ada.over);
    const since = clock.monotonic();
    await until(contender('ben').hold(() => Promise.resolve()));
    expect(clock.monotonic() - since).toBeLessThan(1000);
  });

  test('when the lock was released does not keep it', async () => {
    const ada = holding(contender('ada'));
    await until(ada.begun);
    loseReply((to) => to.includes('/nests/ada/'), 'ENOENT');
    ada.end();
    await until(ada.over);
    const since = clock.monotonic();
    await until(contender('ben').hold(() => Promise.resolve()));
    expect(clock.monotonic() - since).toBeLessThan(1000);
  });
});

describe('a sidecar that is deleted', () => {
  test('while a worker waits does not keep it from the lock', async () => {
    const ada = holding(contender('ada'));
    await until(ada.begun);
    const lock = contender('ben');
    await until(Promise.race([lock.hold(() => Promise.resolve(1)), clock.wait(1000)]));
    for (const name of await names('/work/nests/ben')) await fs.unlink(`/work/nests/ben/${name}`);
    await fs.removeDirectory('/work/nests/ben').catch(() => undefined);
    ada.end();
    expect(await until(lock.hold(() => Promise.resolve(2)))).toBe(2);
  });

  test('between two steps of taking the lock costs no more than another try', async () => {
    for (let n = 1; n < 12; n++) {
      await freshTree();
      let seen = 0;
      fs.faults.before(async ({ client }) => {
        if (client !== 'ada' || ++seen !== n) return;
        for (const name of await names('/work/nests/ada')) await fs.unlink(`/work/nests/ada/${name}`);
        await fs.removeDirectory('/work/nests/ada').catch(() => undefined);
      });
      expect(await until(contender('ada').hold(() => Promise.resolve(n))), `operation ${n}`).toBe(n);
    }
  });
});

describe('a pause between two tries', () => {
  test('is about as long as a hold, and never longer than a quarter of a second', () => {
    expect(pauseMs(20, 0, 0.5)).toBe(20);
    expect(pauseMs(5000, 0, 0.5)).toBe(250);
  });

  test('gets shorter for those that have waited long', () => {
    expect(pauseMs(20, 1000, 0.5)).toBeLessThan(pauseMs(20, 100, 0.5));
  });

  test('never makes somebody who waits for a slow server ask it hundreds of times a second', () => {
    expect(pauseMs(4, 10_000, 0.5)).toBeGreaterThanOrEqual(5);
  });
});

async function holds(worker: string): Promise<boolean> {
  return (await names(LOCK)).some((name) => name.startsWith(`${worker}.`));
}

function loseReply(concerns: (to: string) => boolean, code: string): void {
  let lost = false;
  fs.faults.after(({ operation, path, to = '' }) => {
    if (lost || operation !== 'rename' || !concerns(to)) return;
    lost = true;
    throw systemError(code, operation, path);
  });
}

async function freshTree(): Promise<void> {
  fs = memoryFileSystem();
  dead.clear();
  await fs.makeDirectory('/work');
}

describe('a lock folder that could not be removed when it was released', () => {
  test('is removed by who leaves', async () => {
    const ada = contender('ada');
    fs.faults.fail('removeDirectory', 'exp.json.lock', 'EIO', 1);
    await until(ada.hold(() => Promise.resolve()));
    expect(await names('/work')).toContain('exp.json.lock');
    await ada.close();
    expect(await names('/work')).not.toContain('exp.json.lock');
  });

  test('stays when somebody else holds it by then', async () => {
    const ada = contender('ada');
    fs.faults.fail('removeDirectory', 'exp.json.lock', 'EIO', 1);
    await until(ada.hold(() => Promise.resolve()));
    const ben = holding(contender('ben'));
    await until(ben.begun);
    await ada.close();
    expect(await names(LOCK)).toHaveLength(1);
    ben.end();
    await until(ben.over);
  });
});
