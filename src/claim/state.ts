import type { ClaimFacts } from '../journal/ledger.js';
import type { Verdict } from './dead.js';
import { claimName, parseCellName, type ClaimId } from './names.js';

/** What has become of a slot; each state carries what it alone has. */
export type SlotState =
  /** Nobody has it: generation `generation` may be claimed. */
  | { readonly is: 'free'; readonly generation: number }
  /** Its generation is over (interrupted, given back, revoked or decided), but the requeued cell is still to come. */
  | { readonly is: 'put-back'; readonly generation: number }
  | { readonly is: 'claimed'; readonly generation: number; readonly worker: string }
  | { readonly is: 'running'; readonly generation: number; readonly worker: string }
  /** Its worker is proven dead and no end was recorded. */
  | { readonly is: 'lost'; readonly generation: number; readonly worker: string }
  | { readonly is: 'failed'; readonly generation: number }
  | { readonly is: 'succeeded'; readonly generation: number; readonly revision: number };

/** Whether nobody has it: no claim accounts for a mark. */
export function isOpen({ is }: SlotState): boolean {
  return is === 'free' || is === 'put-back';
}

/** The cells of one slot that exist, by kind, for its latest generation. */
export interface SlotCells {
  readonly generation: number;
  readonly started: boolean;
  readonly requeued: boolean;
}

/** The latest generation of every copy that has cells, from the names in a cells folder. */
export function slotsIn(names: Iterable<string>): Map<string, Map<number, SlotCells>> {
  const slots = new Map<string, Map<number, SlotCells>>();
  for (const name of names) {
    const cell = parseCellName(name);
    if (!cell) continue;
    const { hash, copy, generation } = cell.id;
    let copies = slots.get(hash);
    if (!copies) slots.set(hash, (copies = new Map<number, SlotCells>()));
    const known = copies.get(copy);
    if (known && known.generation > generation) continue;
    const same = known?.generation === generation ? known : { generation, started: false, requeued: false };
    copies.set(copy, {
      generation,
      started: same.started || cell.kind === 'start',
      requeued: same.requeued || cell.kind === 'requeued',
    });
  }
  return slots;
}

/** What must be looked up beside the names to tell a slot's state; asked only where it decides something. */
export interface Evidence {
  facts(claim: string): ClaimFacts | undefined;
  /** Who created the claim cell and, if there is one, the start cell. */
  owners(id: ClaimId, started: boolean): Promise<{ claim: string | undefined; start: string | undefined }>;
  standing(worker: string): Promise<Verdict>;
  /** Reads what one that is proven dead has journaled to its end; false when that was done before. */
  hearOut(worker: string): Promise<boolean>;
}

export async function stateOf(
  hash: string,
  copy: number,
  cells: SlotCells | undefined,
  evidence: Evidence,
): Promise<SlotState> {
  if (!cells) return { is: 'free', generation: 0 };
  const { generation } = cells;
  if (cells.requeued) return { is: 'free', generation: generation + 1 };
  const id = { hash, copy, generation };
  const facts = evidence.facts(claimName(id));
  if (facts?.requeued) return { is: 'put-back', generation };
  const ended = facts?.ended;
  if (ended?.interrupted) return { is: 'put-back', generation };
  if (ended?.succeeded) return { is: 'succeeded', generation, revision: facts?.lastRevision ?? Infinity };
  if (ended) return { is: 'failed', generation };

  const owners = await evidence.owners(id, cells.started);
  const worker = owners.claim ?? 'unknown';
  if (
    cells.started &&
    owners.claim !== undefined &&
    owners.start !== undefined &&
    owners.start !== owners.claim
  )
    return { is: 'put-back', generation };
  if (facts?.givenBack?.includes(worker)) return { is: 'put-back', generation };

  const standing = await evidence.standing(worker);
  const gone = standing === 'dead' || standing === 'host-down';
  // It may have ended the run and died since its journal was read.
  if (gone && (await evidence.hearOut(worker))) return stateOf(hash, copy, cells, evidence);
  if (cells.started) {
    return gone ? { is: 'lost', generation, worker } : { is: 'running', generation, worker };
  }
  // A crashed host may have forgotten a start cell that was never synced: started or not, nobody can tell.
  if (standing === 'host-down') return { is: 'lost', generation, worker };
  return { is: 'claimed', generation, worker };
}
