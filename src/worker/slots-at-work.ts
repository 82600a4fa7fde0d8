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
  readonly #busy = new Map<Runner, Promise<void>>();
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
    const ending = run(runner).finally(() => {
      this.#busy.delete(runner);
      this.#free.push(runner);
      whenFree();
    });
    this.#busy.set(runner, ending);
  }

  started(claim: Claim): void {
    this.#running.set(slotName(claim.id), { claim, since: this.#clock.monotonic() });
  }

  ended(claim: Claim): void {
    this.#running.delete(slotName(claim.id));
  }

  /** Until one more of them is free. */
  async oneEnded(): Promise<void> {
    await Promise.race(this.#busy.values());
  }

  /** The same, or that long. */
  async oneEndedOr(ms: number, stopping: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const until = AbortSignal.any([woken.signal, stopping]);
    await Promise.race([...this.#busy.values(), this.#clock.wait(ms, until)]);
    woken.abort('woken');
  }

  async allEnded(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  }
}
