import { argvOf, slotHash } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import { ClaimReader, SlotNumbers, type SlotKey } from './slot-numbers.js';

/** Finds the entries of a hash. Hashing is what costs: it is done once for each argv, and only where it is asked for. */
export class GroupFinder {
  text: ScheduleText;
  readonly #hashes = new SlotNumbers();
  /** Of each hash, by its number. */
  readonly #groupOf: number[] = [];
  readonly #isHashed: Uint8Array;
  readonly #key = new ClaimReader();
  readonly #digits = Buffer.alloc(20);
  /** How far the search has come among the marked entries, and among all. */
  #marked = 0;
  #all = 0;

  constructor(text: ScheduleText) {
    this.text = text;
    this.#isHashed = new Uint8Array(text.groupCount.length);
  }

  /** Whether these groups are those of `text` too: then nothing is hashed again. */
  fits(text: ScheduleText): boolean {
    return text.group === this.text.group;
  }

  /** The group of the entries with this hash, -1 when there is none. `entry`: where one of them may be. */
  find(key: Omit<SlotKey, 'copy'>, entry: number): number {
    const wanted = { ...key, copy: 0 };
    if (entry >= 0 && entry < this.text.count) this.#hash(entry);
    let found = this.#known(wanted);
    while (found < 0 && this.#hashNext()) found = this.#known(wanted);
    return found;
  }

  #known(key: SlotKey): number {
    const number = this.#hashes.find(key);
    return number < 0 ? -1 : (this.#groupOf[number] as number);
  }

  /** Marked entries first: what is claimed has a mark, but for a moment. */
  #hashNext(): boolean {
    const { count, marked } = this.text;
    for (; this.#marked < count; this.#marked++)
      if (marked[this.#marked] === 1 && this.#hash(this.#marked)) return true;
    for (; this.#all < count; this.#all++) if (this.#hash(this.#all)) return true;
    return false;
  }

  /** False when it was hashed before. */
  #hash(entry: number): boolean {
    const group = this.text.group[entry] as number;
    if (this.#isHashed[group] === 1) return false;
    this.#isHashed[group] = 1;
    this.#digits.write(slotHash(argvOf(this.text, entry)), 'latin1');
    this.#key.readHash(this.#digits, 0);
    this.#key.copy = 0;
    this.#groupOf[this.#hashes.add(this.#key)] = group;
    return true;
  }
}
