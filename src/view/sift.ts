import { entriesIn } from '../survey/entries-in.js';
import type { EntryState, Snapshot } from '../survey/types.js';
import type { Filter } from './model.js';
import { commandOf, workerOf } from './states.js';

/** Entries between two looks at the clock. */
const STRIDE = 64;

/**
 * Entries that pass the filter, ascending. It yields whenever `isTime` says so, so that keys are heard while a million
 * entries are looked at.
 */
export function* sift(
  snapshot: Snapshot,
  hosts: ReadonlyMap<string, string>,
  { state, text, group }: Filter,
  isTime: () => boolean,
): Generator<undefined, Uint32Array> {
  const { count } = snapshot.text;
  const words = text?.toLowerCase();
  const among = group?.entries ?? (state && entriesIn(snapshot, state));
  const matches = new Numbers();
  for (let i = 0; i < (among?.length ?? count); i++) {
    if (i % STRIDE === 0 && isTime()) yield;
    const entry = among?.[i] ?? i;
    if (entry >= count) break;
    const is = snapshot.stateOf(entry);
    if (state !== undefined && is.is !== state) continue;
    if (words !== undefined && !textOf(snapshot, hosts, entry, is).toLowerCase().includes(words)) continue;
    matches.push(entry);
  }
  return matches.all();
}

/** All that a text is looked for in. */
function textOf(
  snapshot: Snapshot,
  hosts: ReadonlyMap<string, string>,
  entry: number,
  state: EntryState,
): string {
  const worker = workerOf(state);
  const host = worker === undefined ? '' : `\n${hosts.get(worker) ?? ''}\n${worker}`;
  return `${commandOf(snapshot, entry)}\n${state.is}${host}`;
}

/** A list that grows to a million numbers without moving them often. */
class Numbers {
  #array = new Uint32Array(1024);
  #count = 0;

  push(number: number): void {
    if (this.#count === this.#array.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.#count++] = number;
  }

  all(): Uint32Array {
    return this.#array.slice(0, this.#count);
  }
}
