import type { Tell } from '../notice.js';
import type { Held } from '../ports/lock.js';
import { contentHash, type ScheduleFile, type Seen } from '../schedule/file.js';
import { scan } from '../schedule/scan.js';
import { sameEntries } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book, Setting } from './book.js';
import { reconcileAll } from './edits.js';
import { locate } from './locate.js';
import { RETIRED, type Head } from './head.js';
import { Rewriter, type Change, type LateEdit } from './rewrite.js';
import type { Shelf } from './shelf.js';

/** What the file says, reconciled with what was claimed. */
export interface View {
  readonly is: 'view';
  readonly seen: Seen;
  readonly head: Head;
  /** Pending entries that somebody has: their mark got lost. */
  readonly markAgain: readonly number[];
  /** Entries that our last rewrite appended, and this content lacks. */
  readonly append: readonly string[];
  /** Marks in it that our last rewrite took away: who saved it had not made them. */
  readonly unmark: readonly number[];
  /** The file does not hold this content yet: it must be written even if no mark changes. */
  readonly mustWrite: boolean;
}

/** Nothing can be decided now: look again under a new lock. */
export interface LookAgain {
  readonly is: 'again';
  readonly afterMs: number;
}

/** A copy cached by a mount is waited for this long; longer, and it is taken for an old save. */
const LONGEST_LAG_MS = 30_000;
/** Still longer than any mount measured keeps an old content. */
const LONGEST_LAG_OF_DEAD_MS = 3_000;
const LAGGING: LookAgain = { is: 'again', afterMs: 200 };
export const AT_ONCE: LookAgain = { is: 'again', afterMs: 0 };

/** Reads the schedule, finds out who wrote it, and writes marks into it; all of it under the lock. */
export class Viewer {
  readonly #setting: Setting;
  readonly #file: ScheduleFile;
  readonly #shelf: Shelf;
  readonly #rewriter: Rewriter;
  readonly #tell: Tell;
  /** The content and the revision that are known to belong together. */
  #settled: { readonly seen: Seen; readonly head: Head } | undefined;
  #laggingSince: number | undefined;
  /** An edit that came too late for a rewrite, until it is in the file. */
  #late: LateEdit | undefined;
  /** Our last rewrite dropped marks that others had written: they are to be put back before anything else. */
  #marksDropped = false;
  /** The revision that it was made from. */
  #droppedFrom = -1;

  constructor(setting: Setting, file: ScheduleFile, shelf: Shelf, tell: Tell) {
    this.#setting = setting;
    this.#file = file;
    this.#shelf = shelf;
    this.#rewriter = new Rewriter(setting.fs, file, setting.identity.worker, tell);
    this.#tell = tell;
  }

  /** The last revision this worker knows of. */
  get revision(): number {
    return this.#settled?.head.revision ?? 0;
  }

