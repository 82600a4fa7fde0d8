const FIRST_SIZE = 1 << 12;

/** A run as it can be made again: a row of a block. */
interface Place {
  readonly block: number;
  readonly row: number;
}

/**
 * Tells a command from those before it, by a hash table that keeps no commands: where hashes are equal the earlier
 * command is made again and compared. A million take 20 MB instead of 200.
 */
export class Distinct {
  readonly #keyAt: (place: Place) => string;
  readonly #blocks: number[] = [];
  readonly #rows: number[] = [];
  /** Open addressing: 1 + the number of the command, 0 where free. */
  #table = new Uint32Array(FIRST_SIZE);
  #hashes = new Uint32Array(FIRST_SIZE);

  constructor(keyAt: (place: Place) => string) {
    this.#keyAt = keyAt;
  }

  /** Whether no command before had this key; then it is remembered. */
  isNew(key: string, place: Place): boolean {
    if (2 * this.#rows.length >= this.#table.length) this.#grow();
    const hash = hashOf(key);
    const at = this.#find(hash, key);
    if (this.#table[at] !== 0) return false;
    this.#blocks.push(place.block);
    this.#table[at] = this.#rows.push(place.row);
    this.#hashes[at] = hash;
    return true;
  }

  /** Where the command with this key stands, or the free place for it. */
  #find(hash: number, key: string | undefined): number {
    const last = this.#table.length - 1;
    for (let at = hash & last; ; at = (at + 1) & last) {
      const number = this.#table[at] as number;
      if (number === 0) return at;
      if (key !== undefined && this.#hashes[at] === hash && this.#keyOf(number - 1) === key) return at;
    }
  }

  #keyOf(number: number): string {
    return this.#keyAt({ block: this.#blocks[number] as number, row: this.#rows[number] as number });
  }

  #grow(): void {
    const [table, hashes] = [this.#table, this.#hashes];
    this.#table = new Uint32Array(2 * table.length);
    this.#hashes = new Uint32Array(2 * table.length);
    for (let i = 0; i < table.length; i++) {
      if (table[i] === 0) continue;
      const hash = hashes[i] as number;
      const at = this.#find(hash, undefined);
      this.#table[at] = table[i] as number;
      this.#hashes[at] = hash;
    }
  }
}

/** FNV-1a over UTF-16 units, mixed once more: its low bits choose the place. */
function hashOf(key: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x0100_0193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x21f0_aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}
