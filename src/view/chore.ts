import type { Clock } from '../ports/clock.js';

/** Keys are answered between two slices. */
const SLICE_MS = 8;
/** So many times what it took goes by before it is done again, unless somebody waits for it. */
const REST = 4;

/** A long computation that yields whenever it is time. */
export type Steps<T> = (isTime: () => boolean) => Generator<undefined, T>;

/** A long computation that is done again and again: in slices, one at a time, and seldom when it takes long. */
export class Chore<T> {
  #round = 0;
  #busy = false;
  #next: (() => Promise<void>) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly over: AbortSignal,
  ) {}

  /**
   * Hands over what comes of it. An `urgent` one replaces the one that is under way; else that is finished, and the
   * latest one that was asked for follows.
   */
  begin(urgent: boolean, steps: Steps<T>, done: (result: T) => void): void {
    const work = (): Promise<void> => this.#work(++this.#round, steps, done);
    this.#next = undefined;
    if (this.#busy && !urgent) this.#next = work;
    else void work();
  }

  async #work(round: number, steps: Steps<T>, done: (result: T) => void): Promise<void> {
    const { clock, over } = this;
    const isReplaced = (): boolean => round !== this.#round || over.aborted;
    this.#busy = true;
    let spent = 0;
    let began = clock.monotonic();
    const running = steps(() => clock.monotonic() - began > SLICE_MS);
    for (;;) {
      const step = running.next();
      spent += clock.monotonic() - began;
      if (step.done) {
        done(step.value);
        break;
      }
      await clock.wait(0, over);
      if (isReplaced()) return;
      began = clock.monotonic();
    }
    await clock.wait(spent * REST, over);
    if (isReplaced()) return;
    this.#busy = false;
    const next = this.#next;
    this.#next = undefined;
    await next?.();
  }
}
