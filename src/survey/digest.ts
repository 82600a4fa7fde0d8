import { SUSPECT_AFTER_MS } from '../claim/dead.js';
import { entriesIn, latestRuns } from './entries-in.js';
import type { Pace } from './forecast.js';
import type { Run, RunOutcome, Snapshot, StateName, WorkerFacts } from './types.js';

/** A run that ended. */
export type Ended = Run & { readonly end: RunOutcome };

/** What there is to tell of a schedule besides its totals. */
export interface Digest {
  /** The numbers of the entries in these states, ascending. */
  readonly entries: Readonly<Record<'failed' | 'lost' | 'suspect' | 'interrupted', readonly number[]>>;
  /** The runs that ended last, by the clocks of their hosts. */
  readonly lately: readonly Ended[];
  /** Runs of workers that are looked after. */
  readonly running: readonly Run[];
}

/** So many of the last runs say how it goes now. */
const LATELY = 500;
/** Between two runs in one place more than this is a pause, which says nothing of the next. */
const LONGEST_GAP = 10_000;

export function digest(snapshot: Snapshot): Digest {
  const of = (state: StateName): readonly number[] => entriesIn(snapshot, state);
  return {
    entries: {
      ...{ failed: of('failed'), lost: of('lost') },
      ...{ suspect: of('suspect'), interrupted: of('interrupted') },
    },
    lately: latestRuns(snapshot)
      .flatMap((run) => (run.end && run.end.is !== 'interrupted' ? [{ ...run, end: run.end }] : []))
      .sort((a, b) => b.end.at - a.end.at)
      .slice(0, LATELY),
    running: of('running').flatMap((entry) => {
      const state = snapshot.stateOf(entry);
      return state.is === 'running' ? [state.run] : [];
    }),
  };
}

/** `now` in milliseconds since 1970. */
export function paceOf({ workers, totals }: Snapshot, { lately, running }: Digest, now: number): Pace {
  const places = new Map<string, number>();
  for (const { worker, slot = 0 } of [...lately, ...running])
    places.set(worker, Math.max(places.get(worker) ?? 1, slot + 1));
  const working = workers.filter(isAtWork);
  const names = new Set(working.map(({ worker }) => worker));
  return {
    took: lately.map(({ end }) => end.took),
    running: running.flatMap(({ worker, startedAt }) =>
      names.has(worker) ? [Math.max(0, now - startedAt)] : [],
    ),
    pending: totals.pending + totals.claimed + totals.interrupted,
    slots: working.reduce((sum, w) => sum + Math.max(places.get(w.worker) ?? 1, w.running.length), 0),
    gap: gapOf(lately),
  };
}

/** The mean time between two runs of one worker in one slot, each by the clock of its host. */
function gapOf(runs: readonly Ended[]): number {
  const last = new Map<string, Ended>();
  let sum = 0;
  let count = 0;
  for (const run of [...runs].sort((a, b) => a.startedAt - b.startedAt)) {
    const place = `${run.worker} ${run.slot ?? 0}`;
    const before = last.get(place);
    last.set(place, run);
    const gap = before ? run.startedAt - before.startedAt - before.end.took : Infinity;
    if (gap > LONGEST_GAP) continue;
    sum += Math.max(0, gap);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Whoever takes what is pending, as far as one look can tell: another host's worker was heard of not long ago. */
export function isAtWork({ standing, lastHeardMs = 0 }: WorkerFacts): boolean {
  return standing === 'alive' || (standing === 'unknown' && lastHeardMs < SUSPECT_AFTER_MS);
}

/** What is yet to come to an end. */
export function openIn(totals: Readonly<Record<StateName, number>>): number {
  return totals.pending + totals.claimed + totals.running + totals.suspect + totals.interrupted;
}
