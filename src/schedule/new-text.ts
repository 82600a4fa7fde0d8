import { hashing } from './file.js';
import { piecesOf } from './splice.js';

/** A schedule written from the start, one entry a line, piece by piece: read it once, and it knows what went by. */
export class NewText implements Iterable<Uint8Array> {
  readonly #lines: Iterable<string>;
  readonly #hash = hashing();
  #entries = 0;

  /** `lines`: the entries, each the JSON of its list in one line. */
  constructor(lines: Iterable<string>) {
    this.#lines = lines;
  }

  /** So far. */
  get entries(): number {
    return this.#entries;
  }

  /** The content hash; once, when all has been read. */
  hash(): string {
    return this.#hash.digest();
  }

  *[Symbol.iterator](): Generator<Uint8Array> {
    for (const piece of piecesOf(this.#parts())) {
      this.#hash.update(piece);
      yield piece;
    }
  }

  *#parts(): Generator<string> {
    yield '[';
    for (const line of this.#lines) yield `${this.#entries++ === 0 ? '' : ','}\n  ${line}`;
    yield this.#entries === 0 ? ']\n' : '\n]\n';
  }
}
