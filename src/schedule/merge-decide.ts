import { align, changesOf, type Alignment } from './align.js';
import type { Conflict, Decision, MergeOptions, Versions } from './merge.js';
import type { MergePlan } from './merge-text.js';
import { numbersOf } from './numbers.js';
import { argvOf } from './slots.js';
import type { ScheduleText } from './text.js';

/** An entry, or none. */
type Shown = readonly [text: ScheduleText, entry: number | undefined];

/** Numbers of entries and of marks among them, by number of their argv. */
interface Counts {
  readonly all: Int32Array;
  readonly marked: Int32Array;
}

/** Works out what comes of three versions. */
export class Merger {
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
      all[number] = this.#wantedOf('all', number);
      marked[number] = this.#wantedOf('marked', number);
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

  /** Once everything is decided. */
  plan(): MergePlan {
    return {
      ...this.#versions,
      numbers: this.#numbers,
      toMine: this.#toMine,
      toTheirs: this.#toTheirs,
      myChanges: this.#myChanges,
      theirChanges: this.#theirChanges,
      wanted: this.#wanted,
      droppedMine: this.#droppedMine,
      droppedTheirs: this.#droppedTheirs,
      restored: this.#restored,
    };
  }

  /** What both have taken away is the same; what both have added is not, unless it may be. */
  #wantedOf(which: keyof Counts, number: number): number {
    const counts = this.#counts;
    const base = counts.base[which][number] as number;
    const mine = (counts.mine[which][number] as number) - base;
    const theirs = (counts.theirs[which][number] as number) - base;
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
      const { base: before, mine: after } = this.#counts;
      const byHand = Math.max(0, (after.marked[number] as number) - (before.marked[number] as number));
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
