/** So many say how long runs take these days. */
const ROOM = 256;

/** The last numbers of a row that may be long. */
export class Latest {
  readonly #ring: number[] = [];
  #count = 0;

  add(number: number): void {
    this.#ring[this.#count++ % ROOM] = number;
  }

  /** Oldest first. */
  all(): number[] {
    const next = this.#count % ROOM;
    return this.#count <= ROOM ? this.#ring.slice() : [...this.#ring.slice(next), ...this.#ring.slice(0, next)];
  }
}
