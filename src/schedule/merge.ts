import { align, changesOf } from './align.js';
import { Merger } from './merge-decide.js';
import { mergedBytes, type MergePlan } from './merge-text.js';
import { numbersOf } from './numbers.js';
import { rescan } from './rescan.js';
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
  | {
      readonly is: 'merged';
      readonly text: ScheduleText;
      /** What it changes of what is there now. */
      readonly mine: Changes;
      /** What others have changed since the copy was given out. */
      readonly theirs: Changes;
    };

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
  const conflicts = same ? [] : merger.decide();
  if (conflicts.length > 0) return { is: 'conflicts', conflicts };
  const text = same ?? textOf(merger.plan());
  return { is: 'merged', text, mine: changesBetween(theirs, text), theirs: changesBetween(base, theirs) };
}

function textOf(plan: MergePlan): ScheduleText {
  const { mine, wanted } = plan;
  const bytes = mergedBytes(plan);
  const text = bytes === mine.bytes ? mine : rescan(mine, bytes);
  const sum = (counts: Int32Array): number => counts.reduce((total, count) => total + count, 0);
  // What cannot be explained is not written.
  if (text.count !== sum(wanted.all) || text.count - text.pending !== sum(wanted.marked))
    throw new Error('the merged schedule does not add up');
  return text;
}

function changesBetween(before: ScheduleText, after: ScheduleText): Changes {
  const { of, size } = numbersOf([before, after]);
  const alignment = align(of[0] as Uint32Array, of[1] as Uint32Array, size);
  const changed = before.group === after.group ? 0 : changesOf(alignment).size;
  const found = { kept: 0, marked: 0, unmarked: 0 };
  for (let entry = 0; entry < before.count; entry++) {
    const partner = alignment.to[entry] as number;
    if (partner === -1) continue;
    found.kept++;
    const difference = (after.marked[partner] as number) - (before.marked[entry] as number);
    if (difference > 0) found.marked++;
    if (difference < 0) found.unmarked++;
  }
  const { kept, ...marks } = found;
  return { added: after.count - kept - changed, removed: before.count - kept - changed, changed, ...marks };
}
