import type { Verdict } from '../claim/dead.js';
import type { History } from './history.js';
import { INTERRUPTED as WAS_INTERRUPTED, OPEN, SUCCEEDED as HAS_SUCCEEDED } from './runs.js';
import type { StateName } from './types.js';

/** The states of entries as numbers, and of slots, which are FREE too. In the order in which marks are given to slots. */
export const PENDING = 0;
export const RUNNING = 1;
export const SUSPECT = 2;
export const CLAIMED = 3;
export const SUCCEEDED = 4;
export const FAILED = 5;
export const LOST = 6;
export const INTERRUPTED = 7;
/** On its way back to the file: it will be offered again. */
export const RETURNED = 8;
/** Nobody has it. */
export const FREE = 9;
export const MARKED = 10;

export const STATE_NAMES: readonly StateName[] = [
  ...(['pending', 'running', 'suspect', 'claimed', 'succeeded', 'failed', 'lost', 'interrupted'] as const),
  ...(['pending', 'pending', 'marked'] as const),
];

/** What the cells say of a claim: who created it, and who created its start; -1 for nobody. */
export interface CellsSay {
  readonly owner: number;
  readonly start: number;
  /** Whether somebody's decision to requeue it has been carried out. */
  readonly isRequeued: boolean;
}

export interface Judged {
  state: number;
  /** -1 where there is none. */
  run: number;
  /** -1 where nobody has it. */
  worker: number;
}

/** Tells what has become of a slot, as the claim protocol decides it, from the journals first. */
export class Judge implements Judged {
  state = FREE;
  run = -1;
  worker = -1;

  constructor(
    private readonly history: History,
    private readonly standing: (worker: number) => Verdict,
    private readonly cells: (slot: number) => CellsSay | undefined,
  ) {}

  /** The answer is in this object, until the next slot is judged. */
  judge(slot: number): void {
    const { history } = this;
    const generation = history.generation[slot] as number;
    this.run = -1;
    this.worker = -1;
    this.state = FREE;
    if (generation < (history.requeuedBelow[slot] as number)) {
      if (this.cells(slot)?.isRequeued === false) this.state = RETURNED;
      return;
    }
    this.run = history.runIn(slot, generation);
    if (this.run >= 0) this.#judgeRun();
    else this.#judgeClaim(slot, generation);
  }

  #judgeRun(): void {
    const { runs } = this.history;
    this.worker = runs.worker[this.run] as number;
    const outcome = runs.outcome[this.run] as number;
    if (outcome === OPEN) {
      const standing = this.standing(this.worker);
      this.state = isGone(standing) ? LOST : standing === 'suspect' ? SUSPECT : RUNNING;
    } else if (outcome === HAS_SUCCEEDED) this.state = SUCCEEDED;
    else this.state = outcome === WAS_INTERRUPTED ? INTERRUPTED : FAILED;
  }

  #judgeClaim(slot: number, generation: number): void {
    const { history } = this;
    const cells = this.cells(slot);
    if (cells && cells.owner < 0) {
      this.#judgeUnclaimed(slot, generation);
      return;
    }
    const owner = (this.worker = cells?.owner ?? (history.claimant[slot] as number));
    const isRevoked = cells !== undefined && cells.start >= 0 && cells.start !== owner;
    this.state = RETURNED;
    if (owner < 0 || isRevoked || history.hasGivenBack(slot, owner)) return;
    const standing = this.standing(owner);
    const isStarted = cells?.start === owner;
    // A crashed host may have forgotten a start cell that was never synced: started or not, nobody can tell.
    if (standing === 'host-down' || (isStarted && standing === 'dead')) this.state = LOST;
    else if (standing === 'suspect') this.state = isStarted ? SUSPECT : RETURNED;
    else if (standing !== 'dead') this.state = CLAIMED;
  }

  /** Somebody meant to claim it and did not: where it was to run once more, it still is what its last run was. */
  #judgeUnclaimed(slot: number, generation: number): void {
    this.run = this.history.runIn(slot, generation - 1);
    if (this.run < 0) return;
    this.#judgeRun();
    if (this.state !== FAILED) this.state = FREE;
  }
}

export function isGone(standing: Verdict): boolean {
  return standing === 'dead' || standing === 'host-down';
}
