import type { Alignment } from './align.js';
import { Merger } from './merge-decide.js';
import { mergedBytes, type MergePlan } from './merge-text.js';
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
  const conflicts = same ? [] : merger.decide();
  if (conflicts.length > 0) return { is: 'conflicts', conflicts };
  const plan = merger.plan();
  return { is: 'merged', text: same ?? textOf(plan), ...changesIn(plan) };
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

function changesIn({ base, mine, theirs, ...plan }: MergePlan): { mine: Changes; theirs: Changes } {
  return {
    mine: changesBetween(base, mine, plan.toMine, plan.myChanges.size),
    theirs: changesBetween(base, theirs, plan.toTheirs, plan.theirChanges.size),
  };
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
