import { roomFor } from './columns.js';

const FIRST_ROOM = 1 << 10;
/** Numbers of a key; side by side, so that a look at one costs one cache miss. */
const WIDTH = 4;

/** Numbers for slots `h.k`, from 0 in the order of their first mention: an open hash table over typed arrays. */
export class SlotNumbers {
  size = 0;
  #keys = new Int32Array(WIDTH * FIRST_ROOM);
  /** Numbers plus one, 0 where free; at most half full. */
  #table = new Int32Array(2 * FIRST_ROOM);

  /** -1 when it was never mentioned. */
  find(high: number, middle: number, low: number, copy: number): number {
    return (this.#table[this.#placeOf(high, middle, low, copy)] as number) - 1;
  }

  /** Its number, a new one when it was never mentioned. */
  add(high: number, middle: number, low: number, copy: number): number {
    const place = this.#placeOf(high, middle, low, copy);
    const known = this.#table[place] as number;
    if (known > 0) return known - 1;
    const number = this.size++;
    this.#table[place] = this.size;
    this.#keys = roomFor(this.#keys, WIDTH * this.size);
    const at = WIDTH * number;
    this.#keys[at] = high;
    this.#keys[at + 1] = middle;
    this.#keys[at + 2] = low;
    this.#keys[at + 3] = copy;
    if (2 * this.size > this.#table.length) this.#rehash();
    return number;
  }

  /** Puts the slot of that number into `key`. */
  read(number: number, key: SlotKey): void {
    const at = WIDTH * number;
    key.high = this.#keys[at] as number;
    key.middle = this.#keys[at + 1] as number;
    key.low = this.#keys[at + 2] as number;
    key.copy = this.#keys[at + 3] as number;
  }

  #placeOf(high: number, middle: number, low: number, copy: number): number {
    const table = this.#table;
    const keys = this.#keys;
    const mask = table.length - 1;
    let place = placeIn(mask, high, copy);
    for (;;) {
      const at = WIDTH * ((table[place] as number) - 1);
      if (at < 0) return place;
      const isSame =
        keys[at] === high && keys[at + 1] === middle && keys[at + 2] === low && keys[at + 3] === copy;
      if (isSame) return place;
      place = (place + 1) & mask;
    }
  }

  #rehash(): void {
    const table = (this.#table = new Int32Array(4 * this.#table.length));
    const mask = table.length - 1;
    for (let number = 0; number < this.size; number++) {
      const at = WIDTH * number;
      let place = placeIn(mask, this.#keys[at] as number, this.#keys[at + 3] as number);
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = number + 1;
    }
  }
}

/** A cryptographic hash needs no mixing; but the copies of one entry must not sit side by side. */
function placeIn(mask: number, high: number, copy: number): number {
  return (high ^ Math.imul(copy, 0x9e3779b1)) & mask;
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
