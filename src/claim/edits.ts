import type { Held } from '../ports/lock.js';
import { editText } from '../schedule/edit.js';
import { scan } from '../schedule/scan.js';
import { argvOf, slotHash } from '../schedule/slots.js';
import { makeStrict } from '../schedule/strict.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import { claimName, requeuedName, type ClaimId } from './names.js';
import { latestClaim, provenRevision } from './proofs.js';
import { NONE, putBackBefore, type PutBackBefore } from './put-back-before.js';
import { reconcile, type FileEvidence } from './reconcile.js';
import { revoked } from './recover.js';
import { slotsIn, type SlotCells, type SlotState } from './state.js';

export type Reconciled =
  /** All marks are gone and nobody is running: the schedule was generated anew. */
  | { readonly is: 'anew' }
  | {
      readonly is: 'reconciled';
      readonly markAgain: readonly number[];
      readonly succeededBefore: readonly number[];
      readonly putBackBefore: PutBackBefore;
    }
  /** The lock was lost before anything was decided: what was read may be older than the claims. */
  | { readonly is: 'robbed' };

/** All cells, or some: by hash and copy. */
type Cells = ReadonlyMap<string, ReadonlyMap<number, SlotCells>>;

type PutBack = (over: readonly ClaimId[]) => Promise<boolean>;

interface Edited {
  readonly mayBeAnew: boolean;
  /** The revision that the person had before them; without it the file has to prove what it knows. */
  readonly knows?: number;
  /** Which revision this content is, where it is an older one that is seen again; else a person has edited it. */
  readonly is?: number | undefined;
  /** That of the content itself, once it is settled. */
  readonly becomes?: number;
  /** Takes the claims that are over, false when nothing may come of it; without it their requeued cells are created. */
  readonly putBack?: PutBack;
  /** Asked before anything is decided by what was read a while ago. */
  readonly held: Held;
}

interface Settled {
  readonly is: 'reconciled';
  readonly markAgain: readonly number[];
  readonly succeededBefore: readonly number[];
  /** The earliest revision whose claim lacks a mark that no person takes away; Infinity where all are there. */
  readonly lacks: number;
}

interface Pending {
  readonly hash: string;
  readonly entries: number[];
}

/**
 * Compares the whole file with all claims, once, after something other than the last rewrite has written it.
 * Missing marks can be decisions of a person; those of an older revision saved again never are.
 * `mayBeAnew`: this is not a cached copy, so that no mark at all means a schedule generated anew.
 */
export async function reconcileAll(
  book: Book,
  text: ScheduleText,
  { mayBeAnew, knows, is, becomes, putBack, held }: Edited,
): Promise<Reconciled> {
  const cells = slotsIn(await book.cells.allNames());
  if (cells.size === 0) return { is: 'reconciled', markAgain: [], succeededBefore: [], putBackBefore: NONE };
  await book.ledger.refresh();
  if (mayBeAnew && text.pending === text.count && (await wasGeneratedAnew(book, cells)))
    return { is: (await held.isMine()) ? 'anew' : 'robbed' };

  const edited = is === undefined;
  const groups = pendingGroups(text, cells);
  let proof: Promise<number> | undefined;
  const proves = (): Promise<number> => (proof ??= provenRevision(book, text, cells));
  const known = edited && groups.length > 0 ? (knows ?? (await proves())) : -1;
  const proven = { edited, provenRevision: known };
  const take = putBack ?? ((over: readonly ClaimId[]) => requeueAll(book, over, held, becomes));
  const settled = await settle(book, text, groups, cells, proven, take);
  if (settled.is === 'robbed') return settled;
  const knowledge = {
    is,
    lacks: settled.lacks,
    proven: proves,
  };
  return { ...settled, putBackBefore: await putBackBefore(book, text, cells, knowledge) };
}

/**
 * Entries that somebody asks for, of which `appended` are the JSON: equal ones that ran before and are in the file no
 * more are no reason not to run these. `text` does not have them yet. False: the lock was lost, look again.
 */
