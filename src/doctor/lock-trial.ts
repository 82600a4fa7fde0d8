import type { guardedLock, Lock } from '../ports/lock.js';
import type { FileSystem } from '../ports/fs.js';
import type { Ground } from './race.js';
import type { HeldLock } from './schemas.js';

/** The shortest that the lock's package takes; a lock is held for milliseconds, so the usual 10 s need not be waited for. */
export const TRIAL_STALE_MS = 2_000;
/** A host that is too busy to show a sign of life in time proves nothing about its filesystem. */
export const TOO_BUSY_MS = 700;
const TICK_MS = 50;

interface Making {
  readonly ground: Ground;
  readonly lock: typeof guardedLock;
}

export function trialLock({ ground, lock }: Making, name: string, fs: FileSystem = ground.fs): Lock {
  return lock({
    ...{ fs, clock: ground.clock, staleMs: TRIAL_STALE_MS },
    path: `${ground.folder}/${name}.lock`,
    nests: `${ground.folder}/${name}.nests`,
    worker: ground.me,
    provenDead: () => Promise.resolve(false),
  });
}

/** Holds the lock, with signs of life, for so long; and says whether it was still the holder in the end. */
export async function holdFor(
  making: Making,
  forMs: number,
  onHold: () => Promise<void>,
  signal: AbortSignal,
): Promise<HeldLock | undefined> {
  const { clock } = making.ground;
  const lock = trialLock(making, 'live');
  try {
    return await lock.hold(async (held) => {
      await onHold();
      let longestPauseMs = 0;
      const until = clock.monotonic() + forMs;
      for (let last = clock.monotonic(); last < until && !signal.aborted;) {
        await clock.wait(TICK_MS, signal);
        longestPauseMs = Math.max(longestPauseMs, clock.monotonic() - last - TICK_MS);
        last = clock.monotonic();
      }
      return { kept: await held.isMine(), longestPauseMs };
    }, signal);
  } finally {
    await lock.close();
  }
}

/** Takes the lock and never shows a sign of life again, as a host that was cut off; `die` ends the process for good. */
export async function holdForEver(
  making: Making,
  onHold: () => Promise<void>,
  die: (() => void) | undefined,
  signal: AbortSignal,
): Promise<void> {
  const frozen = freezing(making.ground.fs);
  const lock = trialLock(making, 'dead', frozen.fs);
  await new Promise<void>((resolve, reject) => {
    lock
      .hold(async () => {
        await onHold();
        frozen.freeze();
        die?.();
        resolve();
        await new Promise(() => undefined);
      }, signal)
      .then(() => resolve(), reject);
  });
}

/** Until it is ours; in milliseconds, or undefined when it was not to be had in time. */
export async function takeOver(
  making: Making,
  longestMs: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { clock } = making.ground;
  const lock = trialLock(making, 'dead');
  const began = clock.monotonic();
  const giveUp = new AbortController();
  const end = (): void => {
    giveUp.abort();
  };
  signal.addEventListener('abort', end, { once: true });
  void clock.wait(longestMs, giveUp.signal).then(end);
  try {
    return await lock.hold(() => Promise.resolve(clock.monotonic() - began), giveUp.signal);
  } finally {
    end();
    signal.removeEventListener('abort', end);
    await lock.close();
  }
}

/** Tries to get the lock of a live holder, until `signal`; true: it had it. */
export async function tryToRob(making: Making, signal: AbortSignal): Promise<boolean> {
  const lock = trialLock(making, 'live');
  try {
    return (await lock.hold(() => Promise.resolve(true), signal)) ?? false;
  } finally {
    await lock.close();
  }
}

/** A filesystem whose calls never return from some moment on. */
function freezing(fs: FileSystem): { fs: FileSystem; freeze: () => void } {
  let isFrozen = false;
  const proxy = new Proxy(fs, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown =>
        isFrozen ? new Promise(() => undefined) : (Reflect.apply(value, target, args) as unknown);
    },
  });
  return { fs: proxy, freeze: () => (isFrozen = true) };
}
