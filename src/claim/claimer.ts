import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import { errorCode } from '../ports/fs.js';
import type { Held, Lock } from '../ports/lock.js';
import { contentHash, type ScheduleFile, type Seen } from '../schedule/file.js';
import { scan } from '../schedule/scan.js';
import type { ScheduleText } from '../schedule/text.js';
import { Book, type Setting } from './book.js';
import { choose, chooseEntry, type Claim } from './choose.js';
import { rerun } from './rerun.js';
import { reconcileAll } from './edits.js';
import type { Head } from './head.js';
import { locate } from './locate.js';
import { claimName, requeuedName, startName, type ClaimId } from './names.js';
import { Rewriter } from './rewrite.js';
import { newestEpoch } from './sidecar.js';

/*
 * The claim protocol: independent workers share one hand-editable schedule, and no entry runs twice.
 *
 *  1. Take the lock. It keeps rewrites apart and decides nothing.
 *  2. Read the schedule; unchanged, what is in memory still holds.
 *  3. If something other than the last rewrite wrote it, reconcile what a person changed with what was claimed.
 *  4. For each pending entry chosen create its claim cell, a create-once name: whoever creates it has the entry.
 *  5. Still mine, still unchanged: write the marks to a temporary file, sync, rename over the schedule.
 *  6. Release.
 *  7. Create the start cell. Taken: a peer has revoked the claim; do not run it. Created: journal, spawn.
 *  8. On exit journal the end; it is on the disk before the next claim.
 *
 * A crash leaves: after 1-3, a lock that nobody renews; after 4, cells without marks, which the next round marks;
 * after 5 and 6, a claim that a peer revokes by creating the start cell first; after 7, a lost entry, which a person
 * may requeue. Cells only ever come, so an old claimant that wakes up finds every door it might take closed.
 */

export interface ClaimerOptions {
  readonly setting: Setting;
  readonly file: ScheduleFile;
  readonly lock: Lock;
  readonly tell: Tell;
}

/** How many to claim, of how many pending, among how many workers. */
export type Appetite = (pending: number, workers: number) => number;

export type Round =
  | { readonly is: 'claimed'; readonly claims: readonly Claim[] }
  | { readonly is: 'nothing-pending' }
  | { readonly is: 'again'; readonly afterMs: number };

/** What the file says, reconciled with what was claimed. */
interface View {
  readonly seen: Seen;
  readonly head: Head;
  readonly markAgain: readonly number[];
  /** The file does not hold this content yet: it must be written even if no mark changes. */
  readonly mustWrite?: boolean;
}

/** A copy cached by a mount is waited for this long; longer, and it is taken for what it seems. */
const LONGEST_LAG_MS = 90_000;
const LOOK_AGAIN_MS = 200;
const AT_ONCE: Round = { is: 'again', afterMs: 0 };

export class Claimer {
  readonly #o: ClaimerOptions;
  readonly #rewriter: Rewriter;
  #book: Book | undefined;
  /** What the file said when it was last reconciled. */
  #settled: { readonly seen: Seen; readonly head: Head } | undefined;
  /** Claimed, but the mark could not be written: nobody else can run these, and neither may we yet. */
  #owed: readonly Claim[] = [];
  #laggingSince: number | undefined;

