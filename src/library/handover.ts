/** From somebody who hands things out one by one to somebody who takes them one by one. */
export class Handover<T> {
  readonly #closing = new AbortController();
  #offered: T[] = [];
  #onChange: (() => void)[] = [];

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborted when nobody takes any more. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Resolves when it was taken, or nobody will. */
  async put(thing: T): Promise<void> {
    if (this.isClosed) return;
    this.#offered.push(thing);
    this.#changed();
    while (this.#isWaiting(thing)) await this.#change();
  }

  close(): void {
    this.#closing.abort();
    this.#changed();
  }

  /** Everything that is put until `done`; whatever that fails with. Nothing goes on behind the back of who stops taking. */
  async *taken(done: Promise<void>): AsyncGenerator<T, void> {
    const ended = done.finally(() => this.close());
    ended.catch(() => undefined);
    try {
      for (;;) {
        const next = this.#offered.shift();
        if (next !== undefined) {
          this.#changed();
          yield next;
        } else if (this.isClosed) break;
        else await this.#change();
      }
    } finally {
      this.close();
      await ended;
    }
  }

  #isWaiting(thing: T): boolean {
    return this.#offered.includes(thing) && !this.isClosed;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve));
  }

  #changed(): void {
    const waiting = this.#onChange;
    this.#onChange = [];
    for (const resolve of waiting) resolve();
  }
}
