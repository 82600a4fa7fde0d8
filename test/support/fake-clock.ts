import type { Clock } from '../../src/ports/clock.js';

interface Waiting {
  readonly due: number;
  readonly resolve: () => void;
}

/** A clock that stands still until told; waits end in the order they are due. */
export class FakeClock implements Clock {
  #now = 0;
  #waiting: Waiting[] = [];
  readonly #epoch: number;

  constructor(wallTime = new Date('2026-01-01T00:00:00Z')) {
    this.#epoch = wallTime.getTime();
  }

  monotonic(): number {
    return this.#now;
  }

  wallTime(): Date {
    return new Date(this.#epoch + this.#now);
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = { due: this.#now + ms, resolve: () => this.#end(waiting, signal, end, resolve) };
      const end = (): void => waiting.resolve();
      this.#waiting.push(waiting);
      signal?.addEventListener('abort', end, { once: true });
    });
  }

  /** How many waits are under way: a test that waits for one need not guess. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets `ms` milliseconds pass, and whoever wakes up meanwhile do what it can. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#now = next.due;
      next.resolve();
      await settle();
    }
    this.#now = until;
  }

  #next(until: number): Waiting | undefined {
    return this.#waiting.filter(({ due }) => due <= until).sort((one, other) => one.due - other.due)[0];
  }

  #end(waiting: Waiting, signal: AbortSignal | undefined, listener: () => void, resolve: () => void): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    signal?.removeEventListener('abort', listener);
    resolve();
  }
}

/** Until everything that needs no more than promises has run. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