  constructor(options: ClaimerOptions) {
    this.#o = options;
    this.#rewriter = new Rewriter(
      options.setting.fs,
      options.file,
      options.setting.identity.worker,
      options.tell,
    );
  }

  get owed(): readonly Claim[] {
    return this.#owed;
  }

  /** Opens the sidecar; again after it was deleted. */
  async book(): Promise<Book> {
    if (!this.#book) {
      const seen = this.#o.file.seen ?? (await this.#o.file.look());
      this.#book = await Book.open(this.#o.setting, seen.text.count);
    }
    return this.#book;
  }

  /** One round under the lock. Undefined when `signal` aborted the wait for it. */
  async claim(appetite: Appetite, signal: AbortSignal): Promise<Round | undefined> {
    return this.#underLock((held) => this.#claimRound(appetite, held, signal), signal);
  }

  /**
   * Makes the marks of these claims pending again and ends their generation. The ends of interrupted ones and the
   * giving back of others are journaled before, so whoever comes across a half-done job finishes it.
   */
  async putBack(
    claims: readonly { readonly id: ClaimId; readonly entry?: number | undefined }[],
    signal?: AbortSignal,
  ): Promise<Round | undefined> {
    return this.#underLock((held) => this.#putBackRound(claims, held), signal);
  }

  /** False when a peer has revoked the claim: then it must not run. */
  async start(claim: Claim): Promise<boolean> {
    return this.#withSidecar(async (book) => book.cells.create(startName(claim.id)));
  }

  /** Ends the generation of a claim that is to run once more, and claims the next: the mark stays. */
  async again(claim: Claim): Promise<Claim | undefined> {
    return this.#withSidecar(async (book) => {
      await book.cells.create(requeuedName(claim.id));
      book.journal.record({ t: 'requeue', claim: claimName(claim.id), why: 'run again' });
      const id = { ...claim.id, generation: claim.id.generation + 1 };
      book.journal.record({ t: 'claim', claims: [claimName(id)], revision: this.#settled?.head.revision ?? 0 });
      return (await book.cells.create(claimName(id))) ? { ...claim, id } : undefined;
    });
  }

  /** Claims one entry that a person chose: also one that was executed, and with `force` one that is running. */
  async claimEntry(entry: number, force: boolean, signal: AbortSignal): Promise<Round | undefined> {
    return this.#underLock((held) => this.#claimEntryRound(entry, force, held), signal);
  }

  /** A late save is looked for once more before leaving. */
  async close(): Promise<void> {
    const late = await this.#rewriter.lateEdit().catch(() => undefined);
    if (late) await this.#underLock((held) => this.#putBackRound([], held)).catch(() => undefined);
    await this.#rewriter.forget();
  }

  /** Says goodbye: whoever looks after the dead need not look at this worker. */
  async leave(): Promise<void> {
    const book = await this.book();
    book.journal.record({ t: 'leave', at: this.#o.setting.clock.wallTime().toISOString() });
    await this.#withSidecar(() => book.journal.flush());
    await book.journal.close();
    await book.peers.leave().catch(() => undefined);
  }

  async #underLock<T>(work: (held: Held) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    return this.#o.lock.hold((held) => this.#withSidecar(() => work(held)), signal);
  }

  /** A sidecar that was deleted under us is made anew; "deleting it forgets history, never the schedule". */
  async #withSidecar<T>(work: (book: Book) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work(await this.book());
      } catch (error) {
        if (errorCode(rootOf(error)) !== 'ENOENT' || isScheduleMissing(error) || tries === 3)
          throw this.#failure(error);
        await this.#reopen();
      }
    }
  }

  async #reopen(): Promise<void> {
    const before = this.#book;
    const entries = this.#o.file.seen?.text.count ?? 0;
    this.#book = await Book.open(this.#o.setting, entries, before?.journal);
    this.#settled = undefined;
    if (before) this.#o.tell({ tell: 'sidecar-anew' });
  }

  #failure(error: unknown): unknown {
    if (error instanceof Failure || errorCode(error) === undefined) return error;
    const path = (error as NodeJS.ErrnoException).path ?? this.#o.setting.sidecar;
    const operation = 'claim an entry';
    return new Failure(
      { reason: 'filesystem', code: errorCode(error) ?? '', operation, path },
      { cause: error },
    );
  }

  async #claimRound(appetite: Appetite, held: Held, signal: AbortSignal): Promise<Round> {
    const view = await this.#look();
    if ('is' in view) return view;
    const { text } = view.seen;
    const book = await this.book();
    const revision = view.head.revision + 1;
    const owed = this.#findOwed(book, view.seen, revision);
    const spoken = new Set([
      ...view.markAgain,
      ...owed.flatMap(({ entry }) => (text.marked[entry] ? [] : [entry])),
    ]);
    const pending = text.pending - spoken.size;
    if (pending === 0 && owed.length === 0 && spoken.size === 0 && !view.mustWrite)
      return { is: 'nothing-pending' };

    const wanted = signal.aborted || owed.length > 0 ? 0 : appetite(pending, await book.peers.working());
    const choice = await choose(book, text, wanted, revision, spoken);
    this.#owed = [...owed, ...choice.claims];

    const mark = [...spoken, ...choice.markAgain, ...choice.claims.map(({ entry }) => entry)];
    if (mark.length === 0 && !view.mustWrite) {
      return owed.length > 0 ? this.#deliver(owed) : { is: 'again', afterMs: LOOK_AGAIN_MS };
    }
    const outcome = await this.#rewriter.rewrite(book, view.head, view.seen, { mark, unmark: [] }, held);
    if (outcome !== 'written') return AT_ONCE;
    this.#settle(view.head, view.seen);
    return this.#deliver(this.#owed);
  }

  async #claimEntryRound(entry: number, force: boolean, held: Held): Promise<Round> {
    const view = await this.#look();
    if ('is' in view) return view;
    const { text } = view.seen;
    if (entry >= text.count) {
      throw new Failure({ reason: 'entry-unknown', path: this.#o.file.path, entry, count: text.count });
    }
    const book = await this.book();
    const revision = view.head.revision + 1;
    const claim =
      text.marked[entry] === 1
        ? await rerun(book, text, entry, revision, force)
        : (await chooseEntry(book, text, entry, revision)).claims[0];
    if (!claim) throw new Failure({ reason: 'entry-running', entry, worker: 'elsewhere' });
    this.#owed = [claim];
    const mark = [...view.markAgain, entry];
    if (text.marked[entry] === 1 && view.markAgain.length === 0 && !view.mustWrite)
      return this.#deliver(this.#owed);
    const outcome = await this.#rewriter.rewrite(book, view.head, view.seen, { mark, unmark: [] }, held);
    if (outcome !== 'written')
      throw new Failure({
        reason: 'filesystem',
        code: 'EAGAIN',
        operation: 'mark the entry',
        path: this.#o.file.path,
      });
    this.#settle(view.head, view.seen);
    return this.#deliver(this.#owed);
  }

  #deliver(claims: readonly Claim[]): Round {
    this.#owed = [];
    return claims.length > 0 ? { is: 'claimed', claims } : AT_ONCE;
  }

  /** Where the entries of owed claims stand now, pending or marked by a peer; what is gone from the file is let go. */
  #findOwed(book: Book, { text }: Seen, revision: number): Claim[] {
    if (this.#owed.length === 0) return [];
    const wanted = this.#owed.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const pending = locate(text, wanted, false);
    const marked = locate(text, wanted, true);
    const found = this.#owed.map((claim, i) => ({ ...claim, entry: pending[i] ?? marked[i] ?? -1 }));
    const gone = found.filter(({ entry }) => entry < 0).map(({ id }) => claimName(id));
    if (gone.length > 0) book.journal.record({ t: 'give-back', claims: gone });
    const owed = found.filter(({ entry }) => entry >= 0);
    book.journal.record({ t: 'claim', claims: owed.map(({ id }) => claimName(id)), revision });
    return owed;
  }

  async #putBackRound(
    claims: readonly { id: ClaimId; entry?: number | undefined }[],
    held: Held,
  ): Promise<Round> {
    const view = await this.#look();
    if ('is' in view) return view;
    const book = await this.book();
    const wanted = claims.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const unmark = locate(view.seen.text, wanted, true).filter((entry) => entry !== undefined);
    if (unmark.length > 0 || view.markAgain.length > 0 || view.mustWrite) {
      const edit = { mark: view.markAgain, unmark };
      const outcome = await this.#rewriter.rewrite(book, view.head, view.seen, edit, held);
      if (outcome !== 'written') return AT_ONCE;
      this.#settle(view.head, view.seen);
    }
    for (const { id } of claims) {
      await book.cells.create(requeuedName(id));
      book.journal.record({ t: 'requeue', claim: claimName(id), why: 'put back' });
    }
    await book.journal.flush();
    return { is: 'claimed', claims: [] };
  }

  /** After our own rewrite the new content needs no reconciling; a content that came behind it does. */
  #settle(before: Head, replaced: Seen): void {
    const seen = this.#o.file.seen;
    this.#settled =
      seen && seen !== replaced
        ? { seen, head: { revision: before.revision + 1, hash: seen.hash } }
        : undefined;
  }

  /** Reads, and reconciles when the content is not the last rewrite's. */
  async #look(): Promise<View | Round> {
    const seen = await this.#o.file.look();
    const book = await this.book();
    const head = seen === this.#settled?.seen ? this.#settled.head : await book.head.read();
    const late = await this.#takeLateEdit(book, seen, head);
    if (late) return late;
    if (seen.hash === head.hash) return this.#plain(seen, head);

    if ((await newestEpoch(this.#o.setting.fs, this.#o.setting.sidecar)) > book.epoch.number) {
      await this.#reopen();
      return AT_ONCE;
    }
    await book.ledger.refresh();
    const known = book.ledger.revisionOf(seen.hash);
    if (known && known.revision > head.revision)
      return this.#plain(seen, { revision: known.revision, hash: seen.hash });
    if (known?.print === `${seen.print.ino}:${seen.print.mtimeNs}` && this.#keepsLagging()) {
      return { is: 'again', afterMs: LOOK_AGAIN_MS };
    }
    return this.#reconcile(book, seen, head, known === undefined);
  }

  #plain(seen: Seen, head: Head): View {
    this.#laggingSince = undefined;
    this.#settled = { seen, head };
    return { seen, head, markAgain: [] };
  }

  /** An older revision in its own file is a copy that this mount has cached; it passes. */
  #keepsLagging(): boolean {
    const now = this.#o.setting.clock.monotonic();
    if (this.#laggingSince === undefined) this.#o.tell({ tell: 'lagging' });
    this.#laggingSince ??= now;
    return now - this.#laggingSince < LONGEST_LAG_MS;
  }

  async #reconcile(book: Book, seen: Seen, head: Head, edited: boolean): Promise<View | Round> {
    const result = await reconcileAll(book, seen.text, edited);
    if (result.is === 'anew') {
      this.#book = await book.next(this.#o.setting, seen.text.count);
      this.#o.tell({ tell: 'generated-anew', epoch: this.#book.epoch.number });
      return AT_ONCE;
    }
    if (result.succeededBefore.length > 0)
      this.#o.tell({ tell: 'succeeded-before', entries: result.succeededBefore });
    const next = { revision: head.revision + 1, hash: seen.hash };
    book.journal.record({ t: 'revision', ...next, print: `${seen.print.ino}:${seen.print.mtimeNs}` });
    await book.journal.flush();
    await book.head.advance(head, next);
    return { ...this.#plain(seen, next), markAgain: result.markAgain };
  }

  /** An editor wrote to the file that we had just replaced: its content is the user's newest, with our marks lost. */
  async #takeLateEdit(book: Book, seen: Seen, head: Head): Promise<View | Round | undefined> {
    const late = await this.#rewriter.lateEdit();
    if (!late) {
      await this.#rewriter.forget();
      return undefined;
    }
    const text = this.#parsed(late);
    // Half saved, or saved twice: the newer edit stands, the other is kept where its owner finds it.
    if (!text || seen.hash !== head.hash) {
      await this.#rewriter.keepAside(late, seen.ownership);
      return undefined;
    }
    const result = await reconcileAll(book, text, true);
    if (result.is === 'anew') return undefined;
    this.#o.tell({ tell: 'merged-edit' });
    return {
      seen: { ...seen, text, hash: contentHash(late) },
      head,
      markAgain: result.markAgain,
      mustWrite: true,
    };
  }

  #parsed(bytes: Buffer): ScheduleText | undefined {
    try {
      return scan(bytes);
    } catch {
      return undefined;
    }
  }
}

function rootOf(error: unknown): unknown {
  return error instanceof Failure ? error.cause : error;
}

function isScheduleMissing(error: unknown): boolean {
  return error instanceof Failure && error.detail.reason === 'schedule-missing';
}
