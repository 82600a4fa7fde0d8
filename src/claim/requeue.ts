import type { Held } from '../ports/lock.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import type { Desk } from './desk.js';
import { locate } from './locate.js';
import { claimName, startName, type ClaimId } from './names.js';
import { createRequeued } from './requeued-cells.js';
import { grant, type Grant, type Wish } from './requeue-decide.js';
import { slotsIn, type SlotCells, type SlotState } from './state.js';
import { AT_ONCE, type LookAgain } from './view.js';

/*
 * Putting entries back, many by one rewrite:
 *
 *  1. Under the lock look at the slots: what is no longer what it was seen to be is left alone.
 *  2. What is claimed and not started: create its start cell, so that it never will be.
 *  3. Journal that these generations are over, and make that durable. From here on it is decided.
 *  4. Take the marks out: temporary file, sync, rename.
 *  5. Release the lock, and create the requeued cells.
 *
 * A crash after 2 leaves claims that anybody puts back; after 3 and 4, slots on their way back: whoever claims one
 * creates its cell first, and whoever looks after the dead takes out the marks that are left.
 */

export interface RequeueOrder<W extends Wish = Wish> {
  readonly wishes: readonly W[];
  readonly why: string;
  /** Who wants it, where it is a person. */
  readonly by?: string;
  /** Whether what may still be run by this worker may be put back. */
  mayTake(worker: string, book: Book): Promise<boolean>;
}

export interface Requeued<W extends Wish = Wish> {
  readonly done: readonly { readonly wish: W; readonly was: SlotState | undefined }[];
  /** Something else by now than it was seen to be. */
  readonly changed: readonly W[];
}

interface Finished<W extends Wish> extends Requeued<W> {
  readonly is: 'requeued';
  readonly book: Book;
  readonly ids: readonly ClaimId[];
}

/** An editor that has the replaced file open is done with saving by then. */
const LATE_SAVE_MS = 100;
const CLAIMS_PER_RECORD = 1000;
const OPERATION = 'put entries back';

/** Undefined when `signal` aborted the wait for the lock before anything was decided. */
export async function requeue<W extends Wish>(
  desk: Desk,
  order: RequeueOrder<W>,
  signal?: AbortSignal,
): Promise<Requeued<W> | undefined> {
  const { clock } = desk.setting;
  if (order.wishes.length === 0) return { done: [], changed: [] };
  // Most of the reading before the lock: nobody waits for that.
  await desk.inSidecar(({ ledger }) => ledger.refresh());
  const work = new Requeueing(desk, order);
  try {
    for (;;) {
      // What is decided is carried out.
      const until = work.hasDecided ? undefined : signal;
      const round = await desk.underLock((held) => work.round(held), until, OPERATION);
      if (!round) return undefined;
      if (round.is === 'requeued') {
        await createRequeued(desk, round.book, round.ids);
        if (round.ids.length > 0) await clock.wait(LATE_SAVE_MS, signal);
        return round;
      }
      await clock.wait(round.afterMs);
    }
  } catch (error) {
    // Others finish it.
    if (work.hasDecided) desk.leavesWork();
    throw error;
  }
}

class Requeueing<W extends Wish> {
  readonly #desk: Desk;
  readonly #order: RequeueOrder<W>;
  /** What each decided claim was before. */
  readonly #was = new Map<string, SlotState>();
  #decidedIn: string | undefined;

  constructor(desk: Desk, order: RequeueOrder<W>) {
    this.#desk = desk;
    this.#order = order;
  }

  get hasDecided(): boolean {
    return this.#was.size > 0;
  }

