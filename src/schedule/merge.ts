import { align, changesOf, type Alignment } from './align.js';
import { mergedBytes, type MergePlan } from './merge-text.js';
import { numbersOf } from './numbers.js';
import { rescan } from './rescan.js';
import { argvOf } from './slots.js';
import type { ScheduleText } from './text.js';

/** Whose word counts where a person and others want different things. */
export type Decision = 'mine' | 'theirs';

/** Something that only the person who edits can decide. */
export interface Conflict {
  /** The same when it is met again. */
  readonly key: string;
  /** What others did to the entry, which the person has changed, removed or put back. */
  readonly is: 'claimed' | 'changed' | 'removed';
  readonly argv: readonly string[];
  /** What the person made of it; undefined when they removed it. */
  readonly mine: readonly string[] | undefined;
  readonly theirs: readonly string[] | undefined;
}

/** How many entries. */
export interface Changes {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly marked: number;
  readonly unmarked: number;
}

export type Merged =
  | { readonly is: 'conflicts'; readonly conflicts: readonly Conflict[] }
  | { readonly is: 'merged'; readonly text: ScheduleText; readonly mine: Changes; readonly theirs: Changes };

export interface Versions {
  /** As it was given out. */
  readonly base: ScheduleText;
  /** As the person has edited it. */
  readonly mine: ScheduleText;
  /** As it is now. */
  readonly theirs: ScheduleText;
}

export interface MergeOptions {
  readonly decisions?: ReadonlyMap<string, Decision>;
  /** It may have been merged before: what both have added is the same. */
  readonly maybeAgain?: boolean;
}

/**
 * Merges entry by entry; equal entries are interchangeable, so of them it is numbers that are merged. What is not
 * touched keeps the bytes that the person has given it, and no mark that others have set gets lost undecided.
 */
export function merge(versions: Versions, options: MergeOptions = {}): Merged {
  const { base, mine, theirs } = versions;
  const same = mine.bytes.equals(base.bytes) ? theirs : theirs.bytes.equals(base.bytes) ? mine : undefined;
  const merger = new Merger(versions, options);
  if (same) return { is: 'merged', text: same, ...merger.changes() };
  const conflicts = merger.decide();
  if (conflicts.length > 0) return { is: 'conflicts', conflicts };
  return { is: 'merged', text: merger.text(), ...merger.changes() };
}

/** An entry, or none. */
type Shown = readonly [text: ScheduleText, entry: number | undefined];

/** Numbers of entries and of marks among them, by number of their argv. */
interface Counts {
  readonly all: Int32Array;
  readonly marked: Int32Array;
}

class Merger {
  readonly #versions: Versions;
  readonly #options: MergeOptions;
  readonly #numbers: Readonly<Record<keyof Versions, Uint32Array>>;
  readonly #toMine: Alignment;
  readonly #toTheirs: Alignment;
  readonly #myChanges: ReadonlyMap<number, number>;
  readonly #theirChanges: ReadonlyMap<number, number>;
  /** What is to come out. */
  readonly #wanted: Counts;
  readonly #counts: Readonly<Record<keyof Versions, Counts>>;
  /** Entries of the person's that are not to come out, and of the others'. */
  readonly #droppedMine = new Set<number>();
  readonly #droppedTheirs = new Set<number>();
  /** Entries of the others' that the person has removed, and that stay. */
  readonly #restored = new Set<number>();
  readonly #open: Conflict[] = [];

