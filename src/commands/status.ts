import type { Looking } from './look.js';
import { digest, paceOf, type Digest } from '../survey/digest.js';
import { failureGroups, type FailureGroup } from '../survey/causes.js';
import { forecast, type Forecast } from '../survey/forecast.js';
import type { EntryState, Run, Snapshot, StateName, WorkerFacts } from '../survey/types.js';
import { parseSelection } from '../schedule/selection.js';
import { matchesHost } from '../settings/hosts.js';

/** What of a schedule is asked for; what is absent limits nothing. */
export interface StatusFilter {
  /** Such as `3,7-9`. */
  readonly selection?: string | undefined;
  readonly states?: readonly StateName[] | undefined;
  /** Patterns of names. */
  readonly hosts?: readonly string[] | undefined;
  readonly workers?: readonly string[] | undefined;
}

export interface StatusReport {
  readonly snapshot: Snapshot;
  /** In milliseconds since 1970, by this host's clock. */
  readonly now: number;
  readonly digest: Digest;
  readonly forecast: Forecast | undefined;
  /** Those asked for. */
  readonly workers: readonly WorkerFacts[];
  readonly failures: readonly FailureGroup[];
  /** The numbers of the entries asked for, in order. */
  entries(): Iterable<number>;
}

/** What a schedule's entries and workers are, from the journals, without a lock. */
export async function status(looking: Looking, schedule: string, filter: StatusFilter): Promise<StatusReport> {
  const snapshot = await looking.look();
  const now = looking.clock.wallTime().getTime();
  const { count } = snapshot.text;
  // Before the work: a wrong selection is told at once.
  const selected =
    filter.selection === undefined ? undefined : parseSelection(filter.selection, count, schedule);
  const made = digest(snapshot);
  const workers = workersIn(snapshot, filter);
  const isAsked = entryTest(snapshot, filter, workers);
  const failed = made.entries.failed.filter((entry) => isAsked(entry));
  return {
    ...{ snapshot, now, digest: made, workers },
    forecast: forecast(paceOf(snapshot, made, now)),
    failures: await failureGroups(looking.fs, snapshot, failed),
    *entries() {
      for (const entry of selected ?? upTo(count)) if (isAsked(entry)) yield entry;
    },
  };
}

function* upTo(count: number): Generator<number> {
  for (let entry = 0; entry < count; entry++) yield entry;
}

function workersIn({ workers }: Snapshot, { hosts, workers: names }: StatusFilter): readonly WorkerFacts[] {
  return workers
    .filter(
      ({ worker, identity }) =>
        (!hosts || matchesHost(hosts, identity?.hostname ?? '')) && (!names || matchesHost(names, worker)),
    )
    .sort((a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || byName(a.worker, b.worker));
}

/** Those at work first; a worker's name begins with that of its host. */
const ORDER: readonly WorkerFacts['standing'][] = ['alive', 'unknown', 'suspect', 'gone'];

/** The same on every host, whatever its language. */
function byName(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function entryTest(
  snapshot: Snapshot,
  { states, hosts, workers: names }: StatusFilter,
  workers: readonly WorkerFacts[],
): (entry: number) => boolean {
  const wanted = states && new Set(states);
  const owners = hosts || names ? new Set(workers.map(({ worker }) => worker)) : undefined;
  if (!wanted && !owners) return () => true;
  return (entry) => {
    const state = snapshot.stateOf(entry);
    return (!wanted || wanted.has(state.is)) && (!owners || owners.has(workerOf(state) ?? ''));
  };
}

/** Who has an entry, or had it last. */
export function workerOf(state: EntryState): string | undefined {
  return state.is === 'claimed' ? state.worker : runOf(state)?.worker;
}

export function runOf(state: EntryState): Run | undefined {
  return 'run' in state ? state.run : undefined;
}