  async look(held: Held): Promise<View | LookAgain> {
    const seen = await this.#file.look();
    const book = await this.#shelf.book();
    const head = seen === this.#settled?.seen ? this.#settled.head : await book.head.read();
    const late = await this.#takeLateEdit(book, seen, head, held);
    if (late) return late;
    if (this.#marksDropped) {
      const is = this.#droppedFrom;
      if (!(await this.#shelf.followEpoch()))
        return this.#reconcile(book, seen, head, { cached: true, is, held });
      // They are those of a schedule that was generated anew while we slept.
      this.#marksDropped = false;
      return AT_ONCE;
    }
    if (seen.hash === head.hash) return this.#settle(seen, head);

    if (await this.#shelf.followEpoch()) return AT_ONCE;
    await book.ledger.refresh();
    const ours = book.ledger.revisionOf(seen.hash);
    // Replaced on purpose, by one who did not come to begin the epoch.
    if (head.hash === RETIRED || (ours?.anew && ours.print === printOf(seen))) return this.#beginAnew(seen);
    // Its writer died between the rename and moving the head on.
    if (ours && ours.revision > head.revision) return this.#settle(seen, { ...head, ...ours, hash: seen.hash });
    const known = ours ?? (await book.copyFromBefore(seen.hash, printOf(seen)));
    const cached = known?.print === printOf(seen);
    if (cached && this.#keepsLagging(await this.#longestLagMs(book, known.worker))) return LAGGING;
    const is = ours?.revision ?? (known ? -1 : undefined);
    return this.#reconcile(book, seen, head, { cached, is, held });
  }

  /** Writes the marks. False: somebody else wrote meanwhile, look again; unless `isInPlace`, nothing was written. */
  async commit(view: View, change: Change, held: Held): Promise<boolean> {
    this.#rewriter.begin();
    const book = await this.#shelf.book();
    const outcome = await this.#rewriter.rewrite(book, view.head, view.seen, withLate(view, change), held);
    this.#settled = undefined;
    if (outcome.is === 'overwrote') {
      this.#marksDropped = true;
      this.#droppedFrom = view.head.revision;
    }
    if (outcome.is !== 'written') return false;
    this.#late = undefined;
    // Absent when an editor saved right behind us: the next look reads it.
    if (outcome.seen) this.#settle(outcome.seen, outcome.head);
    return true;
  }

  /** Whether the last `commit` came into place, also when it failed. */
  async isInPlace(): Promise<boolean> {
    return this.#rewriter.isInPlace();
  }

  /** Whether marks that we dropped are to be put back, or an edit came too late for the last rewrite. */
  async mustLookAgain(): Promise<boolean> {
    if (this.#marksDropped || this.#late) return true;
    return (await this.#rewriter.lateEdit().catch(() => undefined)) !== undefined;
  }

  async tidyAfter(worker: string, book: Book): Promise<void> {
    const ownership = this.#file.seen?.ownership;
    if (ownership)
      await this.#rewriter.tidyAfter(worker, ownership, (hash) => book.ledger.revisionOf(hash) !== undefined);
  }

  async close(): Promise<void> {
    await this.#rewriter.close();
  }

  #settle(seen: Seen, head: Head): View {
    this.#laggingSince = undefined;
    this.#settled = { seen, head };
    return { is: 'view', seen, head, markAgain: [], append: [], unmark: [], mustWrite: false };
  }

  /** An older revision in its own file is a copy that this mount has cached; it passes. */
  #keepsLagging(longestMs: number): boolean {
    const now = this.#setting.clock.monotonic();
    if (this.#laggingSince === undefined) this.#tell({ tell: 'lagging' });
    this.#laggingSince ??= now;
    return now - this.#laggingSince < longestMs;
  }

  /** A writer that slept between its last check and the rename, and died, has put its old revision there itself. */
  async #longestLagMs(book: Book, writer: string): Promise<number> {
    const standing = await book.standing(writer);
    const isDead = standing === 'dead' || standing === 'host-down';
    const { lagMs = 0 } = this.#setting.measured ?? {};
    return Math.max(isDead ? LONGEST_LAG_OF_DEAD_MS : LONGEST_LAG_MS, lagMs);
  }

  async #reconcile(
    book: Book,
    seen: Seen,
    head: Head,
    { cached, is, held }: { cached: boolean; is: number | undefined; held: Held },
  ): Promise<View | LookAgain> {
    const becomes = head.revision + 1;
    const result = await reconcileAll(book, seen.text, { mayBeAnew: !cached, is, becomes, held });
    if (result.is === 'robbed') return AT_ONCE;
    if (result.is === 'anew') return this.#beginAnew(seen);
    if (result.succeededBefore.length > 0) {
      this.#tell({ tell: 'succeeded-before', entries: result.succeededBefore });
    }
    const { stale, unclear } = result.putBackBefore;
    if (unclear.length > 0) this.#tell({ tell: 'put-back-before', entries: unclear });
    if (stale.length + result.markAgain.length > 0) {
      // Not settled before the marks are right: whoever comes across it after a crash decides the same.
      const view = { seen, head, markAgain: [], append: [], unmark: stale, mustWrite: true };
      const change = { mark: result.markAgain, unmark: [] };
      // Not a late edit, should this worker die behind the rewrite: what it decided is recorded. No file carries it.
      const known = { t: 'revision', revision: head.revision, hash: seen.hash, print: '' } as const;
      if (is === undefined) book.journal.record(known);
      if (await this.commit({ is: 'view', ...view }, change, held)) this.#marksDropped = false;
      return AT_ONCE;
    }
    const next = { revision: becomes, hash: seen.hash };
    book.journal.record({ t: 'revision', ...next, print: printOf(seen) });
    await book.journal.flush();
    const reached = await book.head.advance(head, next);
    this.#marksDropped = false;
    return this.#settle(seen, reached);
  }

  async #beginAnew({ text }: Seen): Promise<LookAgain> {
    await this.#shelf.beginEpoch(text.count);
    return AT_ONCE;
  }

  /** An editor wrote to the file that we had just replaced: its content is the user's newest, without our marks. */
  async #takeLateEdit(book: Book, seen: Seen, head: Head, held: Held): Promise<View | LookAgain | undefined> {
    const late = (this.#late ??= await this.#rewriter.lateEdit());
    if (!late) {
      await this.#rewriter.forget();
      return undefined;
    }
    const { bytes, lacks, unmarked, rewritten } = late;
    const text = parsed(bytes);
    // Half saved, or changed once more since: the newer edit stands, the other is kept where its owner finds it.
    const isNewest = rewritten && seen.hash === head.hash && sameEntries(seen.text, rewritten);
    if (!text || !isNewest) {
      await this.#rewriter.keepAside(bytes, seen.ownership);
      this.#late = undefined;
      return undefined;
    }
    const result = await reconcileAll(book, text, { mayBeAnew: false, held });
    if (result.is === 'robbed') return AT_ONCE;
    this.#tell({ tell: 'merged-edit' });
    const markAgain = result.is === 'reconciled' ? result.markAgain : [];
    const edited = { ...seen, text, hash: contentHash(bytes) };
    const before = result.is === 'reconciled' ? result.putBackBefore.stale : [];
    const ours = locate(text, unmarked, true).filter((entry) => entry !== undefined);
    const unmark = [...new Set([...before, ...ours])];
    return { is: 'view', seen: edited, head, markAgain, append: lacks, unmark, mustWrite: true };
  }
}

/** With what a late edit lacks. */
function withLate(view: View, change: Change): Change {
  if ('becomes' in change) return change;
  const unmark = [...new Set([...view.unmark, ...change.unmark])];
  return { ...change, unmark, append: [...view.append, ...(change.append ?? [])] };
}

function printOf({ print }: Seen): string {
  return `${print.ino}:${print.mtimeNs}`;
}

function parsed(bytes: Buffer): ScheduleText | undefined {
  try {
    return scan(bytes);
  } catch {
    return undefined;
  }
}
