import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';

export interface LimitSettings {
  /** So many entries, and no more. */
  readonly entries?: number;
  /** Milliseconds that this worker may take from now. */
  readonly timeMs?: number;
  /** How long an entry is expected to take, in milliseconds; learned from those that ended where not given. */
  readonly expectMs?: number;
  /** Wait for entries that are added later. */
  readonly waits?: boolean;
}

/** What a worker does not start: more entries than it was told, and what will not finish in its time. */
export class Limits {
  readonly waits: boolean;
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #expectMs: number | undefined;
  /** By the monotonic clock. */
  readonly #deadline: number;
  #left: number;
  #longestMs = 0;
  #hasTold = false;

  constructor(settings: LimitSettings, clock: Clock, tell: Tell) {
    const { entries = Infinity, timeMs = Infinity, expectMs, waits = false } = settings;
    this.#clock = clock;
    this.#tell = tell;
    this.#left = entries;
    this.#deadline = clock.monotonic() + timeMs;
    this.#expectMs = expectMs;
    this.waits = waits;
  }

  mayStart(): boolean {
    if (this.#left <= 0) return false;
    const leftMs = this.#deadline - this.#clock.monotonic();
    // Nothing is known of the first: it may be short.
    const expectedMs = this.#expectMs ?? this.#longestMs;
    if (leftMs > expectedMs) return true;
    if (!this.#hasTold) this.#tell({ tell: 'out-of-time', leftMs, expectedMs });
    this.#hasTold = true;
    return false;
  }

  /** How many of `wanted` to claim. */
  atMost(wanted: number): number {
    return Math.min(wanted, this.#left);
  }

  begun(): void {
    this.#left--;
  }

  /** An entry ended after that many milliseconds. */
  ended(tookMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, tookMs);
  }
}
