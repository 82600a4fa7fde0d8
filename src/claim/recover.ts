import type { Book } from './book.js';
import type { Claimer } from './claimer.js';
import type { Verdict } from './dead.js';
import { locate } from './locate.js';
import { claimName, isDesk, parseClaimName, startName, type ClaimId } from './names.js';
import type { Returned } from './own-claims.js';
import { slotsIn, stateOf, type SlotCells } from './state.js';

/** What others left behind. */
export interface Findings {
  /** Claimed or interrupted by workers that are gone, and pending again now. */
  readonly offered: number;
  /** Started by workers that are gone, with no end recorded: they may have run, so only a person may rerun them. */
  readonly lost: readonly LostRun[];
  /** Started by workers whose heartbeat stands still. */
  readonly suspected: readonly LostRun[];
  /** Workers of which it is not known yet whether their heartbeat stands still. */
  readonly unsure: number;
  /** Other workers that are still at work, as far as is known. */
  readonly working: number;
  /** Entries with workers that are looked after and not proven dead. */
  readonly running: number;
  /** Workers whose heartbeat stands still. */
  readonly suspect: readonly string[];
  /** Journal lines that could not be read. */
  readonly unreadable: number;
}

export interface LostRun {
  readonly id: ClaimId;
  readonly worker: string;
  /** Its index when it was started; undefined where nobody knows, and none of its command is marked. */
  readonly entry: number | undefined;
}

const GONE: ReadonlySet<Verdict> = new Set(['dead', 'host-down']);

/**
 * When nothing is pending: looks after the claims of all workers that did not take their leave. What was never started
 * is revoked and offered again; that is safe even if the owner wakes up, for its start cell is taken.
 */
export async function recover(claimer: Claimer): Promise<Findings> {
  const { offer, buried, ...findings } = await claimer.inSidecar((book) => lookAfterAll(claimer, book));
  for (const worker of buried) await claimer.tidyAfter(worker);
  if (offer.length > 0) await claimer.putBackAll(offer);
  return { ...findings, offered: offer.length };
}

async function lookAfterAll(
  claimer: Claimer,
  book: Book,
): Promise<Omit<Findings, 'offered'> & { offer: Returned[]; buried: string[] }> {
  const standings = new Map<string, Verdict>();
  for (const worker of await book.peers.others()) standings.set(worker, await book.standing(worker));
  const workers = [...standings].filter(([worker]) => !isDesk(worker));
  const suspect = workers.flatMap(([worker, standing]) => (standing === 'suspect' ? [worker] : []));
  const working = workers.filter(([, standing]) => !GONE.has(standing)).length;
  const unsure = workers.filter(([worker]) => book.peers.isQuiet(worker)).length;
  const found: Found = { offer: [], lost: [], suspected: [], running: 0 };
  // Reading all journals takes long; it is for those who cannot speak for themselves.
  if (claimer.hadTrouble || [...standings.values()].some(isSuspectOrGone)) {
    await book.ledger.refresh();
    for (const claim of await unsettled(book, standings)) await lookAfter(book, claim, found);
  }
  const lost = placed(claimer, found.lost);
  const suspected = placed(claimer, found.suspected);
  const buried = found.offer.length === 0 ? await bury(book, standings, found.lost) : [];
  return { ...found, lost, suspected, buried, working, suspect, unsure, unreadable: book.ledger.unreadable };
}

interface Found {
  readonly offer: Returned[];
  readonly lost: LostRun[];
  readonly suspected: LostRun[];
  running: number;
}

async function lookAfter(book: Book, { id, cells }: OpenClaim, found: Found): Promise<void> {
  const state = await stateOf(id.hash, id.copy, cells, book);
  const isOurs = state.is === 'claimed' && state.worker === book.me;
  // Made by a call whose answer never came: nothing else of ours is claimed when nothing is pending.
  if (isOurs) book.journal.record({ t: 'give-back', claims: [claimName(id)] });
  const isOffered = isOurs || state.is === 'put-back';
  if (isOffered || (state.is === 'claimed' && (await revoked(book, id, state.worker)))) {
    found.offer.push({ id, epoch: book.epoch });
  } else if (state.is === 'running' || state.is === 'claimed') {
    found.running++;
    if ((await book.standing(state.worker)) === 'suspect') found.suspected.push(runOf(book, id, state.worker));
  } else if (state.is === 'lost') found.lost.push(runOf(book, id, state.worker));
}

function runOf(book: Book, id: ClaimId, worker: string): LostRun {
  return { id, worker, entry: book.facts(claimName(id))?.started?.entry };
}

/** Where the record of a start went down with its host, an entry of that command. */
function placed(claimer: Claimer, runs: readonly LostRun[]): readonly LostRun[] {
  const text = claimer.file.seen?.text;
  if (!text || runs.every(({ entry }) => entry !== undefined)) return runs;
  const wanted = runs.map(({ id, entry }) => ({ hash: id.hash, entry }));
  const at = locate(text, wanted, true);
  return runs.map((run, i) => (run.entry === undefined ? { ...run, entry: at[i] } : run));
}

/** Whether another worker's claim that was never started could be ended for good. */
export async function revoked(book: Book, id: ClaimId, worker: string): Promise<boolean> {
  return isSuspectOrGone(await book.standing(worker)) && (await book.cells.create(startName(id)));
}

function isSuspectOrGone(standing: Verdict): boolean {
  return standing === 'suspect' || GONE.has(standing);
}

/** Nobody need look again at a dead worker that nothing hangs on. Returns all dead, to tidy up after. */
async function bury(
  book: Book,
  standings: ReadonlyMap<string, Verdict>,
  lost: readonly LostRun[],
): Promise<string[]> {
  const mourned = new Set(lost.map(({ worker }) => worker));
  const buried: string[] = [];
  for (const [worker, standing] of standings) {
    if (!GONE.has(standing)) continue;
    // The heartbeat of one with a lost entry stays: it tells that its worker is dead.
    if (!mourned.has(worker)) await book.peers.forget(worker).catch(() => undefined);
    buried.push(worker);
  }
  return buried;
}

interface OpenClaim {
  readonly id: ClaimId;
  readonly cells: SlotCells;
}

/** The latest claims that have not come to an end, of the workers looked at. */
async function unsettled(book: Book, standings: ReadonlyMap<string, Verdict>): Promise<OpenClaim[]> {
  const suspicious = [...standings.values()].some(isSuspectOrGone);
  const names = new Set<string>();
  for (const worker of [book.me, ...standings.keys()]) {
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
  const facts = book.facts(claim);
  return facts?.ended !== undefined && !facts.ended.interrupted && !facts.requeued;
}
