import { batchSize, smoothed, type Pace } from '../claim/batch.js';
import type { Clock } from '../ports/clock.js';

/** Measures claiming and running, to know how much to claim at once. */
export class Pacer {
  readonly #clock: Clock;
  readonly #slots: number;
  #pace: Pace = { claimMs: undefined, runMs: undefined, lastBatch: 1 };
  /** Runs that ended since the last claim. */
  #runs = { count: 0, ms: 0 };
  #claimBegan = 0;

  constructor(clock: Clock, slots: number) {
    this.#clock = clock;
    this.#slots = slots;
  }

  /** From one end to the next, over all slots. */
  get runMs(): number | undefined {
    return this.#pace.runMs;
  }

  ran(ms: number): void {
    this.#runs.count++;
    this.#runs.ms += ms;
  }

  claiming(): void {
    this.#claimBegan = this.#clock.monotonic();
    const { count, ms } = this.#runs;
    if (count === 0) return;
    this.#pace = { ...this.#pace, runMs: smoothed(this.#pace.runMs, ms / count / this.#slots) };
    this.#runs = { count: 0, ms: 0 };
  }

  claimed(count: number): void {
    const claimMs = smoothed(this.#pace.claimMs, this.#clock.monotonic() - this.#claimBegan);
    this.#pace = { ...this.#pace, claimMs, lastBatch: count };
  }

  /** How many to claim: enough for all slots that are free, within a fair share. */
  appetite(free: number, pending: number, workers: number): number {
    const idle = Math.min(free, Math.ceil(pending / workers));
    return Math.max(idle, batchSize(this.#pace, pending, workers));
  }
}
