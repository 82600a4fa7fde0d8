import type { Cells } from '../claim/cells.js';
import { claimName, startName } from '../claim/names.js';
import { isGone, type CellsSay } from './judge.js';
import type { Journals } from './journals.js';
import { hashText, type SlotKey } from './slot-numbers.js';
import type { Standings } from './standings.js';

interface Answer extends CellsSay {
  readonly generation: number;
  /** How many meant to claim it when the cells were asked. */
  readonly rivals: number;
  /** Nothing more will come. */
  readonly isFinal: boolean;
}

/** A network filesystem answers several questions in the time of one. */
const AT_ONCE = 16;

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
    return answer && this.#isOfNow(slot, answer) ? answer : undefined;
  }

  async ask(slots: readonly number[]): Promise<void> {
    const open = slots.filter((slot) => {
      const answer = this.#answers.get(slot);
      return !(answer?.isFinal && this.#isOfNow(slot, answer));
    });
    for (let i = 0; i < open.length; i += AT_ONCE)
      await Promise.all(open.slice(i, i + AT_ONCE).map((slot) => this.#ask(slot)));
  }

  #isOfNow(slot: number, { generation, rivals }: Answer): boolean {
    const { history } = this.#journals;
    return generation === history.generation[slot] && rivals === history.rivalsOf(slot).length;
  }

  async #ask(slot: number): Promise<void> {
    const { history } = this.#journals;
    const key: SlotKey = { high: 0, middle: 0, low: 0, copy: 0 };
    history.slots.read(slot, key);
    const generation = history.generation[slot] as number;
    const rivals = history.rivalsOf(slot).length;
    const id = { hash: hashText(key), copy: key.copy, generation };
    const owner = await this.#ownerOf(claimName(id));
    const start = owner < 0 ? -1 : await this.#ownerOf(startName(id));
    const worker = this.#journals.writers[owner]?.worker;
    const isFinal = start >= 0 || (worker !== undefined && isGone(this.#standings.of(worker)));
    this.#answers.set(slot, { generation, rivals, owner, start, isFinal });
  }

  /** -1 for nobody. */
  async #ownerOf(cell: string): Promise<number> {
    const worker = await this.#cells.owner(cell);
    return worker === undefined ? -1 : this.#journals.writerOf(worker).number;
  }
}
