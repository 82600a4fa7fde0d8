import { setTimeout as delay } from 'node:timers/promises';

/** Time as this process sees it; nothing compares it with another host's. */
export interface Clock {
  /** Milliseconds since some moment of this process; never goes back. */
  monotonic(): number;
  /** For humans to read only: it may jump, and differs between hosts. */
  wallTime(): Date;
  /** Resolves after `ms` milliseconds, or as soon as `signal` is aborted; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node fires a longer timer at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wallTime: () => new Date(),
  wait: async (ms, signal) => {
    const options = signal === undefined ? {} : { signal };
    await delay(Math.min(ms, LONGEST_TIMER), undefined, options).catch(() => undefined); // rejects only when aborted
  },
};
