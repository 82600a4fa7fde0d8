import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Held, Lock } from '../ports/lock.js';
import type { ScheduleFile, Seen } from '../schedule/file.js';
import type { Book, Setting } from './book.js';
import { choose, chooseEntry, type Claim } from './choose.js';
import { locate } from './locate.js';
import { claimName, requeuedName, startName } from './names.js';
import { rerun } from './rerun.js';
import { Shelf } from './shelf.js';
import { slotsIn } from './state.js';
import { AT_ONCE, Viewer, type LookAgain } from './view.js';

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

/** A claim to put back: this worker's, or one that it has revoked. */
export type Returned = Pick<Claim, 'id'> & Partial<Pick<Claim, 'entry' | 'epoch'>>;

/** How many to claim, of how many pending, among how many workers. */
export type Appetite = (pending: number, workers: number) => number;

export type Round =
  | { readonly is: 'claimed'; readonly claims: readonly Claim[] }
  | { readonly is: 'nothing-pending' }
  | LookAgain;

const LOOK_AGAIN_MS = 200;

export class Claimer {
  readonly #lock: Lock;
  readonly #file: ScheduleFile;
  readonly #setting: Setting;
  readonly #shelf: Shelf;
  readonly #viewer: Viewer;
  /** Claimed, but the mark could not be written: nobody else can run these, and neither may we yet. */
  #owed: Claim[] = [];
  /** Claims made before the sidecar was deleted, and made again in the new one. */
  readonly #remade = new Set<string>();

  constructor({ setting, file, lock, tell }: ClaimerOptions) {
    this.#lock = lock;
    this.#file = file;
    this.#setting = setting;
    this.#shelf = new Shelf(setting, file, tell);
    this.#viewer = new Viewer(setting, file, this.#shelf, tell);
  }

  /** Whether a call failed whose effect may be there all the same. */
  get hadTrouble(): boolean {
    return this.#shelf.hadTrouble;
  }

  get owed(): readonly Claim[] {
    return this.#owed;
  }

  /** Opens the sidecar. */
  async book(): Promise<Book> {
    return this.#shelf.with((book) => Promise.resolve(book));
  }

  /** One round under the lock. Undefined when `signal` aborted the wait for it. */
  async claim(appetite: Appetite, signal: AbortSignal): Promise<Round | undefined> {
    return this.#underLock((held) => this.#claimRound(appetite, held, signal), signal);
  }

  /**
   * Makes the marks of these claims pending again and ends their generation. The ends of interrupted ones and the
   * giving back of others are journaled before, so whoever comes across a half-done job finishes it.
   */
  async putBack(claims: readonly Returned[]): Promise<Round | undefined> {
    return this.#underLock((held) => this.#putBackRound(claims, held));
  }

  /** The same, however often the file has to be looked at again. */
  async putBackAll(claims: readonly Returned[]): Promise<void> {
    for (let round: Round | undefined; round?.is !== 'claimed';) {
      round = await this.putBack(claims);
      if (round?.is === 'again') await this.#setting.clock.wait(round.afterMs);
    }
  }

  /** False when a peer has revoked the claim: then it must not run. */
  async start(claim: Claim): Promise<boolean> {
    return this.#shelf.with(
      async (book) => (await this.#holds(book, claim)) && (await book.cells.create(startName(claim.id))),
    );
  }

