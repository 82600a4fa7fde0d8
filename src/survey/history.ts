import { roomFor } from './columns.js';
import { Runs, type RunEnd, type RunStart } from './runs.js';
import { SlotNumbers, type SlotKey } from './slot-numbers.js';

const FIRST_ROOM = 1 << 10;
const NOBODY: readonly number[] = [];

/** What the journals of an epoch say about each slot, in columns. The order in which they are read does not matter. */
export class History {
  readonly slots = new SlotNumbers();
  readonly runs = new Runs();
  /** The newest generation that anybody meant to claim, -1 when none is known. */
  generation = new Int32Array(FIRST_ROOM).fill(-1);
  /** Who meant to claim it last, or started it; -1 when that is not known. */
  claimant = new Int32Array(FIRST_ROOM).fill(-1);
  /** The highest revision under which somebody meant to claim it. */
  revision = new Int32Array(FIRST_ROOM).fill(-1);
  /** Generations below this one are requeued. */
  requeuedBelow = new Int32Array(FIRST_ROOM);
  /** The latest run that was read, -1 when it never ran. */
  #run = new Int32Array(FIRST_ROOM).fill(-1);
  /** Where several workers meant to claim the newest generation: all of them. */
  readonly #rivals = new Map<number, number[]>();
  /** Who has given the newest generation back. */
  readonly #givenBack = new Map<number, number[]>();

  slotOf({ high, middle, low, copy }: SlotKey): number {
    const slot = this.slots.add(high, middle, low, copy);
    if (slot >= this.generation.length) this.#widen(slot + 1);
    return slot;
  }

  claim(slot: number, generation: number, worker: number, revision: number): void {
    if (!this.#isNewest(slot, generation)) return;
    if (revision > (this.revision[slot] as number)) this.revision[slot] = revision;
    const claimant = this.claimant[slot] as number;
    if (claimant === worker) return;
    if (claimant >= 0) {
      const rivals = this.#rivals.get(slot) ?? [claimant];
      if (!rivals.includes(worker)) rivals.push(worker);
      this.#rivals.set(slot, rivals);
    }
    this.claimant[slot] = worker;
  }

  giveBack(slot: number, generation: number, worker: number): void {
    if (!this.#isNewest(slot, generation)) return;
    const workers = this.#givenBack.get(slot) ?? [];
    workers.push(worker);
    this.#givenBack.set(slot, workers);
  }

  requeue(slot: number, generation: number): void {
    if (generation >= (this.requeuedBelow[slot] as number)) this.requeuedBelow[slot] = generation + 1;
    if (generation >= (this.generation[slot] as number)) this.#forget(slot);
  }

  start(slot: number, start: RunStart): void {
    // A new generation has no run yet: the runs of a command that is run until it succeeds are many.
    const isNew = start.generation > (this.generation[slot] as number);
    this.#isNewest(slot, start.generation);
    if (isNew || this.runIn(slot, start.generation) < 0) this.#add(slot, start);
  }

  /** Returns the run. Its start may never have reached the disk, or be in another sidecar. */
  end(slot: number, end: RunEnd): number {
    this.#isNewest(slot, end.generation);
    let run = this.runIn(slot, end.generation);
    if (run < 0) run = this.#add(slot, { ...end, at: end.at - end.took });
    this.runs.end(run, end);
    return run;
  }

  /** Where several meant to claim the newest generation: who. */
  rivalsOf(slot: number): readonly number[] {
    return this.#rivals.get(slot) ?? NOBODY;
  }

  hasGivenBack(slot: number, worker: number): boolean {
    return this.#givenBack.get(slot)?.includes(worker) ?? false;
  }

  /** The run of that generation, -1 when there is none. */
  runIn(slot: number, generation: number): number {
    const { runs } = this;
    let run = this.#run[slot] as number;
    while (run >= 0 && runs.generation[run] !== generation) run = runs.before[run] as number;
    return run;
  }

  /** Oldest first. */
  runsOf(slot: number): number[] {
    const { runs } = this;
    const all: number[] = [];
    for (let run = this.#run[slot] as number; run >= 0; run = runs.before[run] as number) all.push(run);
    return all.sort((a, b) => (runs.generation[a] as number) - (runs.generation[b] as number));
  }

  /** Where the slot's entry stood when it was last started, -1 when it never was. */
  entryOf(slot: number): number {
    const run = this.#run[slot] as number;
    return run < 0 ? -1 : (this.runs.entry[run] as number);
  }

  #add(slot: number, start: RunStart): number {
    return (this.#run[slot] = this.runs.add(start, this.#run[slot] as number));
  }

  /** Whether nothing is known of a later generation; what was known of earlier claims is over with it. */
  #isNewest(slot: number, generation: number): boolean {
    const newest = this.generation[slot] as number;
    if (generation > newest) {
      this.generation[slot] = generation;
      this.#forget(slot);
    }
    return generation >= newest;
  }

  #forget(slot: number): void {
    this.claimant[slot] = -1;
    if (this.#rivals.size > 0) this.#rivals.delete(slot);
    if (this.#givenBack.size > 0) this.#givenBack.delete(slot);
  }

  #widen(room: number): void {
    this.generation = roomFor(this.generation, room, -1);
    this.claimant = roomFor(this.claimant, room, -1);
    this.revision = roomFor(this.revision, room, -1);
    this.requeuedBelow = roomFor(this.requeuedBelow, room);
    this.#run = roomFor(this.#run, room, -1);
  }
}
