import type { ScheduleText } from '../../src/schedule/text.js';
import type { EntryState, Run, Snapshot, StateName, WorkerFacts } from '../../src/survey/types.js';

const NONE = {
  ...{ pending: 0, claimed: 0, running: 0, suspect: 0, succeeded: 0 },
  ...{ failed: 0, interrupted: 0, lost: 0, marked: 0 },
};

/** A schedule at one moment, with these states by entry and every other one pending. */
export function fakeSnapshot(
  text: ScheduleText,
  states: Readonly<Record<number, EntryState>>,
  workers: readonly WorkerFacts[] = [],
): Snapshot {
  const totals: Record<StateName, number> = { ...NONE, pending: text.count };
  for (const { is } of Object.values(states)) {
    totals[is]++;
    totals.pending--;
  }
  const stateOf = (entry: number): EntryState => states[entry] ?? { is: 'pending' };
  const runsOf = (entry: number): Run[] => {
    const state = stateOf(entry);
    return 'run' in state ? [state.run] : [];
  };
  const readOn = (run: Run): Promise<Run> => Promise.resolve(run);
  return {
    schedule: '/exp.json',
    text,
    epoch: undefined,
    totals,
    workers,
    stateOf,
    runsOf,
    readOn,
    unreadable: 0,
  };
}