  async round(held: Held): Promise<Finished<W> | LookAgain> {
    const { viewer } = this.#desk;
    const view = await viewer.look(held);
    if (view.is === 'again') return view;
    if (view.markAgain.length > 0 || view.mustWrite) {
      await viewer.commit(view, { mark: view.markAgain, unmark: [] }, held);
      return AT_ONCE;
    }
    const book = await this.#desk.book();
    this.#forgetOtherEpochs(book);
    await book.ledger.refresh();
    const { text } = view.seen;
    const slots = await slotsOf(book, this.#order.wishes);
    const found = this.#granted(text, slots);
    const grants = await this.#taken(found, book);
    await this.#decide(grants, book, view.head.revision + 1);
    const done = await this.#stillOver(grants, book);
    const unmark = marksToTake(done, text);
    // Also without a mark to take out: who sleeps right before it writes one must find that the head has moved.
    if (done.length > 0 && !(await viewer.commit(view, { mark: [], unmark }, held))) return AT_ONCE;

    const granted = new Set<W>(done.map(({ wish }) => wish));
    return {
      is: 'requeued',
      book,
      ids: done.flatMap(({ slot }) => (slot ? [slot.id] : [])),
      done: done.map(({ wish, slot }) => ({ wish, was: slot && this.#wasBefore(slot) })),
      changed: this.#order.wishes.filter((wish) => !granted.has(wish)),
    };
  }

  /** The schedule was generated anew meanwhile: what was decided is about another one. */
  #forgetOtherEpochs({ epoch }: Book): void {
    if (this.#decidedIn !== undefined && this.#decidedIn !== epoch.id) this.#was.clear();
    this.#decidedIn = epoch.id;
  }

  #granted(text: ScheduleText, slots: SlotsByHash): Grant<W>[] {
    const byHash = new Map<string, W[]>();
    for (const wish of this.#order.wishes) {
      const group = byHash.get(wish.hash);
      if (group) group.push(wish);
      else byHash.set(wish.hash, [wish]);
    }
    const marks = marksOf(text, this.#order.wishes);
    return [...byHash].flatMap(([hash, wishes]) => {
      const states = slots.get(hash) ?? new Map<number, SlotState>();
      const decided = [...states].flatMap(([copy, { generation }]) =>
        this.#was.has(claimName({ hash, copy, generation })) ? [copy] : [],
      );
      const standing = { slots: states, marked: marks.get(hash) ?? 0 };
      return grant(wishes, standing, new Set(decided)).filter((one) => one !== undefined);
    });
  }

  /** Without those that somebody runs who may not be disturbed. */
  async #taken(grants: readonly Grant<W>[], book: Book): Promise<Grant<W>[]> {
    const taken: Grant<W>[] = [];
    for (const one of grants) if (await this.#isTaken(one, book)) taken.push(one);
    return taken;
  }

  async #isTaken({ slot }: Grant<W>, book: Book): Promise<boolean> {
    if (!slot || (slot.state.is !== 'claimed' && slot.state.is !== 'running')) return true;
    if (!(await this.#order.mayTake(slot.state.worker, book))) return false;
    // Its owner may start it this very moment: then it is as one that runs.
    if (slot.state.is === 'claimed') await book.cells.create(startName(slot.id));
    return true;
  }

  async #decide(grants: readonly Grant<W>[], { journal }: Book, revision: number): Promise<void> {
    const { why, by } = this.#order;
    const claims: string[] = [];
    for (const { slot } of grants) {
      const name = slot && claimName(slot.id);
      if (name === undefined || this.#was.has(name)) continue;
      this.#was.set(name, slot?.state as SlotState);
      claims.push(name);
    }
    for (let from = 0; from < claims.length; from += CLAIMS_PER_RECORD)
      journal.record({
        ...{ t: 'requeue', claims: claims.slice(from, from + CLAIMS_PER_RECORD), why, revision },
        ...(by === undefined ? {} : { by }),
      });
    await journal.flush();
  }

  /** Without those that their workers have begun to run once more while it was decided: the mark is theirs. */
  async #stillOver(grants: readonly Grant<W>[], book: Book): Promise<Grant<W>[]> {
    const busy = grants.flatMap(({ wish, slot }) =>
      slot && this.#wasBefore(slot).is === 'running' ? [wish] : [],
    );
    if (busy.length === 0) return [...grants];
    const cells = await cellsOf(book, busy);
    return grants.filter(
      ({ slot }) =>
        !slot || (cells.get(slot.id.hash)?.get(slot.id.copy)?.generation ?? -1) <= slot.id.generation,
    );
  }

  #wasBefore({ id, state }: NonNullable<Grant['slot']>): SlotState {
    return this.#was.get(claimName(id)) ?? state;
  }
}

/** Where they stand now. */
function marksToTake(grants: readonly Grant[], text: ScheduleText): readonly number[] {
  const wishes = grants.flatMap(({ wish, unmarks }) => (unmarks ? [wish] : []));
  return locate(text, wishes, true).filter((entry) => entry !== undefined);
}

type SlotsByHash = ReadonlyMap<string, ReadonlyMap<number, SlotState>>;

async function slotsOf(book: Book, wishes: readonly Wish[]): Promise<SlotsByHash> {
  const cells = await cellsOf(book, wishes);
  const slots = new Map<string, ReadonlyMap<number, SlotState>>();
  for (const { hash } of wishes) {
    if (slots.has(hash)) continue;
    slots.set(hash, await book.states(hash, cells.get(hash) ?? new Map<number, SlotCells>()));
  }
  return slots;
}

/** One listing for each folder that holds cells of these. */
async function cellsOf({ cells }: Book, wishes: readonly Wish[]): Promise<ReturnType<typeof slotsIn>> {
  const shards = new Map(wishes.map(({ hash }) => [cells.shardOf(hash), hash]));
  const names: string[] = [];
  for (const hash of shards.values()) for (const name of await cells.namesBeside(hash)) names.push(name);
  return slotsIn(names);
}

/** How many entries of each wished-for hash carry a mark. */
function marksOf(text: ScheduleText, wishes: readonly Wish[]): ReadonlyMap<string, number> {
  const one = [...new Map(wishes.map((wish) => [wish.hash, wish])).values()];
  const at = locate(text, one, true);
  return new Map(
    one.map(({ hash }, i) => {
      const entry = at[i];
      return [hash, entry === undefined ? 0 : (text.groupMarked[text.group[entry] ?? 0] ?? 0)];
    }),
  );
}
