import { beside } from '../ports/thread.js';
import type { GroupHashes, Groups } from '../schedule/group-hashes.js';
import { SlotHasher } from '../schedule/slot-hasher.js';
import type { ScheduleText } from '../schedule/text.js';
import { SlotNumbers, type SlotKey } from './slot-numbers.js';

/** With fewer marks, starting a thread takes longer than what it does. */
const MANY = 100_000;

/** Finds the entries of a hash. Hashing is what costs: it is done once for each argv, and only where it is asked for. */
export class GroupFinder {
  text: ScheduleText;
  readonly #hasher = new SlotHasher();
  /** Of each group, once it is hashed. */
  #high: Int32Array;
  #middle: Int32Array;
  #low: Int32Array;
  readonly #isHashed: Uint8Array;
  /** Those that are hashed, in that order. */
  readonly #hashed: Int32Array;
  #count = 0;
  /** How far the search has come among the marked entries, and among all. */
  #marked = 0;
  #all = 0;
  /** All hashes, being made in a thread. */
  readonly #coming: Promise<GroupHashes | undefined> | undefined;

  constructor(text: ScheduleText) {
    const groups = text.groupCount.length;
    this.text = text;
    if (text.count - text.pending >= MANY) this.#coming = hashesOf(text);
    this.#high = new Int32Array(groups);
    this.#middle = new Int32Array(groups);
    this.#low = new Int32Array(groups);
    this.#isHashed = new Uint8Array(groups);
    this.#hashed = new Int32Array(groups);
  }

  /** To be awaited before anything is looked for. */
  async ready(): Promise<void> {
    if (this.#count > 0) return;
    const hashes = await this.#coming;
    if (!hashes) return;
    ({ high: this.#high, middle: this.#middle, low: this.#low } = hashes);
    this.#isHashed.fill(1);
    this.#count = this.#hashed.length;
    for (let group = 0; group < this.#count; group++) this.#hashed[group] = group;
  }

  /** Whether these groups are those of `text` too: then nothing is hashed again. */
  fits(text: ScheduleText): boolean {
    return text.group === this.text.group;
  }

  /** The group of the entry with that number, if it has this hash; -1 otherwise. */
  at(entry: number, key: SlotKey): number {
    if (entry < 0 || entry >= this.text.count) return -1;
    this.#hash(entry);
    const group = this.text.group[entry] as number;
    const { high, middle, low } = key;
    const isIt = this.#high[group] === high && this.#middle[group] === middle && this.#low[group] === low;
    return isIt ? group : -1;
  }

  /** The groups with these hashes, wherever they are, -1 where there is none: one pass for all of them. */
  search(keys: readonly SlotKey[]): number[] {
    const wanted = new SlotNumbers();
    const places = keys.map(({ high, middle, low }) => wanted.add(high, middle, low, 0));
    const found = new Array<number>(wanted.size).fill(-1);
    let missing = wanted.size;
    for (let i = 0; missing > 0 && (i < this.#count || this.#hashNext()); i++) {
      const group = this.#hashed[i] as number;
      const place = wanted.find(
        this.#high[group] as number,
        this.#middle[group] as number,
        this.#low[group] as number,
        0,
      );
      if (place < 0) continue;
      found[place] = group;
      missing--;
    }
    return places.map((place) => found[place] as number);
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
    this.#hasher.hash(this.text, entry);
    this.#isHashed[group] = 1;
    this.#high[group] = this.#hasher.high;
    this.#middle[group] = this.#hasher.middle;
    this.#low[group] = this.#hasher.low;
    this.#hashed[this.#count++] = group;
    return true;
  }
}

function hashesOf({ bytes, starts, ends, group, groupCount }: ScheduleText): Promise<GroupHashes | undefined> {
  const groups: Groups = { bytes, starts, ends, group, groupCount };
  return beside('survey/hash-thread.js', groups);
}
