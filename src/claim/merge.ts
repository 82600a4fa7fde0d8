import type { Held } from '../ports/lock.js';
import { editText } from '../schedule/edit.js';
import { merge, type Changes, type Conflict, type Decision } from '../schedule/merge.js';
import { rescan } from '../schedule/rescan.js';
import { scan } from '../schedule/scan.js';
import { makeStrict } from '../schedule/strict.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import type { Desk } from './desk.js';
import { reconcileAll } from './edits.js';
import { claimName, type ClaimId } from './names.js';
import { createRequeued } from './requeued-cells.js';
import { AT_ONCE, type LookAgain } from './view.js';
import { written } from './written.js';

/*
 * An edit that was made in a copy comes into the schedule:
 *
 *  1. Under the lock read what is there now, and merge. Somebody has to decide: nothing is written.
 *  2. What the table of hand edits makes of entries that are pending: the person knew the revision of their copy.
 *  3. Journal which generations are over, and make that durable.
 *  4. Rewrite, by rename.
 *  5. Release the lock, and create the requeued cells.
 *
 * A crash before 4 leaves the old schedule; what was put back by 3 is put back, as by `requeue`. One behind it leaves the
 * new schedule; slots are on their way back, and whoever claims one creates its cell first.
 */

/** What a person knew when they edited: the revision of their copy. */
export interface Known {
  /** The id of the epoch; undefined where there was no sidecar yet. */
  readonly epoch: string | undefined;
  readonly revision: number;
}

export interface EditOrder {
  readonly base: ScheduleText;
  readonly mine: ScheduleText;
  readonly knows: Known;
  readonly decisions: ReadonlyMap<string, Decision>;
  /** It may have come into the schedule already. */
  readonly maybeAgain: boolean;
  /** Who edits. */
  readonly by: string;
  /** Told before anything is written, that it may be from here on. */
  begins(): Promise<void>;
}

export interface MergedEdit {
  readonly is: 'merged';
  readonly mine: Changes;
  readonly theirs: Changes;
  /** Put back by the person, and marked again: they run, or it could not be proven that they are known to be over. */
  readonly running: readonly number[];
  readonly succeededBefore: readonly number[];
  /** Whether there was anything to write. */
  readonly isWritten: boolean;
}

export type EditOutcome = MergedEdit | { readonly is: 'conflicts'; readonly conflicts: readonly Conflict[] };

interface Finished {
  readonly outcome: EditOutcome;
  readonly book: Book;
  readonly over: readonly ClaimId[];
}

/** An editor that has the replaced file open is done with saving by then. */
const LATE_SAVE_MS = 100;
const CLAIMS_PER_RECORD = 1000;
const WHY = 'the mark was taken away in an edit';

/** Undefined when `signal` aborted the wait for the lock. Afterwards the desk is to be closed. */
export async function mergeEdit(
  desk: Desk,
  order: EditOrder,
  signal: AbortSignal,
): Promise<EditOutcome | undefined> {
  const { clock } = desk.setting;
  // Most of the reading before the lock: nobody waits for that.
  await desk.inSidecar(({ ledger }) => ledger.refresh());
  for (;;) {
    const round = await desk.underLock(
      (held) => mergeRound(desk, order, held, signal),
      signal,
      'merge the edit',
    );
    if (!round) return undefined;
    if ('outcome' in round) {
      await createRequeued(desk, round.book, round.over);
      if (round.outcome.is === 'merged' && round.outcome.isWritten) await clock.wait(LATE_SAVE_MS, signal);
      return round.outcome;
    }
    await clock.wait(round.afterMs, signal);
  }
}

async function mergeRound(
  desk: Desk,
  order: EditOrder,
  held: Held,
  signal: AbortSignal,
): Promise<Finished | LookAgain> {
  const view = await desk.viewer.look(held);
  if (view.is === 'again') return view;
  if (view.markAgain.length > 0 || view.mustWrite) {
    await desk.viewer.commit(view, { mark: view.markAgain, unmark: [] }, held);
    return AT_ONCE;
  }
  const book = await desk.book();
  const { base, mine, decisions, maybeAgain } = order;
  const theirs = view.seen.text;
  const merged = merge({ base, mine, theirs }, { decisions, maybeAgain });
  if (merged.is === 'conflicts') return { outcome: merged, book, over: [] };

  const over: ClaimId[] = [];
  const { markAgain, succeededBefore } = await decided(book, merged.text, order, held, over);
  const becomes = marked(merged.text, markAgain);
  const isWritten = over.length > 0 || !becomes.bytes.equals(theirs.bytes);
  if (isWritten) {
    await order.begins();
    await journalAll(book, over, order.by);
    if (!(await written(desk, view, { becomes }, held, signal))) return AT_ONCE;
  }
  const told = new Set(succeededBefore);
  const running = markAgain.filter((entry) => !told.has(entry));
  const mineInFact = { ...merged.mine, unmarked: Math.max(0, merged.mine.unmarked - markAgain.length) };
  const outcome: MergedEdit = {
    ...{ is: 'merged', mine: mineInFact, theirs: merged.theirs },
    ...{ running, succeededBefore, isWritten },
  };
  return { outcome, book, over };
}

async function decided(
  book: Book,
  text: ScheduleText,
  { knows: { epoch, revision } }: EditOrder,
  held: Held,
  over: ClaimId[],
): Promise<{ markAgain: readonly number[]; succeededBefore: readonly number[] }> {
  // Another schedule has its own records, of which the person knew nothing.
  // Claims name the revision that carries their marks, so those of the copy's own are known.
  const knows = epoch === book.epoch.id ? revision + 1 : -1;
  const putBack = (ids: readonly ClaimId[]): Promise<boolean> => Promise.resolve(over.push(...ids) > 0);
  const result = await reconcileAll(book, text, { mayBeAnew: false, knows, held, putBack });
  if (result.is !== 'reconciled') throw new Error('an edit is never taken for a new schedule');
  return result;
}

function marked(text: ScheduleText, mark: readonly number[]): ScheduleText {
  if (mark.length === 0) return text;
  const strict = text.loose.length > 0 ? scan(makeStrict(text)) : text;
  return rescan(strict, editText(strict, { mark, unmark: [] }));
}

async function journalAll({ journal }: Book, over: readonly ClaimId[], by: string): Promise<void> {
  for (let from = 0; from < over.length; from += CLAIMS_PER_RECORD)
    journal.record({
      ...{ t: 'requeue', claims: over.slice(from, from + CLAIMS_PER_RECORD).map(claimName) },
      ...{ why: WHY, by },
    });
  await journal.flush();
}
