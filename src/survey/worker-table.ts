import type { Snapshot, WorkerFacts, WorkerStanding } from './types.js';

/** What a table of workers says of one. */
export interface WorkerRow extends Omit<WorkerFacts, 'running' | 'identity'> {
  /** As the host calls itself; the worker's name where its journal lacks its first line. */
  readonly host: string;
  /** Milliseconds since its journal began, told from two hosts' clocks. */
  readonly forMs: number;
  /** What it runs now and for how long, the oldest first. */
  readonly running: readonly RunningEntry[];
}

export interface RunningEntry {
  readonly entry: number;
  readonly attempt: number;
  /** Milliseconds, told from two hosts' clocks. */
  readonly forMs: number;
}

const ORDER: readonly WorkerStanding[] = ['alive', 'unknown', 'suspect', 'gone'];

/** Those at work first, those that are gone last; then by host. `now`: milliseconds since 1970. */
export function workerTable(snapshot: Snapshot, now: number): WorkerRow[] {
  return snapshot.workers
    .map((facts) => rowOf(snapshot, facts, now))
    .sort(
      (a, b) =>
        ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) ||
        order(a.host, b.host) ||
        order(a.worker, b.worker),
    );
}

function rowOf(snapshot: Snapshot, { running, identity, ...facts }: WorkerFacts, now: number): WorkerRow {
  const runs = running.flatMap((entry) => {
    const state = snapshot.stateOf(entry);
    if (state.is !== 'running' && state.is !== 'suspect') return [];
    const { attempt, startedAt } = state.run;
    return [{ entry, attempt, forMs: Math.max(0, now - startedAt) }];
  });
  return {
    ...facts,
    host: identity?.hostname ?? facts.worker,
    forMs: Math.max(0, now - facts.since),
    running: runs.sort((a, b) => b.forMs - a.forMs || a.entry - b.entry),
  };
}

/** The same on every host, whatever its language. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
