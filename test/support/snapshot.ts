import { scan } from '../../src/schedule/scan.js';
import type { EntryState, Run, RunOutcome, Snapshot, StateName, WorkerFacts } from '../../src/survey/types.js';

/** A moment of a schedule of entries in these states. */
export function snapshotOf(
  states: readonly EntryState[],
  { workers = [], folder = '/side/1' }: { workers?: readonly WorkerFacts[]; folder?: string } = {},
): Snapshot {
  const none = [
    'pending',
    'claimed',
    'running',
    'suspect',
    'succeeded',
    'failed',
    'interrupted',
    'lost',
    'marked',
  ];
  const totals = Object.fromEntries(none.map((name) => [name, states.filter(({ is }) => is === name).length]));
  const stateOf = (entry: number): EntryState => states[entry] ?? { is: 'pending' };
  return {
    schedule: '/work/exp.json',
    text: scan(Buffer.from(JSON.stringify(states.map((_, entry) => ['python', 'main.py', String(entry)])))),
    epoch: { number: 1, id: 'a', succeeds: [], folder, shards: 1 },
    totals: totals as Record<StateName, number>,
    workers,
    stateOf,
    runsOf: (entry) => {
      const state = stateOf(entry);
      return 'run' in state ? [state.run] : [];
    },
    readOn: (run) => Promise.resolve(run),
    unreadable: 0,
  };
}

export function runOf(run: Partial<Run> = {}): Run {
  return {
    attempt: 1,
    worker: 'ada-1-a',
    startedAt: 1000,
    slot: undefined,
    log: undefined,
    end: undefined,
    ...run,
  };
}

export function failedOf(end: Partial<RunOutcome>, run: Partial<Run> = {}): EntryState {
  return { is: 'failed', run: runOf({ ...run, end: { is: 'failed', at: 2000, took: 1000, ...end } }) };
}

export function workerOf(facts: Partial<WorkerFacts> = {}): WorkerFacts {
  return {
    ...{ worker: 'ada-1-a', identity: undefined, standing: 'alive', since: 1000, gpus: undefined },
    ...{ running: [], succeeded: 0, failed: 0, lastHeardMs: 0 },
    ...facts,
  };
}
