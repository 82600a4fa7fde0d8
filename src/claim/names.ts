/**
 * The names of the protocol. A slot `hash.copy` is an entry's identity; a claim `hash.copy.generation` is one taking
 * of it; `.start` and `.requeued` behind a claim's name state what became of it.
 */
export interface ClaimId {
  readonly hash: string;
  /** Which of the equal entries, from 0. */
  readonly copy: number;
  /** How often the slot was requeued before, from 0. */
  readonly generation: number;
}

export function slotName({ hash, copy }: Omit<ClaimId, 'generation'>): string {
  return `${hash}.${copy}`;
}

export function claimName(id: ClaimId): string {
  return `${slotName(id)}.${id.generation}`;
}

export function startName(id: ClaimId): string {
  return `${claimName(id)}.start`;
}

export function requeuedName(id: ClaimId): string {
  return `${claimName(id)}.requeued`;
}

export type CellKind = 'claim' | 'start' | 'requeued';

const CELL = /^([0-9a-f]{1,64})\.(\d{1,15})\.(\d{1,15})(?:\.(start|requeued))?$/;

/** Undefined for names that are no cells, such as a worker's identity file. */
export function parseCellName(name: string): { readonly id: ClaimId; readonly kind: CellKind } | undefined {
  const parts = CELL.exec(name);
  if (!parts) return undefined;
  const [, hash = '', copy, generation, kind] = parts;
  return {
    id: { hash, copy: Number(copy), generation: Number(generation) },
    kind: (kind as 'start' | 'requeued' | undefined) ?? 'claim',
  };
}

export function parseClaimName(name: string): ClaimId | undefined {
  const cell = parseCellName(name);
  return cell?.kind === 'claim' ? cell.id : undefined;
}

/** Ends the name of a process that changes the schedule and runs nothing: it has no claims, and is no worker. */
export const DESK = '-desk';

export function isDesk(worker: string): boolean {
  return worker.endsWith(DESK);
}
