import { argvOf, slotHash } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import { claimName, requeuedName, type ClaimId } from './names.js';
import { reconcile, type Action } from './reconcile.js';
import type { Epoch } from './sidecar.js';
import { slotsIn, type SlotCells } from './state.js';

/** An entry that this worker has the claim cell of. */
export interface Claim {
  readonly id: ClaimId;
  readonly epoch: Pick<Epoch, 'number' | 'id'>;
  /** Its index when it was claimed. */
  readonly entry: number;
  readonly argv: readonly string[];
}

/** Told of each claim the moment it is made: an error later must not make it forgotten. */
export type Take = (claim: Claim) => void;

interface Candidate {
  readonly entry: number;
  readonly argv: readonly string[];
  readonly hash: string;
  readonly group: number;
  readonly copy: number;
}

/**
 * Creates claim cells for the first `wanted` pending entries that nobody has, except those in `spoken`. Returns
 * pending entries that somebody has: their mark got lost.
 */
export async function choose(
  book: Book,
  text: ScheduleText,
  wanted: number,
  revision: number,
  spoken: ReadonlySet<number>,
  take: Take,
): Promise<readonly number[]> {
  const chooser = new Chooser(book, text, revision, spoken, take);
  await chooser.fill(wanted);
  return chooser.markAgain;
}

/** The same for one pending entry: takes nothing when somebody has it. */
export async function chooseEntry(
  book: Book,
  text: ScheduleText,
  entry: number,
  revision: number,
  take: Take,
): Promise<void> {
  await new Chooser(book, text, revision, new Set(), take).fill(1, entry, entry + 1);
}

class Chooser {
  readonly #claims: Claim[] = [];
  readonly markAgain: number[] = [];
  readonly #book: Book;
  readonly #text: ScheduleText;
  readonly #revision: number;
  readonly #tellTaken: Take;
  readonly #settled: Set<number>;
  /** How many pending copies of a group are as good as marked: spoken for, claimed or marked again in this round. */
  readonly #accounted = new Map<number, number>();
  #slots: Map<string, Map<string, Map<number, SlotCells>>> | undefined;

  constructor(book: Book, text: ScheduleText, revision: number, spoken: ReadonlySet<number>, take: Take) {
    this.#tellTaken = take;
    this.#book = book;
    this.#text = text;
    this.#revision = revision;
    this.#settled = new Set();
    for (const entry of spoken) this.#settle(entry);
  }

  async fill(wanted: number, from = 0, to = this.#text.count): Promise<void> {
    let at = from;
    while (this.#claims.length < wanted) {
      const candidates: Candidate[] = [];
      const ahead = new Map<number, number>();
      for (; candidates.length < wanted - this.#claims.length && at < to; at++) {
        if (this.#text.marked[at] === 0 && !this.#settled.has(at)) candidates.push(this.#candidate(at, ahead));
      }
      if (candidates.length === 0) return;
      const refused = await this.#claimFresh(candidates);
      for (const candidate of refused) await this.#claimKnown(candidate, wanted);
    }
  }

  /** Marked copies come first in a group's numbering, so the first pending copy most likely has the next number. */
  #candidate(entry: number, ahead: Map<number, number>): Candidate {
    const argv = argvOf(this.#text, entry);
    const group = this.#text.group[entry] ?? 0;
    const before = ahead.get(group) ?? 0;
    ahead.set(group, before + 1);
    return { entry, argv, group, hash: slotHash(argv), copy: this.#marked(group) + before };
  }

  #marked(group: number): number {
    return (this.#text.groupMarked[group] ?? 0) + (this.#accounted.get(group) ?? 0);
  }

  #settle(entry: number): void {
    const group = this.#text.group[entry] ?? 0;
    this.#settled.add(entry);
    this.#accounted.set(group, (this.#accounted.get(group) ?? 0) + 1);
  }

  /** The usual case: nobody ever claimed these. Returns those whose name was taken. */
  async #claimFresh(candidates: readonly Candidate[]): Promise<Candidate[]> {
    const ids = candidates.map(({ hash, copy }) => ({ hash, copy, generation: 0 }));
    this.#intend(ids);
    const created = await Promise.allSettled(ids.map((id) => this.#book.cells.create(claimName(id))));
    const refused = candidates.filter((candidate, i) => {
      const id = ids[i];
      const result = created[i];
      if (id && result?.status === 'fulfilled' && result.value) this.#take(id, candidate);
      return result?.status === 'fulfilled' && !result.value;
    });
    const failed = created.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return refused;
  }

  /** Some slots of this argv are taken: look at all of them, and settle its pending copies one by one. */
  async #claimKnown(refused: Candidate, wanted: number): Promise<void> {
    const { hash, group } = refused;
    if (this.#settled.has(refused.entry)) return;
    const slots = await this.#book.states(hash, await this.#cellsOf(hash));
    const copies = this.#pendingCopies(refused);
    const actions = reconcile(
      { marked: this.#marked(group), pending: copies.length, slots },
      { edited: false, provenRevision: -1 },
    );
    for (const [i, entry] of copies.entries()) {
      const action = actions[i];
      if (!action || this.#claims.length >= wanted) return;
      await this.#act(action, { ...refused, entry });
    }
  }

  async #act(action: Action, candidate: Candidate): Promise<void> {
    if (action.do === 'mark-again' || action.do === 'mark-and-tell') {
      this.#settle(candidate.entry);
      this.markAgain.push(candidate.entry);
      return;
    }
    let id = { hash: candidate.hash, copy: action.copy, generation: action.generation };
    if (action.do === 'requeue') {
      await this.#book.cells.create(requeuedName(id));
      this.#book.journal.record({ t: 'requeue', claim: claimName(id), why: 'put back' });
      id = { ...id, generation: id.generation + 1 };
    }
    this.#intend([id]);
    // Refused: somebody was quicker although we hold the lock; the next look at the file tells.
    if (await this.#book.cells.create(claimName(id))) this.#take(id, candidate);
  }

  #take(id: ClaimId, { entry, argv }: Candidate): void {
    const claim = { id, epoch: this.#book.epoch, entry, argv };
    this.#settle(entry);
    this.#claims.push(claim);
    this.#tellTaken(claim);
  }

  #intend(ids: readonly ClaimId[]): void {
    this.#book.journal.record({ t: 'claim', claims: ids.map(claimName), revision: this.#revision });
  }

  #pendingCopies({ entry, group }: Candidate): number[] {
    if (this.#text.groupCount[group] === 1) return [entry];
    const copies: number[] = [];
    for (let i = 0; i < this.#text.count; i++) {
      if (this.#text.group[i] === group && this.#text.marked[i] === 0 && !this.#settled.has(i)) copies.push(i);
    }
    return copies;
  }

  /** One listing a folder and round; what this round itself created there is known. */
  async #cellsOf(hash: string): Promise<ReadonlyMap<number, SlotCells>> {
    if (!this.#slots) {
      await this.#book.ledger.refresh();
      this.#slots = new Map();
    }
    const shard = this.#book.cells.shardOf(hash);
    let slots = this.#slots.get(shard);
    if (!slots) this.#slots.set(shard, (slots = slotsIn(await this.#book.cells.namesBeside(hash))));
    const copies = new Map(slots.get(hash));
    for (const { id } of this.#claims) {
      if (id.hash === hash) copies.set(id.copy, { generation: id.generation, started: false, requeued: false });
    }
    return copies;
  }
}
