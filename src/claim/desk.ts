import type { Tell } from '../notice.js';
import type { Held, Lock } from '../ports/lock.js';
import type { ScheduleFile } from '../schedule/file.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book, Setting } from './book.js';
import type { Round } from './claimer.js';
import { Decisions } from './decisions.js';
import { leaveOut, locate } from './locate.js';
import { claimName, requeuedName } from './names.js';
import { OwnClaims, type Returned } from './own-claims.js';
import { Shelf } from './shelf.js';
import { isOpen, slotsIn } from './state.js';
import { StopRequests } from './stop-requests.js';
import { AT_ONCE, Viewer } from './view.js';

export interface DeskOptions {
  readonly setting: Setting;
  readonly file: ScheduleFile;
  readonly lock: Lock;
  readonly tell: Tell;
}

/** One process's way to a schedule and its sidecar: what it changes there, it changes under the lock. */
export class Desk {
  readonly setting: Setting;
  readonly file: ScheduleFile;
  readonly shelf: Shelf;
  readonly viewer: Viewer;
  protected readonly own = new OwnClaims();
  readonly #lock: Lock;
  #leavesWork = false;

  constructor({ setting, file, lock, tell }: DeskOptions) {
    this.setting = setting;
    this.file = file;
    this.#lock = lock;
    this.shelf = new Shelf(setting, file, tell);
    this.viewer = new Viewer(setting, file, this.shelf, tell);
  }

  /** Opens the sidecar. */
  async book(): Promise<Book> {
    return this.shelf.with((book) => Promise.resolve(book));
  }

  /** Works in the sidecar, made anew where it was deleted, with the filesystem's errors as failures. */
  async inSidecar<T>(work: (book: Book) => Promise<T>): Promise<T> {
    return this.shelf.with(work);
  }

  /** Undefined when `signal` aborted the wait. `operation` is what fails when the filesystem does. */
  async underLock<T>(
    work: (held: Held) => Promise<T>,
    signal?: AbortSignal,
    operation?: string,
  ): Promise<T | undefined> {
    // Before the lock: a holder without a heartbeat could not be proven dead.
    await this.book();
    return this.#lock.hold((held) => this.shelf.with(() => work(held), operation), signal);
  }

  /**
   * Makes the marks of these claims pending again and ends their generation. The ends of interrupted ones and the
   * giving back of others are journaled before, so whoever comes across a half-done job finishes it.
   */
  async putBack(claims: readonly Returned[]): Promise<Round | undefined> {
    return this.underLock((held) => this.#putBackRound(claims, held), undefined, 'put entries back');
  }

  /** The same, however often the file has to be looked at again. */
  async putBackAll(claims: readonly Returned[]): Promise<void> {
    for (let round: Round | undefined; round?.is !== 'claimed';) {
      round = await this.putBack(claims);
      if (round?.is === 'again') await this.setting.clock.wait(round.afterMs);
    }
  }

  /** Removes what a dead worker has left beside the schedule; an edit that came too late for it is kept. */
  async tidyAfter(worker: string): Promise<void> {
    await this.shelf.with((book) => this.viewer.tidyAfter(worker, book));
    await this.#lock.tidyAfter(worker);
    await new StopRequests(this.setting.fs, this.setting.sidecar).tidy([worker]);
  }

  /** A late save is looked for once more before leaving. */
  async close(): Promise<void> {
    if (await this.viewer.mustLookAgain()) await this.putBackAll([]);
    await this.viewer.close();
  }

  /** There is something left for others to do: without its leave this process is looked after as the dead are. */
  leavesWork(): void {
    this.#leavesWork = true;
  }

  /** Says goodbye: whoever looks after the dead need not look at this worker. */
  async leave(): Promise<void> {
    if (!this.shelf.isOpen) return;
    const { journal } = await this.book();
    if (!this.#leavesWork) journal.record({ t: 'leave', at: this.setting.clock.wallTime().toISOString() });
    await this.shelf.with(() => journal.flush());
    // Everything is on the disk already.
    await journal.close().catch(() => undefined);
    if (!this.#leavesWork) await (await this.book()).peers.leave().catch(() => undefined);
  }

  async #putBackRound(claims: readonly Returned[], held: Held): Promise<Round> {
    const view = await this.viewer.look(held);
    if (view.is === 'again') return view;
    const book = await this.book();
    const open = await this.#stillOpen(book, claims);
    const wanted = open.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const { text } = view.seen;
    const barred = await this.#withoutMark(book, text, open);
    const found = locate(
      text,
      wanted.filter((_, i) => !barred.has(i)),
      true,
    );
    const unmark = found.filter((entry) => entry !== undefined);
    // What goes back and has no mark any more must not get it again: no claim would account for it.
    const mark = leaveOut(text, view.markAgain, [
      ...wanted.filter((_, i) => barred.has(i)),
      ...wanted.filter((_, i) => !barred.has(i)).filter((_, i) => found[i] === undefined),
    ]);
    // Also without a mark to take out: who sleeps right before it writes one must find that the head has moved.
    if (open.length > 0 || mark.length > 0 || view.mustWrite) {
      if (!(await this.viewer.commit(view, { mark, unmark }, held))) return AT_ONCE;
    }
    const revision = view.head.revision + 1;
    for (const { id } of open) {
      await book.cells.create(requeuedName(id));
      book.journal.record({ t: 'requeue', claim: claimName(id), why: 'put back', revision });
    }
    await book.journal.flush();
    return { is: 'claimed', claims: [] };
  }

  /**
   * Which of these claims have no mark: it was never written, and those that equal entries have are other claims'. A
   * peer may have written it.
   */
  async #withoutMark(book: Book, text: ScheduleText, open: readonly Returned[]): Promise<ReadonlySet<number>> {
    const owed = new Set(this.own.owed.map(({ id }) => claimName(id)));
    const barred = new Set<number>();
    const spare = new Map<string, number>();
    for (const [i, { id }] of open.entries()) {
      if (!owed.has(claimName(id))) continue;
      const left = spare.get(id.hash) ?? (await spareMarks(book, text, id.hash, open, owed));
      spare.set(id.hash, left - 1);
      if (left <= 0) barred.add(i);
    }
    return barred;
  }

  /** Without those that somebody else has put back meanwhile, and perhaps runs again. */
  async #stillOpen(book: Book, claims: readonly Returned[]): Promise<Returned[]> {
    const decisions = new Decisions(book.cells);
    const open: Returned[] = [];
    for (const claim of claims)
      if ((await this.own.holds(book, claim)) && !(await decisions.isOver(claim.id))) open.push(claim);
    return open;
  }
}

/** How many marks of these equal entries no other claim accounts for. */
async function spareMarks(
  book: Book,
  text: ScheduleText,
  hash: string,
  open: readonly Returned[],
  owed: ReadonlySet<string>,
): Promise<number> {
  await book.ledger.refresh();
  const ours = new Set(open.map(({ id }) => claimName(id)).filter((name) => owed.has(name)));
  const cells = slotsIn(await book.cells.namesBeside(hash)).get(hash);
  let spare = countMarked(text, hash);
  for (const [copy, state] of cells ? await book.states(hash, cells) : []) {
    if (!isOpen(state) && !ours.has(claimName({ hash, copy, generation: state.generation }))) spare--;
  }
  return spare;
}

function countMarked(text: ScheduleText, hash: string): number {
  const [entry] = locate(text, [{ hash }], true);
  return entry === undefined ? 0 : (text.groupMarked[text.group[entry] ?? 0] ?? 0);
}
