import { roomFor } from './columns.js';

/** The first 64 bits of a slot's hash decide where it is looked for, all 80 whether it is found. */
const FIRST_ROOM = 1 << 10;

/** Numbers for slots `h.k`, from 0 in the order of their first mention: an open hash table over typed arrays. */
export class SlotNumbers {
  size = 0;
  #high = new Int32Array(FIRST_ROOM);
  #middle = new Int32Array(FIRST_ROOM);
  #low = new Int32Array(FIRST_ROOM);
  #copies = new Int32Array(FIRST_ROOM);
  /** Numbers plus one, 0 where free; at most half full. */
  #table = new Int32Array(2 * FIRST_ROOM);

  /** -1 when it was never mentioned. */
  find({ high, middle, low, copy }: SlotKey): number {
    const number = (this.#table[this.#placeOf(high, middle, low, copy)] as number) - 1;
    return number;
  }

  /** Its number, a new one when it was never mentioned. */
  add({ high, middle, low, copy }: SlotKey): number {
    const place = this.#placeOf(high, middle, low, copy);
    const known = this.#table[place] as number;
    if (known > 0) return known - 1;
    const number = this.size++;
    this.#table[place] = this.size;
    this.#high = roomFor(this.#high, this.size);
    this.#middle = roomFor(this.#middle, this.size);
    this.#low = roomFor(this.#low, this.size);
    this.#copies = roomFor(this.#copies, this.size);
    this.#high[number] = high;
    this.#middle[number] = middle;
    this.#low[number] = low;
    this.#copies[number] = copy;
    if (2 * this.size > this.#table.length) this.#rehash();
    return number;
  }

  /** Puts the slot of that number into `key`. */
  read(number: number, key: SlotKey): void {
    key.high = this.#high[number] as number;
    key.middle = this.#middle[number] as number;
    key.low = this.#low[number] as number;
    key.copy = this.#copies[number] as number;
  }

  #placeOf(high: number, middle: number, low: number, copy: number): number {
    const table = this.#table;
    const mask = table.length - 1;
    // A cryptographic hash needs no mixing; the copies of one entry must not sit side by side.
    let place = (high ^ Math.imul(copy, 0x9e3779b1)) & mask;
    for (;;) {
      const number = (table[place] as number) - 1;
      if (number < 0) return place;
      if (
        this.#high[number] === high &&
        this.#middle[number] === middle &&
        this.#low[number] === low &&
        this.#copies[number] === copy
      )
        return place;
      place = (place + 1) & mask;
    }
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length);
    for (let number = 0; number < this.size; number++) {
      const place = this.#placeOf(
        this.#high[number] as number,
        this.#middle[number] as number,
        this.#low[number] as number,
        this.#copies[number] as number,
      );
      this.#table[place] = number + 1;
    }
  }
}

/** A slot without strings: 80 bits of hash, and which of the equal entries. */
export interface SlotKey {
  high: number;
  middle: number;
  low: number;
  copy: number;
}

/** A claim's name, read without making a string of it. */
export class ClaimReader implements SlotKey {
  high = 0;
  middle = 0;
  low = 0;
  copy = 0;
  generation = 0;
  #value = 0;

  /** False for what is no claim of 20 digits of hash. Reads up to `to`, which must be the name's end. */
  read(bytes: Uint8Array, from: number, to: number): boolean {
    if (to - from < 24 || bytes[from + 20] !== DOT || !this.readHash(bytes, from)) return false;
    const dot = this.#number(bytes, from + 21, to);
    this.copy = this.#value;
    if (dot === from + 21 || bytes[dot] !== DOT || this.copy > MOST) return false;
    const end = this.#number(bytes, dot + 1, to);
    this.generation = this.#value;
    return end === to && end > dot + 1 && this.generation <= MOST;
  }

  /** Reads digits into #value; returns where they end. */
  #number(bytes: Uint8Array, from: number, to: number): number {
    let value = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.#value = value;
    return at;
  }

  /** The 20 digits of a hash at `from`. */
  readHash(bytes: Uint8Array, from: number): boolean {
    let bad = 0;
    let word = 0;
    for (let i = 0; i < 20; i++) {
      const value = DIGITS[bytes[from + i] as number] as number;
      bad |= value;
      word = (word << 4) | value;
      if (i === 7) this.high = word | 0;
      else if (i === 15) this.middle = word | 0;
    }
    this.low = word & 0xffff;
    return bad >= 0;
  }
}

const DOT = 0x2e;
const ZERO = 0x30;
const MOST = 2 ** 31 - 1;

/** What a lower case hexadecimal digit stands for; -1 for other bytes. */
const DIGITS = new Int8Array(256).fill(-1);
for (let i = 0; i < 16; i++) DIGITS[i.toString(16).charCodeAt(0)] = i;

/** The slot's hash as its name has it. */
export function hashText({ high, middle, low }: SlotKey): string {
  const hex = (word: number, digits: number): string => (word >>> 0).toString(16).padStart(digits, '0');
  return hex(high, 8) + hex(middle, 8) + hex(low, 4);
}
