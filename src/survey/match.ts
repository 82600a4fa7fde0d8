import type { ScheduleText } from '../schedule/text.js';
import { CLAIMED, FREE, LOST, MARKED, PENDING, RETURNED } from './judge.js';

/** What the slots are, in columns by slot. */
export interface SlotColumns {
  /** -1 where the file has no such entry any more. */
  readonly group: Int32Array;
  readonly state: Uint8Array;
  /** Where its entry stood when it was last started, -1 when it never was. */
  readonly entry: Int32Array;
  /** 1 where the claim is newer than this text. */
  readonly isNewer: Uint8Array;
  readonly count: number;
}

/** For each entry its state, and the slot that it is, -1 for none. */
export interface Matched {
  readonly state: Uint8Array;
  readonly slot: Int32Array;
}

/** The numbers of `items` by group: those of group g from `start[g]` up to `start[g + 1]`, in ascending order. */
interface ByGroup {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/**
 * Matches entries with slots. Equal entries are interchangeable: what counts is how many of them have a mark, and each
 * slot gets the entry that it was started as where that still fits.
 */
export class Matcher {
  readonly #entries: ByGroup;
  readonly #group: Uint32Array;

  constructor({ group, groupCount, count }: ScheduleText) {
    this.#group = group;
    this.#entries = byGroup(group, count, groupCount.length);
  }

  /** `text` may have other marks than the one this was made for. */
  match(text: ScheduleText, slots: SlotColumns): Matched {
    const state = new Uint8Array(text.count);
    const slot = new Int32Array(text.count).fill(-1);
    for (let i = 0; i < text.count; i++) if (text.marked[i] === 1) state[i] = MARKED;
    const groups = byGroup(slots.group, slots.count, text.groupCount.length);
    const group = new GroupMatch(text, this.#group, slots, { state, slot });
    for (let g = 0; g < text.groupCount.length; g++) {
      const [from, to] = [groups.start[g] as number, groups.start[g + 1] as number];
      if (from === to) continue;
      const first = this.#entries.start[g] as number;
      const end = this.#entries.start[g + 1] as number;
      if (end - first === 1 && to - from === 1)
        group.one(this.#entries.items[first] as number, groups.items[from] as number);
      else group.several(g, this.#entries.items.subarray(first, end), groups.items.subarray(from, to));
    }
    return { state, slot };
  }
}

/** A counting sort; what has group -1 is left out. */
function byGroup(group: Int32Array | Uint32Array, count: number, groups: number): ByGroup {
  const start = new Int32Array(groups + 1);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const g = group[i] as number;
    if (g < 0) continue;
    start[g + 1] = (start[g + 1] as number) + 1;
    total++;
  }
  for (let g = 0; g < groups; g++) start[g + 1] = (start[g + 1] as number) + (start[g] as number);
  const next = start.slice();
  const items = new Int32Array(total);
  for (let i = 0; i < count; i++) {
    const g = group[i] as number;
    if (g < 0) continue;
    const at = next[g] as number;
    items[at] = i;
    next[g] = at + 1;
  }
  return { start, items };
}

class GroupMatch {
  constructor(
    private readonly text: ScheduleText,
    private readonly groups: Uint32Array,
    private readonly slots: SlotColumns,
    private readonly matched: Matched,
  ) {}

  one(entry: number, slot: number): void {
    this.matched.slot[entry] = slot;
    if (this.text.marked[entry] === 1) this.matched.state[entry] = this.#whenMarked(slot);
    else if (this.#isShownPending(slot)) this.matched.state[entry] = this.slots.state[slot] as number;
  }

  several(group: number, entries: Int32Array, slots: Int32Array): void {
    const ordered = [...slots].sort((a, b) => this.#rank(a) - this.#rank(b) || a - b);
    const marks = this.text.groupMarked[group] as number;
    const explained: number[] = [];
    const shown: number[] = [];
    const hidden: number[] = [];
    for (const slot of ordered) {
      if (explained.length < marks && this.slots.state[slot] !== FREE) explained.push(slot);
      else if (this.#isShownPending(slot)) shown.push(slot);
      else hidden.push(slot);
    }
    this.#place(group, explained, entries, 1, (slot) => this.#whenMarked(slot));
    this.#place(group, shown, entries, 0, (slot) => this.slots.state[slot] as number);
    // Only for the history of their runs.
    const left = this.#place(group, hidden, entries, 0, () => PENDING);
    this.#place(group, left, entries, 1, () => MARKED);
  }

  /** Gives these slots entries with or without a mark that have none yet; returns those for which none is left. */
  #place(
    group: number,
    slots: readonly number[],
    entries: Int32Array,
    marked: 0 | 1,
    state: (slot: number) => number,
  ): number[] {
    const { matched, text } = this;
    const isFree = (entry: number): boolean => text.marked[entry] === marked && matched.slot[entry] === -1;
    const put = (slot: number, entry: number): void => {
      matched.slot[entry] = slot;
      matched.state[entry] = state(slot);
    };
    const moved = slots.filter((slot) => {
      const entry = this.slots.entry[slot] as number;
      const fits = entry >= 0 && entry < text.count && this.groups[entry] === group && isFree(entry);
      if (fits) put(slot, entry);
      return !fits;
    });
    let at = 0;
    return moved.filter((slot) => {
      while (at < entries.length && !isFree(entries[at] as number)) at++;
      if (at === entries.length) return true;
      put(slot, entries[at] as number);
      return false;
    });
  }

  #whenMarked(slot: number): number {
    const state = this.slots.state[slot] as number;
    if (state === FREE) return MARKED;
    return state === RETURNED ? PENDING : state;
  }

  /** What a pending entry is shown as: an old copy was saved over its mark, or the mark is still to come. */
  #isShownPending(slot: number): boolean {
    const state = this.slots.state[slot] as number;
    return state <= CLAIMED || (this.slots.isNewer[slot] === 1 && state <= LOST);
  }

  /** A mark belongs most likely to what runs, least to what was put back. */
  #rank(slot: number): number {
    return this.slots.state[slot] as number;
  }
}
