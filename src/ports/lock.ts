import lockfile from 'proper-lockfile';
import { Failure } from '../failure.js';
import type { Clock } from './clock.js';
import { errorCode, type FileSystem } from './fs.js';
import { Guard } from './lock-guard.js';

/** The file mutex around reading and rewriting the schedule. It keeps rewrites apart; it never decides who runs what. */
export interface Lock {
  /** Waits for the lock, does the work, releases. The wait ends early, with undefined, when `signal` aborts. */
  hold<T>(work: (held: Held) => Promise<T>, signal?: AbortSignal): Promise<T | undefined>;
  /** Removes what a dead worker has left of its nest. */
  tidyAfter(worker: string): Promise<void>;
  /** Leaves nothing of this worker's behind. */
  close(): Promise<void>;
}

export interface Held {
  /** Asks the filesystem, not our memory: a robbed holder must not commit. */
  isMine(): Promise<boolean>;
}

export interface LockOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** The lock itself, a directory that exists while held. */
  readonly path: string;
  /** Where each worker keeps its own directory while it does not hold the lock; on the same filesystem. */
  readonly nests: string;
  readonly worker: string;
  /** Milliseconds of the contender's own monotonic clock after which an unchanged holder counts as gone. */
  readonly staleMs: number;
  /** A holder that is proven dead need not be waited for. */
  provenDead(worker: string): Promise<boolean>;
}

/** Waiting: about one look per hold, never more than these milliseconds apart. */
const FIRST_GUESS_MS = 4;
const LONGEST_PAUSE_MS = 250;
const SHORTEST_PAUSE_MS = 5;
const MOST_IMPATIENT = 4;
const LONGEST_BEAT_MS = 3_333;

/** proper-lockfile knows what this process has locked by name: two of one schedule must not end each other's beats. */
let locks = 0;

/**
 * proper-lockfile on a guarded filesystem.
 *
 * The lock directory is never empty while held: it contains one file, named after its holder and a counter, and comes
 * into place by renaming a directory that already holds it, which fails on a non-empty target. Every step that could
 * hit somebody else's lock (release, heartbeat, takeover) names that file exactly, counter included, so the filesystem
 * compares and swaps for us: a late thief, a late release or a late heartbeat finds the name gone and harms nobody.
 * A contender calls the lock stale when the name has not changed for `staleMs` of its own monotonic clock.
 */
export function guardedLock(options: LockOptions): Lock {
  const guard = new Guard(options);
  const name = `${options.path} ${++locks}`;
  let usualHoldMs = FIRST_GUESS_MS;

  async function acquire(signal: AbortSignal | undefined): Promise<(() => Promise<void>) | undefined> {
    const began = options.clock.monotonic();
    while (!signal?.aborted) {
      const release = await tryOnce();
      if (release) return release;
      const waited = options.clock.monotonic() - began;
      await options.clock.wait(pauseMs(usualHoldMs, waited), signal);
    }
    return undefined;
  }

  async function tryOnce(): Promise<(() => Promise<void>) | undefined> {
    try {
      return await lockfile.lock(name, {
        lockfilePath: options.path,
        realpath: false,
        fs: guard,
        stale: options.staleMs,
        // Others may be less patient than this worker.
        update: Math.min(options.staleMs / 3, LONGEST_BEAT_MS),
        retries: 0,
        // isMine() is asked before every commit; throwing from a timer would kill the worker.
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (errorCode(error) === 'ELOCKED') return undefined;
      throw new Failure(
        {
          reason: 'filesystem',
          code: errorCode(error) ?? 'unknown',
          operation: 'take the lock',
          path: options.path,
        },
        { cause: error },
      );
    }
  }

  /** Within this process one after the other, too: a hold has one owner file. */
  let turn: Promise<unknown> = Promise.resolve();

  return {
    hold(work, signal) {
      const result = turn.then(() => holdOnce(work, signal));
      turn = result.catch(() => undefined);
      return result;
    },
    tidyAfter: (worker) => guard.clear(`${options.nests}/${worker}`),
    close: () => guard.clear(`${options.nests}/${options.worker}`),
  };

  async function holdOnce<T>(work: (held: Held) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    const release = await acquire(signal);
    if (!release) return undefined;
    const since = options.clock.monotonic();
    try {
      return await work({ isMine: () => guard.isMine() });
    } finally {
      usualHoldMs = 0.7 * usualHoldMs + 0.3 * (options.clock.monotonic() - since);
      // ERELEASED and ECOMPROMISED: it was taken from us; the guard touched nothing of the thief's.
      await release().catch(() => undefined);
    }
  }
}

/** In proportion to how long a hold takes; those who have waited long look more often, so that nobody starves. */
export function pauseMs(usualHoldMs: number, waitedMs: number, random = Math.random()): number {
  const impatience = Math.min(MOST_IMPATIENT, 1 + waitedMs / (8 * usualHoldMs + 1));
  const pause = (usualHoldMs * (0.5 + random)) / impatience;
  return Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, pause));
}
