import type { Book } from './book.js';
import type { Claimer, Returned } from './claimer.js';
import type { Verdict } from './dead.js';
import { claimName, parseClaimName, startName, type ClaimId } from './names.js';
import { slotsIn, stateOf, type SlotCells } from './state.js';

/** What others left behind. */
export interface Findings {
  /** Claimed or interrupted by workers that are gone, and pending again now. */
  readonly offered: number;
  /** Started by workers that are gone, with no end recorded: they may have run, so only a person may rerun them. */
  readonly lost: readonly LostRun[];
  /** Entries that run elsewhere, or are claimed there. */
  readonly running: number;
  /** Workers whose heartbeat stands still. */
  readonly suspect: readonly string[];
  /** Journal lines that could not be read. */
  readonly unreadable: number;
}

export interface LostRun {
  readonly id: ClaimId;
  readonly worker: string;
  /** Its index when it was started. */
  readonly entry: number | undefined;
}

const GONE: ReadonlySet<Verdict> = new Set(['dead', 'host-down']);

/**
 * When nothing is pending: looks after the claims of all workers that did not take their leave. What was never started
 * is revoked and offered again; that is safe even if the owner wakes up, for its start cell is taken.
 */
export async function recover(claimer: Claimer): Promise<Findings> {
  const { offer, ...findings } = await claimer.inSidecar((book) => lookAfterAll(book));
  for (let done = offer.length === 0; !done;) done = (await claimer.putBack(offer))?.is === 'claimed';
  return { ...findings, offered: offer.length };
}

async function lookAfterAll(book: Book): Promise<Omit<Findings, 'offered'> & { offer: Returned[] }> {
  const standings = new Map<string, Verdict>();
  for (const worker of await book.peers.others()) standings.set(worker, await book.peers.standing(worker));
  const suspect = [...standings].flatMap(([worker, standing]) => (standing === 'suspect' ? [worker] : []));
  if (standings.size === 0) return { offer: [], lost: [], running: 0, suspect, unreadable: 0 };

  await book.ledger.refresh();
  const open = await unsettled(book, standings);
  const offer: Returned[] = [];
  const lost: LostRun[] = [];
  let running = 0;
  for (const { id, cells } of open) {
    const state = await stateOf(id.hash, id.copy, cells, book);
    const mayRevoke = state.is === 'claimed' && isSuspectOrGone(standings.get(state.worker));
    if (mayRevoke && (await book.cells.create(startName(id)))) offer.push({ id });
    else if (state.is === 'put-back') offer.push({ id });
    else if (state.is === 'running' || state.is === 'claimed') running++;
    else if (state.is === 'lost') {
      lost.push({ id, worker: state.worker, entry: book.facts(claimName(id))?.started?.entry });
    }
  }
  if (offer.length === 0) await bury(book, standings, lost);
  return { offer, lost, running, suspect, unreadable: book.ledger.unreadable };
}

function isSuspectOrGone(standing: Verdict | undefined): boolean {
  return standing === 'suspect' || (standing !== undefined && GONE.has(standing));
}

/** Of a dead worker that nothing hangs on any more: nobody need look at it again. */
async function bury(
  book: Book,
  standings: ReadonlyMap<string, Verdict>,
  lost: readonly LostRun[],
): Promise<void> {
  const mourned = new Set(lost.map(({ worker }) => worker));
  for (const [worker, standing] of standings) {
    if (GONE.has(standing) && !mourned.has(worker)) await book.peers.forget(worker).catch(() => undefined);
  }
}

interface OpenClaim {
  readonly id: ClaimId;
  readonly cells: SlotCells;
}

/** The latest claims that have not come to an end, of the workers looked at. */
async function unsettled(book: Book, standings: ReadonlyMap<string, Verdict>): Promise<OpenClaim[]> {
  const suspicious = [...standings.values()].some(isSuspectOrGone);
  const names = new Set<string>();
  for (const worker of standings.keys()) {
    for (const claim of book.ledger.intendedBy(worker)) if (!isSettled(book, claim)) names.add(claim);
  }
  if (names.size === 0 && !suspicious) return [];
  const slots = slotsIn(await book.cells.allNames());
  // A host that went down may have lost the journal's last lines: then the cells alone tell what it had.
  if (suspicious) addUnknown(book, slots, names);
  return [...names].flatMap((name) => {
    const id = parseClaimName(name);
    const cells = id && slots.get(id.hash)?.get(id.copy);
    return id && cells?.generation === id.generation && !cells.requeued ? [{ id, cells }] : [];
  });
}

function addUnknown(
  book: Book,
  slots: ReadonlyMap<string, ReadonlyMap<number, SlotCells>>,
  names: Set<string>,
): void {
  for (const [hash, copies] of slots) {
    for (const [copy, { generation, requeued }] of copies) {
      const name = claimName({ hash, copy, generation });
      if (!requeued && !isSettled(book, name)) names.add(name);
    }
  }
}

/** Ended for good: nothing to do whoever had it. */
function isSettled(book: Book, claim: string): boolean {
  const ended = book.facts(claim)?.ended;
  return ended !== undefined && !ended.interrupted;
}
