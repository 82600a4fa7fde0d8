import { Failure } from '../failure.js';
import type { Held } from '../ports/lock.js';
import type { Book } from './book.js';
import { choose, chooseEntry, type Claim } from './choose.js';
import { Desk } from './desk.js';
import { claimName, isDesk, requeuedName, startName, type ClaimId } from './names.js';
import { rerun } from './rerun.js';
import { AT_ONCE, type LookAgain } from './view.js';

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

/** How many to claim, of how many pending, among how many workers. */
export type Appetite = (pending: number, workers: number) => number;

export type Round =
  | { readonly is: 'claimed'; readonly claims: readonly Claim[] }
  | { readonly is: 'nothing-pending' }
  | LookAgain;

const LOOK_AGAIN_MS = 200;
const OPERATION = 'claim an entry';

/** A worker's desk: it also claims entries. */
export class Claimer extends Desk {
  /** Whether a call failed whose effect may be there all the same. */
  get hadTrouble(): boolean {
    return this.shelf.hadTrouble;
  }

  get owed(): readonly Claim[] {
    return this.own.owed;
  }

  /** One round under the lock. Undefined when `signal` aborted the wait for it. */
  async claim(appetite: Appetite, signal: AbortSignal): Promise<Round | undefined> {
    return this.underLock((held) => this.#claimRound(appetite, held, signal), signal, OPERATION);
  }

  /** Claims one entry that a person chose: also one that was executed, and with `force` one that is running. */
  async claimEntry(entry: number, force: boolean, signal: AbortSignal): Promise<Round | undefined> {
    return this.underLock((held) => this.#claimEntryRound(entry, force, held), signal, OPERATION);
  }

  /** False when a peer has revoked the claim: then it must not run. */
  async start(claim: Claim): Promise<boolean> {
    return this.shelf.with(
      async (book) => (await this.own.holds(book, claim)) && (await book.cells.create(startName(claim.id))),
    );
  }

  /** Whether somebody has put back the entry of a claim that was started here: its generation is over. */
  async isGivenAway({ id, epoch }: Claim): Promise<boolean> {
    return this.shelf.with(async (book) => {
      // Of the same name in another epoch it says nothing.
      if (book.epoch.id !== epoch.id) return false;
      const owner = await book.cells.owner(requeuedName(id));
      return owner !== undefined && owner !== book.me;
    });
  }

  /**
   * Ends the generation of a claim that is to run once more, and claims the next: the mark stays. Undefined when it is
   * not to run again.
   */
  async again(claim: Claim): Promise<Claim | 'given-away' | undefined> {
    // What was replaced is not run once more.
    await this.shelf.with(() => this.shelf.followEpoch());
    return this.shelf.with(async (book) => {
      if (!(await this.own.holds(book, claim))) return undefined;
      await book.cells.create(requeuedName(claim.id));
      if (await isElsewhere(book, claim.id)) return 'given-away';
      book.journal.record({ t: 'requeue', claim: claimName(claim.id), why: 'run again' });
      const id = { ...claim.id, generation: claim.id.generation + 1 };
      // An edit that knows what others have claimed meanwhile knows nothing of this.
      const revision = (await book.head.read()).revision + 1;
      book.journal.record({ t: 'claim', claims: [claimName(id)], revision });
      return (await book.cells.create(claimName(id))) ? { ...claim, id, epoch: book.epoch } : undefined;
    });
  }

  async #claimRound(appetite: Appetite, held: Held, signal: AbortSignal): Promise<Round> {
    const view = await this.viewer.look(held);
    if (view.is === 'again') return view;
    const { text } = view.seen;
    const book = await this.book();
    const revision = view.head.revision + 1;
    const owed = await this.own.findOwed(book, text, revision);
    const spoken = new Set([
      ...view.markAgain,
      ...owed.flatMap(({ entry }) => (text.marked[entry] ? [] : [entry])),
    ]);
    const pending = text.pending - spoken.size;
    if (pending === 0 && owed.length === 0 && spoken.size === 0 && !view.mustWrite)
      return { is: 'nothing-pending' };

    const wanted = signal.aborted || owed.length > 0 ? 0 : appetite(pending, await book.peers.working());
    const markAgain = await choose(book, text, wanted, revision, spoken, this.own.take);
    const mark = [...spoken, ...markAgain, ...this.owed.map(({ entry }) => entry)].filter(
      (entry) => text.marked[entry] === 0,
    );
    if (mark.length === 0 && !view.mustWrite) {
      return owed.length > 0 ? this.#deliver() : { is: 'again', afterMs: LOOK_AGAIN_MS };
    }
    if (!(await this.viewer.commit(view, { mark, unmark: [] }, held))) return AT_ONCE;
    return this.#deliver();
  }

  async #claimEntryRound(entry: number, force: boolean, held: Held): Promise<Round> {
    if (this.owed.length > 0) return this.#claimRound(() => 0, held, new AbortController().signal);
    const view = await this.viewer.look(held);
    if (view.is === 'again') return view;
    const { text } = view.seen;
    if (entry >= text.count) {
      throw new Failure({ reason: 'entry-unknown', path: this.file.path, entry, count: text.count });
    }
    const book = await this.book();
    const revision = view.head.revision + 1;
    const isMarked = text.marked[entry] === 1;
    if (isMarked) await rerun(book, text, entry, revision, force, this.own.take);
    else await chooseEntry(book, text, entry, revision, this.own.take);
    if (this.owed.length === 0) throw new Failure({ reason: 'entry-running', entry, worker: 'elsewhere' });
    const mark = isMarked ? view.markAgain : [...view.markAgain, entry];
    if (mark.length === 0 && !view.mustWrite) return this.#deliver();
    // The claim is owed now: the next round writes its mark and delivers it.
    if (!(await this.viewer.commit(view, { mark, unmark: [] }, held))) return AT_ONCE;
    return this.#deliver();
  }

  #deliver(): Round {
    const claims = this.own.deliver();
    return claims.length > 0 ? { is: 'claimed', claims } : AT_ONCE;
  }
}

/**
 * Whether another one has decided that this generation is over; asked behind our own cell, as that one looks for our
 * cells behind its decision, so that not both go on.
 */
async function isElsewhere(book: Book, id: ClaimId): Promise<boolean> {
  // Others' journals may be long, and nobody else decides without creating the cell at once.
  await book.ledger.refresh(isDesk);
  const decided = book.facts(claimName(id))?.requeued;
  if (decided && decided.worker !== book.me) return true;
  return (await book.cells.owner(requeuedName(id))) !== book.me;
}