  /** Ends the generation of a claim that is to run once more, and claims the next: the mark stays. */
  async again(claim: Claim): Promise<Claim | undefined> {
    return this.#shelf.with(async (book) => {
      if (!(await this.#holds(book, claim))) return undefined;
      await book.cells.create(requeuedName(claim.id));
      book.journal.record({ t: 'requeue', claim: claimName(claim.id), why: 'run again' });
      const id = { ...claim.id, generation: claim.id.generation + 1 };
      book.journal.record({ t: 'claim', claims: [claimName(id)], revision: this.#viewer.revision });
      return (await book.cells.create(claimName(id))) ? { ...claim, id, epoch: book.epoch } : undefined;
    });
  }

  /** Works in the sidecar, made anew where it was deleted, with the filesystem's errors as failures. */
  async inSidecar<T>(work: (book: Book) => Promise<T>): Promise<T> {
    return this.#shelf.with(work);
  }

  /** Claims one entry that a person chose: also one that was executed, and with `force` one that is running. */
  async claimEntry(entry: number, force: boolean, signal: AbortSignal): Promise<Round | undefined> {
    return this.#underLock((held) => this.#claimEntryRound(entry, force, held), signal);
  }

  /** Removes what a dead worker has left beside the schedule; an edit that came too late for it is kept. */
  async tidyAfter(worker: string): Promise<void> {
    await this.#shelf.with((book) => this.#viewer.tidyAfter(worker, book));
    await this.#lock.tidyAfter(worker);
  }

  /** A late save is looked for once more before leaving. */
  async close(): Promise<void> {
    if (await this.#viewer.hasLateEdit()) await this.putBackAll([]);
    await this.#viewer.close();
  }

  /** Says goodbye: whoever looks after the dead need not look at this worker. */
  async leave(): Promise<void> {
    if (!this.#shelf.isOpen) return;
    const { journal } = await this.book();
    journal.record({ t: 'leave', at: this.#setting.clock.wallTime().toISOString() });
    await this.#shelf.with(() => journal.flush());
    // Everything is on the disk already.
    await journal.close().catch(() => undefined);
    await (await this.book()).peers.leave().catch(() => undefined);
  }

  async #underLock<T>(work: (held: Held) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    // Before the lock: a holder without a heartbeat could not be proven dead.
    await this.book();
    return this.#lock.hold((held) => this.#shelf.with(() => work(held)), signal);
  }

  async #claimRound(appetite: Appetite, held: Held, signal: AbortSignal): Promise<Round> {
    const view = await this.#viewer.look();
    if (view.is === 'again') return view;
    const { text } = view.seen;
    const book = await this.book();
    const revision = view.head.revision + 1;
    const owed = await this.#findOwed(book, view.seen, revision);
    const spoken = new Set([
      ...view.markAgain,
      ...owed.flatMap(({ entry }) => (text.marked[entry] ? [] : [entry])),
    ]);
    const pending = text.pending - spoken.size;
    if (pending === 0 && owed.length === 0 && spoken.size === 0 && !view.mustWrite)
      return { is: 'nothing-pending' };

    const wanted = signal.aborted || owed.length > 0 ? 0 : appetite(pending, await book.peers.working());
    this.#owed = owed;
    const markAgain = await choose(book, text, wanted, revision, spoken, this.#take);
    const mark = [...spoken, ...markAgain, ...this.#owed.map(({ entry }) => entry)].filter(
      (entry) => text.marked[entry] === 0,
    );
    if (mark.length === 0 && !view.mustWrite) {
      return owed.length > 0 ? this.#deliver() : { is: 'again', afterMs: LOOK_AGAIN_MS };
    }
    if (!(await this.#viewer.commit(view, { mark, unmark: [] }, held))) return AT_ONCE;
    return this.#deliver();
  }

  readonly #take = (claim: Claim): void => void this.#owed.push(claim);

  async #claimEntryRound(entry: number, force: boolean, held: Held): Promise<Round> {
    if (this.#owed.length > 0) return this.#claimRound(() => 0, held, new AbortController().signal);
    const view = await this.#viewer.look();
    if (view.is === 'again') return view;
    const { text } = view.seen;
    if (entry >= text.count) {
      throw new Failure({ reason: 'entry-unknown', path: this.#file.path, entry, count: text.count });
    }
    const book = await this.book();
    const revision = view.head.revision + 1;
    const isMarked = text.marked[entry] === 1;
    if (isMarked) await rerun(book, text, entry, revision, force, this.#take);
    else await chooseEntry(book, text, entry, revision, this.#take);
    if (this.#owed.length === 0) throw new Failure({ reason: 'entry-running', entry, worker: 'elsewhere' });
    const mark = isMarked ? view.markAgain : [...view.markAgain, entry];
    if (mark.length === 0 && !view.mustWrite) return this.#deliver();
    // The claim is owed now: the next round writes its mark and delivers it.
    if (!(await this.#viewer.commit(view, { mark, unmark: [] }, held))) return AT_ONCE;
    return this.#deliver();
  }

  #deliver(): Round {
    const claims = this.#owed.sort((a, b) => a.entry - b.entry);
    this.#owed = [];
    return claims.length > 0 ? { is: 'claimed', claims } : AT_ONCE;
  }

  /** Where the entries of owed claims stand now, pending or marked by a peer; what is gone from the file is let go. */
  async #findOwed(book: Book, { text }: Seen, revision: number): Promise<Claim[]> {
    if (this.#owed.length === 0) return [];
    const ours: Claim[] = [];
    for (const claim of this.#owed) if (await this.#holds(book, claim)) ours.push(claim);
    const wanted = ours.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const pending = locate(text, wanted, false);
    const marked = locate(text, wanted, true);
    const found = ours.map((claim, i) => ({ ...claim, entry: pending[i] ?? marked[i] ?? -1 }));
    const gone = found.filter(({ entry }) => entry < 0).map(({ id }) => claimName(id));
    if (gone.length > 0) book.journal.record({ t: 'give-back', claims: gone });
    const owed = found.filter(({ entry }) => entry >= 0);
    book.journal.record({ t: 'claim', claims: owed.map(({ id }) => claimName(id)), revision });
    return owed;
  }

  /**
   * Whether a claim made earlier is still this worker's. Not in an epoch that began since, where its entry is anybody's;
   * in a sidecar that was deleted and made anew it is claimed once more, for its mark may be all that is left of it.
   */
  async #holds(book: Book, { id, epoch }: Returned): Promise<boolean> {
    if (!epoch || book.epoch.id === epoch.id) return true;
    if (book.epoch.succeeds.includes(epoch.id)) return false;
    const name = `${book.epoch.id} ${claimName(id)}`;
    if (!this.#remade.has(name) && (await book.cells.create(claimName(id)))) this.#remade.add(name);
    return this.#remade.has(name);
  }

  async #putBackRound(claims: readonly Returned[], held: Held): Promise<Round> {
    const view = await this.#viewer.look();
    if (view.is === 'again') return view;
    const book = await this.book();
    const open = await this.#stillOpen(book, claims);
    const wanted = open.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const unmark = locate(view.seen.text, wanted, true).filter((entry) => entry !== undefined);
    if (unmark.length > 0 || view.markAgain.length > 0 || view.mustWrite) {
      if (!(await this.#viewer.commit(view, { mark: view.markAgain, unmark }, held))) return AT_ONCE;
    }
    for (const { id } of open) {
      await book.cells.create(requeuedName(id));
      book.journal.record({ t: 'requeue', claim: claimName(id), why: 'put back' });
    }
    await book.journal.flush();
    return { is: 'claimed', claims: [] };
  }

  /** Without those that somebody else has put back meanwhile, and perhaps runs again. */
  async #stillOpen(book: Book, claims: readonly Returned[]): Promise<Returned[]> {
    const shards = new Map<string, ReturnType<typeof slotsIn>>();
    const open: Returned[] = [];
    for (const claim of claims) {
      const { hash, copy, generation } = claim.id;
      if (!(await this.#holds(book, claim))) continue;
      const shard = book.cells.shardOf(hash);
      const slots = shards.get(shard) ?? slotsIn(await book.cells.namesBeside(hash));
      shards.set(shard, slots);
      const cells = slots.get(hash)?.get(copy);
      const isOver =
        cells && (cells.generation > generation || (cells.generation === generation && cells.requeued));
      if (!isOver) open.push(claim);
    }
    return open;
  }
}