export async function offerAppended(
  book: Book,
  text: ScheduleText,
  appended: readonly string[],
  held: Held,
): Promise<boolean> {
  const cells = await cellsOf(book, new Set(appended.map((line) => slotHash(JSON.parse(line) as string[]))));
  if (cells.size === 0) return true;
  await book.ledger.refresh();
  const strict = text.loose.length > 0 ? scan(makeStrict(text)) : text;
  const after = scan(editText(strict, { mark: [], unmark: [], append: appended }));
  const proven = { edited: true, provenRevision: Infinity };
  const settled = await settle(book, after, pendingGroups(after, cells), cells, proven, (over) =>
    requeueAll(book, over, held, undefined),
  );
  return settled.is !== 'robbed';
}

/** The cells of these hashes alone. */
async function cellsOf(book: Book, hashes: ReadonlySet<string>): Promise<Cells> {
  const folders = new Map([...hashes].map((hash) => [book.cells.shardOf(hash), hash]));
  const found = new Map<string, ReadonlyMap<number, SlotCells>>();
  for (const hash of folders.values()) {
    for (const [one, copies] of slotsIn(await book.cells.namesBeside(hash)))
      if (hashes.has(one)) found.set(one, copies);
  }
  return found;
}

/** Acts by the table on what these pending entries show. */
async function settle(
  book: Book,
  text: ScheduleText,
  groups: readonly Pending[],
  cells: Cells,
  proven: FileEvidence,
  putBack: PutBack,
): Promise<Settled | { readonly is: 'robbed' }> {
  const over: ClaimId[] = [];
  const markAgain: number[] = [];
  const succeededBefore: number[] = [];
  let lacks = Infinity;
  for (const { hash, entries } of groups) {
    const slots = await book.states(hash, cells.get(hash) ?? new Map<number, SlotCells>());
    const marked = text.groupMarked[text.group[entries[0] ?? 0] ?? 0] ?? 0;
    const actions = reconcile({ marked, pending: entries.length, slots }, proven);
    for (const [i, action] of actions.entries()) {
      const entry = entries[i] ?? 0;
      if (action.do === 'mark-again' || action.do === 'mark-and-tell') {
        markAgain.push(entry);
        lacks = Math.min(lacks, latestClaim(book, hash, slots));
      }
      if (action.do === 'mark-and-tell') succeededBefore.push(entry);
      if (action.do === 'requeue') over.push({ hash, copy: action.copy, generation: action.generation });
    }
  }
  if (over.length > 0 && !(await putBack(over))) return { is: 'robbed' };
  return { is: 'reconciled', markAgain, succeededBefore, lacks };
}

/** Whoever was robbed of the lock while asleep read the file before others claimed, ran and failed in it. */
async function requeueAll(
  book: Book,
  over: readonly ClaimId[],
  held: Held,
  revision: number | undefined,
): Promise<boolean> {
  if (!(await held.isMine())) return false;
  for (const id of over) {
    await book.cells.create(requeuedName(id));
    const why = 'the mark was taken away';
    book.journal.record({
      t: 'requeue',
      claim: claimName(id),
      why,
      ...(revision !== undefined && { revision }),
    });
  }
  return true;
}

function pendingGroups(text: ScheduleText, cells: ReadonlyMap<string, unknown>): Pending[] {
  const groups = new Map<number, Pending | undefined>();
  for (let entry = 0; entry < text.count; entry++) {
    if (text.marked[entry] === 1) continue;
    const group = text.group[entry] ?? 0;
    if (!groups.has(group)) {
      const hash = slotHash(argvOf(text, entry));
      groups.set(group, cells.has(hash) ? { hash, entries: [] } : undefined);
    }
    groups.get(group)?.entries.push(entry);
  }
  return [...groups.values()].filter((group) => group !== undefined);
}

/** Something was run to its end or lost, nothing runs now, and yet no mark is left. */
async function wasGeneratedAnew(book: Book, cells: Cells): Promise<boolean> {
  let over = false;
  for (const [hash, copies] of cells) {
    for (const [copy, state] of await book.states(hash, copies)) {
      if (state.is === 'running') return false;
      if (
        state.is === 'claimed' &&
        !(await revoked(book, { hash, copy, generation: state.generation }, state.worker))
      )
        return false;
      over ||= isOver(state);
    }
  }
  return over;
}

function isOver({ is }: SlotState): boolean {
  return is === 'succeeded' || is === 'failed' || is === 'lost';
}
