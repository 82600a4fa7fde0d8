import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import { locate } from './locate.js';
import { parseClaimName } from './names.js';
import { isOpen, type SlotCells } from './state.js';

/** Entries that were put back, and have a mark in a content that somebody else wrote. */
export interface PutBackBefore {
  /** The content is from before: the mark comes out again. */
  readonly stale: readonly number[];
  /** Nobody can tell: it may be a decision, so it stays, and is told. */
  readonly unclear: readonly number[];
}

/** What a content shows of when it was read. */
export interface Knowledge {
  /** Which revision it is, where it is one. */
  readonly is: number | undefined;
  /** The earliest revision whose claim lacks a mark that no person takes away: that of what runs or has succeeded. */
  readonly lacks: number;
  /** The newest revision that it must have seen. */
  readonly proven: () => Promise<number>;
}

export const NONE: PutBackBefore = { stale: [], unclear: [] };

/**
 * A mark on an entry that was put back is either made since, by a person who does not want it run, or saved from a copy
 * that was read before. It was read before when it is such a revision, lacks the mark of what was claimed before, or has
 * marks on several entries, all that one rewrite has put back: a person takes out some. With the mark of what was claimed
 * since in it, it was not. Else nobody can tell.
 */
export async function putBackBefore(
  book: Book,
  text: ScheduleText,
  cells: ReadonlyMap<string, ReadonlyMap<number, SlotCells>>,
  { is, lacks, proven }: Knowledge,
): Promise<PutBackBefore> {
  const marked = await surplus(book, text, cells);
  if (marked.length === 0) return NONE;
  const stale: number[] = [];
  const unclear: number[] = [];
  if (is !== undefined) {
    // One of the same number is that of a worker that slept before its rename: what put back has no such mark.
    for (const { entry, revision } of marked) if (is <= revision) stale.push(entry);
    return { stale, unclear };
  }
  const knows = await proven();
  for (const { entry, revision, isOneOfAll } of marked) {
    if (knows >= revision) continue;
    if (lacks <= revision || isOneOfAll) stale.push(entry);
    else unclear.push(entry);
  }
  return { stale, unclear };
}

interface Surplus {
  readonly entry: number;
  /** By which it was put back. */
  readonly revision: number;
  /** That rewrite has put back several, and all of them are marked. */
  readonly isOneOfAll: boolean;
}

/** Marks that no claim accounts for, of entries that were put back by a rewrite. */
async function surplus(
  book: Book,
  text: ScheduleText,
  cells: ReadonlyMap<string, ReadonlyMap<number, SlotCells>>,
): Promise<Surplus[]> {
  const back: { hash: string; revision: number }[] = [];
  for (const [name, { requeued }] of book.ledger.claims()) {
    const id = requeued?.revision === undefined ? undefined : parseClaimName(name);
    if (id && cells.get(id.hash)?.get(id.copy)?.generation === id.generation)
      back.push({ hash: id.hash, revision: requeued?.revision ?? 0 });
  }
  if (back.length === 0) return [];
  const places = locate(text, back, true);
  const pending = locate(text, back, false);
  const unmarked = new Set(back.flatMap(({ revision }, i) => (pending[i] === undefined ? [] : [revision])));
  const left = new Map<string, number>();
  const found: { entry: number; revision: number }[] = [];
  for (const [i, { hash, revision }] of back.entries()) {
    const entry = places[i];
    if (entry === undefined) continue;
    let unaccounted = left.get(hash);
    if (unaccounted === undefined) {
      const states = await book.states(hash, cells.get(hash) ?? new Map<number, SlotCells>());
      const taken = [...states.values()].filter((state) => !isOpen(state));
      unaccounted = (text.groupMarked[text.group[entry] ?? 0] ?? 0) - taken.length;
    }
    left.set(hash, unaccounted - 1);
    if (unaccounted > 0) found.push({ entry, revision });
  }
  const counts = new Map<number, number>();
  for (const { revision } of found) counts.set(revision, (counts.get(revision) ?? 0) + 1);
  return found.map(({ entry, revision }) => {
    const isOneOfAll = !unmarked.has(revision) && (counts.get(revision) ?? 0) > 1;
    return { entry, revision, isOneOfAll };
  });
}
