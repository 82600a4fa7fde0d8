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
  const looksFor = text === undefined ? undefined : textTest(snapshot, hosts, text);
  const among = group?.entries ?? (state && entriesIn(snapshot, state));
  const matches = new Numbers();
  for (let i = 0; i < (among?.length ?? count); i++) {
    if (i % STRIDE === 0 && isTime()) yield;
    const entry = among?.[i] ?? i;
    if (entry >= count) break;
    const is = snapshot.stateOf(entry);
    if (state !== undefined && is.is !== state) continue;
    if (looksFor && !looksFor(entry, is)) continue;
    matches.push(entry);
  }
  return matches.all();
}

/** Whether a text is in an entry's command, state, worker or host, whatever its case. */
function textTest(
  snapshot: Snapshot,
  hosts: ReadonlyMap<string, string>,
  text: string,
): (entry: number, state: EntryState) => boolean {
  const { bytes, starts, ends } = snapshot.text;
  const words = text.toLowerCase();
  const isIn = (other: string): boolean => other.toLowerCase().includes(words);
  const parts = words.match(/[a-z0-9]+/g) ?? [];
  return (entry, state) => {
    const worker = workerOf(state);
    if (isIn(state.is) || (worker !== undefined && (isIn(worker) || isIn(hosts.get(worker) ?? ''))))
      return true;
    // Making words of what stands in the file takes ten times as long.
    const spelled = bytes.toString('latin1', starts[entry], ends[entry]).toLowerCase();
    if (!parts.every((part) => spelled.includes(part)) && !ENCODED.test(spelled)) return false;
    return isIn(commandOf(snapshot, entry));
  };
}

/** What stands for other characters than it looks like. */
const ENCODED = /[\\\x80-\xff]/;

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
