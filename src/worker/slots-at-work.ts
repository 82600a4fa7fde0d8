import type { Claim } from '../claim/choose.js';
import { slotName } from '../claim/names.js';
import type { Clock } from '../ports/clock.js';
import type { Runner } from './runner.js';

export interface RunningEntry {
  readonly claim: Claim;
  /** By the monotonic clock, in milliseconds. */
  readonly since: number;
}

/** The slots of a worker: which of them are free, and what runs in the others. */
export class SlotsAtWork {
  readonly #clock: Clock;
  readonly #free: Runner[];
  readonly #busy = new Set<Runner>();
  /** Who waits for one to end. */
  #waiting: (() => void)[] = [];
  readonly #running = new Map<string, RunningEntry>();

  constructor(runners: readonly Runner[], clock: Clock) {
    this.#clock = clock;
    this.#free = runners.toReversed();
  }

  get free(): number {
    return this.#free.length;
  }

  get busy(): number {
    return this.#busy.size;
  }

  get running(): readonly RunningEntry[] {
    return [...this.#running.values()];
  }

  /** `run`, which must not fail, has a slot to itself. */
  occupy(run: (runner: Runner) => Promise<void>, whenFree: () => void): void {
    const runner = this.#free.pop() as Runner;
    this.#busy.add(runner);
    void run(runner).finally(() => {
      this.#busy.delete(runner);
      this.#free.push(runner);
      whenFree();
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  started(claim: Claim): void {
    this.#running.set(slotName(claim.id), { claim, since: this.#clock.monotonic() });
  }

  ended(claim: Claim): void {
    this.#running.delete(slotName(claim.id));
  }

  /** Until one more of them is free. */
  oneEnded(): Promise<void> {
    // Not a race of promises: what runs for days would keep a trace of each that ends meanwhile.
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The same, or that long. */
  async oneEndedOr(ms: number, stopping: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const until = AbortSignal.any([woken.signal, stopping]);
    await Promise.race([this.oneEnded(), this.#clock.wait(ms, until)]);
    woken.abort('woken');
  }

  async allEnded(): Promise<void> {
    while (this.#busy.size > 0) await this.oneEnded();
  }
}
