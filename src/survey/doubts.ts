import type { Cells } from '../claim/cells.js';
import { claimName, requeuedName, startName } from '../claim/names.js';
import { isGone, type CellsSay } from './judge.js';
import type { Journals } from './journals.js';
import { hashText, type SlotKey } from './slot-numbers.js';
import type { Standings } from './standings.js';

interface Answer extends CellsSay {
  /** What it was about. */
  readonly question: string;
  /** Nothing more will come. */
  readonly isFinal: boolean;
}

/** A network filesystem answers several questions in the time of one. */
const AT_ONCE = 16;
/** More are about to be put back by one and the same rewrite: it will be done in a moment. */
const MOST_REQUEUED = 500;

/** What the journals leave open, the cells decide: who won a claim, whether a dead worker had started it, or a peer. */
export class Doubts {
  readonly #cells: Cells;
  readonly #journals: Journals;
  readonly #standings: Standings;
  readonly #answers = new Map<number, Answer>();

  constructor(cells: Cells, journals: Journals, standings: Standings) {
    this.#cells = cells;
    this.#journals = journals;
    this.#standings = standings;
  }

  answer(slot: number): CellsSay | undefined {
    const answer = this.#answers.get(slot);
    return answer?.question === this.#questionOf(slot) ? answer : undefined;
  }

  /** Whether any answer is new. */
  async ask(slots: readonly number[]): Promise<boolean> {
    const open = slots.filter((slot) => {
      const answer = this.#answers.get(slot);
      return !answer?.isFinal || answer.question !== this.#questionOf(slot);
    });
    let requeued = 0;
    const isAsked = (slot: number): boolean => !this.#isRequeued(slot) || ++requeued <= MOST_REQUEUED;
    const asked: number[] = [];
    for (const slot of open) {
      if (isAsked(slot)) asked.push(slot);
      else this.#keep(slot, NO_CELL, false);
    }
    let isNew = false;
    for (let i = 0; i < asked.length; i += AT_ONCE) {
      const answers = await Promise.all(asked.slice(i, i + AT_ONCE).map((slot) => this.#ask(slot)));
      isNew ||= answers.includes(true);
    }
    return isNew;
  }

  #isRequeued(slot: number): boolean {
    const { history } = this.#journals;
    return (history.generation[slot] as number) < (history.requeuedBelow[slot] as number);
  }

  #questionOf(slot: number): string {
    const { history } = this.#journals;
    return [history.generation[slot], history.requeuedBelow[slot], history.rivalsOf(slot).length].join();
  }

  async #ask(slot: number): Promise<boolean> {
    return this.#isRequeued(slot) ? this.#askRequeued(slot) : this.#askClaim(slot);
  }

  async #askRequeued(slot: number): Promise<boolean> {
    const { history } = this.#journals;
    const id = this.#idOf(slot, (history.requeuedBelow[slot] as number) - 1);
    const isRequeued = (await this.#ownerOf(requeuedName(id))) >= 0;
    return this.#keep(slot, { ...NO_CELL, isRequeued }, isRequeued);
  }

  async #askClaim(slot: number): Promise<boolean> {
    const { history } = this.#journals;
    const id = this.#idOf(slot, history.generation[slot] as number);
    const owner = await this.#ownerOf(claimName(id));
    const start = owner < 0 ? -1 : await this.#ownerOf(startName(id));
    const worker = this.#journals.writers[owner]?.worker;
    const isFinal = start >= 0 || (worker !== undefined && isGone(this.#standings.of(worker)));
    return this.#keep(slot, { owner, start, isRequeued: false }, isFinal);
  }

  /** Whether it is new. */
  #keep(slot: number, says: CellsSay, isFinal: boolean): boolean {
    const before = this.answer(slot);
    this.#answers.set(slot, { ...says, isFinal, question: this.#questionOf(slot) });
    const { owner, start, isRequeued } = says;
    return before?.owner !== owner || before.start !== start || before.isRequeued !== isRequeued;
  }

  #idOf(slot: number, generation: number) {
    const key: SlotKey = { high: 0, middle: 0, low: 0, copy: 0 };
    this.#journals.history.slots.read(slot, key);
    return { hash: hashText(key), copy: key.copy, generation };
  }

  /** -1 for nobody. */
  async #ownerOf(cell: string): Promise<number> {
    const worker = await this.#cells.owner(cell);
    return worker === undefined ? -1 : this.#journals.writerOf(worker).number;
  }
}

const NO_CELL: CellsSay = { owner: -1, start: -1, isRequeued: false };
