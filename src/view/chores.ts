import type { Clock } from '../ports/clock.js';

/** Keys are answered between two slices. */
const SLICE_MS = 8;
/** After a chore, so many times what it took goes by before it is done again unless somebody waits for it. */
const REST = 4;

/** A long computation that yields. */
export type Chore<T> = (isTime: () => boolean) => Generator<undefined, T>;

/** Does long computations in slices, one of a kind at a time, and seldom when they are long. */
export class Chores {
  readonly #kinds = new Map<string, Kind>();

  constructor(
    private readonly clock: Clock,
    private readonly over: AbortSignal,
  ) {}

  /**
   * Begins a chore, and hands over what comes of it. One of its kind that is under way is given up when it is `urgent`;
   * else it is finished, and this one follows after a while, unless it is replaced by a later one.
   */
  begin<T>(kind: string, urgent: boolean, chore: Chore<T>, done: (result: T) => void): void {
    const state = this.#kinds.get(kind) ?? { round: 0, next: undefined, busy: false };
    this.#kinds.set(kind, state);
    const work = (round: number): Promise<void> => this.#work(state, round, chore, done);
    if (state.busy && !urgent) {
      state.next = work;
      return;
    }
    state.next = undefined;
    state.busy = true;
    void work(++state.round);
  }

  async #work<T>(state: Kind, round: number, chore: Chore<T>, done: (result: T) => void): Promise<void> {
    const { clock, over } = this;
    let spent = 0;
    let began = clock.monotonic();
    const steps = chore(() => clock.monotonic() - began > SLICE_MS);
    for (;;) {
      const step = steps.next();
      spent += clock.monotonic() - began;
      if (state.round !== round || over.aborted) return;
      if (step.done) {
        done(step.value);
        break;
      }
      await clock.wait(0, over);
      began = clock.monotonic();
    }
    await clock.wait(spent * REST, over);
    // An urgent one may have begun meanwhile, and takes care of the rest.
    if (this.#isOver(state, round)) return;
    const { next } = state;
    state.next = undefined;
    if (next) await next(++state.round);
    else state.busy = false;
  }

  #isOver(state: Kind, round: number): boolean {
    return state.round !== round || this.over.aborted;
  }
}

interface Kind {
  round: number;
  next: ((round: number) => Promise<void>) | undefined;
  busy: boolean;
}
