import { SUSPECT_AFTER_MS, type Verdict } from '../claim/dead.js';
import type { Book } from '../claim/book.js';
import type { Accepted, Wish } from '../claim/requeue-decide.js';
import { requeue, type Requeued } from '../claim/requeue.js';
import { Failure } from '../failure.js';
import { parseSelection } from '../schedule/selection.js';
import { argvOf, slotHash } from '../schedule/slots.js';
import type { Snapshot, StateName } from '../survey/types.js';
import { lookingAt, type LookPorts } from './look.js';
import { workerOf } from './status.js';
import { openDesk, type DeskPorts } from './workshop.js';

/** States that entries are put back by. */
export const PUT_BACK_STATES = ['failed', 'lost', 'interrupted', 'suspect'] as const;
export type PutBackState = (typeof PUT_BACK_STATES)[number];

/** Which entries to put back: those in these states, and those selected. */
export interface RequeueRequest {
  readonly schedule: string;
  readonly states: readonly PutBackState[];
  /** Such as `3,7-9`. */
  readonly selections: readonly string[];
  /** Also what may still run. */
  readonly force: boolean;
}

export interface ToPutBack {
  readonly entry: number;
  readonly state: StateName;
  /** Who may still run it. */
  readonly worker: string | undefined;
}

export interface RequeuePlan {
  readonly snapshot: Snapshot;
  /** In milliseconds since 1970, by this host's clock. */
  readonly now: number;
  /** In order. */
  readonly entries: readonly ToPutBack[];
  /** Entries that were selected and are pending as it is. */
  readonly pending: readonly number[];
}

/** What there is to put back. With anything in it that may still run, and without `force`, a usage error. */
export async function planRequeue(ports: LookPorts, request: RequeueRequest): Promise<RequeuePlan> {
  const looking = await lookingAt(ports, request.schedule);
  const snapshot = await looking.look();
  const { text } = snapshot;
  const selected = new Set(
    request.selections.flatMap((selection) => parseSelection(selection, text.count, request.schedule)),
  );
  const stateOf = stateTeller(snapshot);
  const states = new Set<StateName>(request.states);
  const entries: ToPutBack[] = [];
  const pending: number[] = [];
  for (let entry = 0; entry < text.count; entry++) {
    if (states.size === 0 && !selected.has(entry)) continue;
    const state = stateOf(entry);
    if (!selected.has(entry) && !states.has(state)) continue;
    // A mark without a claim that counts is taken out, whatever comes of it.
    if (state === 'pending' && text.marked[entry] === 0) pending.push(entry);
    else entries.push({ entry, state, worker: mayRun(state) ? workerOf(snapshot.stateOf(entry)) : undefined });
  }
  if (!request.force) refuseRunning(entries, snapshot);
  return { snapshot, now: looking.clock.wallTime().getTime(), entries, pending };
}

export interface CarriedOut {
  /** The numbers that the plan had. */
  readonly done: readonly ToPutBack[];
  /** By now something else than they were when the plan was made. */
  readonly changed: readonly number[];
}

interface EntryWish extends Wish {
  readonly from: ToPutBack;
}

/** Puts the entries of a plan back, by one rewrite. Undefined when it was told to stop before anything was changed. */
export async function carryOut(
  ports: DeskPorts,
  { schedule, force }: Pick<RequeueRequest, 'schedule' | 'force'>,
  { snapshot: { text }, entries }: Pick<RequeuePlan, 'snapshot' | 'entries'>,
): Promise<CarriedOut | undefined> {
  if (entries.length === 0) return { done: [], changed: [] };
  const wishes = entries.map((from): EntryWish => {
    const { entry, state } = from;
    return { from, entry, hash: slotHash(argvOf(text, entry)), accepts: ACCEPTED[state] };
  });
  const { desk, stop, close } = await openDesk(ports, schedule);
  try {
    const { user, hostname } = desk.setting.identity;
    const mayTake = async (worker: string, book: Book) => force || NOT_ALIVE.has(await book.standing(worker));
    const order = { wishes, why: 'asked for', by: `${user}@${hostname}`, mayTake };
    const requeued = await requeue(desk, order, stop.draining);
    return requeued && carriedOut(requeued);
  } finally {
    await close();
  }
}

/** What may have become of an entry since it was looked at, for it to be put back all the same. */
const OVER: readonly Accepted[] = ['failed', 'lost', 'put-back'];
const BUSY: readonly Accepted[] = ['running', 'claimed', 'lost', 'put-back', 'failed'];
const ACCEPTED: Readonly<Record<StateName, readonly Accepted[]>> = {
  failed: OVER,
  lost: ['lost', 'put-back', 'failed'],
  interrupted: ['put-back', 'failed', 'lost'],
  succeeded: ['succeeded'],
  marked: ['marked'],
  // Marked all the same: its worker is gone, and never started it.
  pending: ['put-back', 'claimed', 'marked'],
  running: BUSY,
  suspect: BUSY,
  claimed: BUSY,
};

const NOT_ALIVE: ReadonlySet<Verdict> = new Set<Verdict>(['dead', 'host-down', 'suspect']);

function carriedOut({ done, changed }: Requeued<EntryWish>): CarriedOut {
  return {
    done: done.map(({ wish: { from }, was }) => ({
      ...from,
      worker: was?.is === 'running' || was?.is === 'claimed' ? was.worker : undefined,
    })),
    changed: changed.map(({ entry }) => entry ?? -1),
  };
}

/** One look says nothing of a heartbeat that stands still; by the filesystem's clock its age does. */
function stateTeller(snapshot: Snapshot): (entry: number) => StateName {
  const silent = new Set(
    snapshot.workers.flatMap(({ worker, standing, lastHeardMs = 0 }) =>
      standing === 'unknown' && lastHeardMs > SUSPECT_AFTER_MS ? [worker] : [],
    ),
  );
  return (entry) => {
    const state = snapshot.stateOf(entry);
    const isSilent = (state.is === 'running' || state.is === 'claimed') && silent.has(workerOf(state) ?? '');
    return isSilent ? 'suspect' : state.is;
  };
}

function mayRun(state: StateName): boolean {
  return state === 'running' || state === 'suspect' || state === 'claimed';
}

function refuseRunning(entries: readonly ToPutBack[], { workers }: Snapshot): void {
  const busy = entries.filter(({ state }) => mayRun(state));
  const [first] = busy;
  if (!first) return;
  const host = workers.find(({ worker }) => worker === first.worker)?.identity?.hostname ?? 'another host';
  const others = busy.length > 1 ? `, and ${busy.length - 1} more of these may run too` : '';
  const how = first.state === 'suspect' ? 'may still be running' : 'is running';
  throw new Failure({
    reason: 'usage',
    problem: `entry ${first.entry} ${how} on ${host}${others}: put back, it would run twice at once.`,
    remedy: 'Leave it out, wait for it, or give --force if you know better.',
  });
}