  constructor(versions: Versions, options: MergeOptions) {
    const { base, mine, theirs } = versions;
    const { of, size } = numbersOf([base, mine, theirs]);
    const [ofBase, ofMine, ofTheirs] = of as [Uint32Array, Uint32Array, Uint32Array];
    this.#versions = versions;
    this.#options = options;
    this.#numbers = { base: ofBase, mine: ofMine, theirs: ofTheirs };
    this.#toMine = align(ofBase, ofMine, size);
    this.#toTheirs = align(ofBase, ofTheirs, size);
    this.#myChanges = changesOf(this.#toMine);
    this.#theirChanges = changesOf(this.#toTheirs);
    this.#counts = {
      base: countsOf(ofBase, base, size),
      mine: countsOf(ofMine, mine, size),
      theirs: countsOf(ofTheirs, theirs, size),
    };
    this.#wanted = { all: new Int32Array(size), marked: new Int32Array(size) };
  }

  /** Works out what is to come out; returns what is undecided. */
  decide(): readonly Conflict[] {
    const { all, marked } = this.#wanted;
    for (let number = 0; number < all.length; number++) {
      all[number] = this.#allOf(number);
      marked[number] = this.#markedOf(number);
    }
    this.#claimedMeanwhile();
    this.#changedByBoth();
    this.#removedByThem();
    for (let number = 0; number < all.length; number++) {
      const most = Math.max(0, all[number] as number);
      all[number] = most;
      marked[number] = Math.max(0, Math.min(marked[number] as number, most));
    }
    return this.#open;
  }

  text(): ScheduleText {
    const { mine } = this.#versions;
    const bytes = mergedBytes(this.#plan());
    const text = bytes === mine.bytes ? mine : rescan(mine, bytes);
    const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);
    // What cannot be explained is not written.
    if (text.count !== sum(this.#wanted.all) || text.count - text.pending !== sum(this.#wanted.marked))
      throw new Error('the merged schedule does not add up');
    return text;
  }

  changes(): { mine: Changes; theirs: Changes } {
    const { base, mine, theirs } = this.#versions;
    return {
      mine: changesBetween(base, mine, this.#toMine, this.#myChanges.size),
      theirs: changesBetween(base, theirs, this.#toTheirs, this.#theirChanges.size),
    };
  }

  #plan(): MergePlan {
    return {
      ...this.#versions,
      numbers: this.#numbers,
      toMine: this.#toMine,
      toTheirs: this.#toTheirs,
      wanted: this.#wanted,
      droppedMine: this.#droppedMine,
      droppedTheirs: this.#droppedTheirs,
      restored: this.#restored,
    };
  }

  #difference(which: keyof Counts, number: number): [base: number, mine: number, theirs: number] {
    const { base, mine, theirs } = this.#counts;
    const before = base[which][number] as number;
    return [before, (mine[which][number] as number) - before, (theirs[which][number] as number) - before];
  }

  #allOf(number: number): number {
    const [base, mine, theirs] = this.#difference('all', number);
    // What both have removed is the same; what both have added is not.
    if (mine < 0 && theirs < 0) return base + Math.min(mine, theirs);
    if (this.#options.maybeAgain && mine > 0 && theirs > 0) return base + Math.max(mine, theirs);
    return base + mine + theirs;
  }

  #markedOf(number: number): number {
    const [base, mine, theirs] = this.#difference('marked', number);
    if (mine < 0 && theirs < 0) return base + Math.min(mine, theirs);
    if (this.#options.maybeAgain && mine > 0 && theirs > 0) return base + Math.max(mine, theirs);
    return base + mine + theirs;
  }

  /** The person removed or changed what a worker has claimed since: more marks than entries to bear them. */
  #claimedMeanwhile(): void {
    const { base, theirs, mine } = this.#versions;
    const { to } = this.#toMine;
    for (let entry = 0; entry < base.count; entry++) {
      if (to[entry] !== -1) continue;
      const number = this.#numbers.base[entry] as number;
      const theirEntry = this.#toTheirs.to[entry] as number;
      if (theirEntry === -1 || theirs.marked[theirEntry] === 0 || base.marked[entry] === 1) continue;
      const byHand = Math.max(0, this.#difference('marked', number)[1]);
      const { all, marked } = this.#wanted;
      if ((marked[number] as number) - (all[number] as number) - byHand <= 0) continue;
      const changed = this.#myChanges.get(entry);
      const decision = this.#decision('claimed', entry, [mine, changed], [theirs, theirEntry]);
      if (decision === 'theirs') {
        this.#restored.add(theirEntry);
        all[number] = (all[number] as number) + 1;
        if (changed !== undefined) this.#dropMine(changed);
      } else marked[number] = (marked[number] as number) - 1;
    }
  }

  #changedByBoth(): void {
    const { mine, theirs } = this.#versions;
    for (const [entry, changed] of this.#myChanges) {
      if (this.#toTheirs.to[entry] !== -1) continue;
      const theirChange = this.#theirChanges.get(entry);
      if (theirChange !== undefined && this.#isSame(changed, theirChange)) {
        this.#droppedTheirs.add(theirChange);
        if (!this.#options.maybeAgain) this.#less(this.#numbers.theirs[theirChange] as number, false);
        continue;
      }
      const is = theirChange === undefined ? 'removed' : 'changed';
      const decision = this.#decision(is, entry, [mine, changed], [theirs, theirChange]);
      if (decision === 'theirs') this.#dropMine(changed);
      else if (theirChange !== undefined) this.#dropTheirs(theirChange);
    }
    for (const [entry, theirChange] of this.#theirChanges) {
      if (this.#toMine.to[entry] !== -1 || this.#myChanges.has(entry)) continue;
      const decision = this.#decision('changed', entry, [mine, undefined], [theirs, theirChange]);
      if (decision === 'mine') this.#dropTheirs(theirChange);
    }
  }

  /** The person put an entry back that somebody has removed. */
  #removedByThem(): void {
    const { base, mine, theirs } = this.#versions;
    for (let entry = 0; entry < base.count; entry++) {
      if (this.#toTheirs.to[entry] !== -1 || base.marked[entry] === 0) continue;
      const myEntry = this.#toMine.to[entry] as number;
      if (myEntry === -1 || mine.marked[myEntry] === 1) continue;
      const number = this.#numbers.base[entry] as number;
      // Of equal ones another may have been removed.
      if ((this.#wanted.all[number] as number) >= (this.#counts.mine.all[number] as number)) continue;
      const decision = this.#decision('removed', entry, [mine, myEntry], [theirs, undefined]);
      if (decision === 'mine') this.#wanted.all[number] = (this.#wanted.all[number] as number) + 1;
    }
  }

  /** Without a decision the conflict is noted. */
  #decision(is: Conflict['is'], entry: number, mine: Shown, theirs: Shown): Decision | undefined {
    const argv = argvOf(this.#versions.base, entry);
    const key = JSON.stringify([is, ...argv]);
    const decision = this.#options.decisions?.get(key);
    const shown = ([text, at]: Shown) => (at === undefined ? undefined : argvOf(text, at));
    if (!decision) this.#open.push({ key, is, argv, mine: shown(mine), theirs: shown(theirs) });
    return decision;
  }

  #isSame(mine: number, theirs: number): boolean {
    return this.#numbers.mine[mine] === this.#numbers.theirs[theirs];
  }

  #dropMine(entry: number): void {
    this.#droppedMine.add(entry);
    this.#less(this.#numbers.mine[entry] as number, this.#versions.mine.marked[entry] === 1);
  }

  #dropTheirs(entry: number): void {
    this.#droppedTheirs.add(entry);
    this.#less(this.#numbers.theirs[entry] as number, this.#versions.theirs.marked[entry] === 1);
  }

  #less(number: number, isMarked: boolean): void {
    const { all, marked } = this.#wanted;
    all[number] = (all[number] as number) - 1;
    if (isMarked) marked[number] = (marked[number] as number) - 1;
  }
}

function countsOf(numbers: Uint32Array, { marked }: ScheduleText, size: number): Counts {
  const counts = { all: new Int32Array(size), marked: new Int32Array(size) };
  for (let entry = 0; entry < numbers.length; entry++) {
    const number = numbers[entry] as number;
    counts.all[number] = (counts.all[number] as number) + 1;
    counts.marked[number] = (counts.marked[number] as number) + (marked[entry] as number);
  }
  return counts;
}

function changesBetween(base: ScheduleText, other: ScheduleText, { to }: Alignment, changed: number): Changes {
  const found = { kept: 0, marked: 0, unmarked: 0 };
  for (let entry = 0; entry < base.count; entry++) {
    const partner = to[entry] as number;
    if (partner === -1) continue;
    found.kept++;
    const difference = (other.marked[partner] as number) - (base.marked[entry] as number);
    if (difference > 0) found.marked++;
    if (difference < 0) found.unmarked++;
  }
  const { kept, ...marks } = found;
  return { added: other.count - kept - changed, removed: base.count - kept - changed, changed, ...marks };
}
