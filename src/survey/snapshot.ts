import type { Epoch } from '../claim/sidecar.js';
import type { ScheduleText } from '../schedule/text.js';
import { CLAIMED, FREE, MARKED, PENDING, STATE_NAMES } from './judge.js';
import type { Journals } from './journals.js';
import type { Matched } from './match.js';
import type { EntryState, Run, Snapshot, StateName, Totals, WorkerFacts } from './types.js';

export interface Sight {
  readonly schedule: string;
  readonly text: ScheduleText;
  readonly epoch: Epoch | undefined;
}

/** What entries are, by entry; `run` and `worker` by slot, -1 where there is none. */
export interface Columns extends Matched {
  readonly run: Int32Array;
  readonly worker: Int32Array;
}

/** A schedule on which nobody has worked yet, or whose history was deleted. */
export function snapshotWithout(sight: Sight): Snapshot {
  const { text } = sight;
  return {
    ...sight,
    totals: { ...NONE, pending: text.pending, marked: text.count - text.pending },
    workers: [],
    stateOf: (entry) => ({ is: text.marked[checked(text, entry)] === 1 ? 'marked' : 'pending' }),
    runsOf: () => [],
    readOn: (run) => Promise.resolve(run),
    unreadable: 0,
  };
}

export function snapshotOf(
  sight: Sight,
  journals: Journals,
  columns: Columns,
  workers: readonly WorkerFacts[],
): Snapshot {
  const { text } = sight;
  const { history, writers } = journals;
  const name = (worker: number): string => writers[worker]?.worker ?? 'unknown';
  const runOf = (state: number, slot: number): Run => {
    const run = columns.run[slot] as number;
    if (run >= 0) return history.runs.read(run, name, state >= FIRST_ENDED);
    // Only its cells are left: when it started nobody knows.
    const worker = columns.worker[slot] as number;
    const attempt = (history.generation[slot] as number) + 1;
    const startedAt = writers[worker]?.since ?? 0;
    return { attempt, worker: name(worker), startedAt, slot: undefined, log: undefined, end: undefined };
  };
  return {
    ...sight,
    totals: totalsOf(columns.state),
    workers,
    stateOf: (entry) => {
      const state = columns.state[checked(text, entry)] as number;
      const slot = columns.slot[entry] as number;
      if (state === PENDING || state >= FREE) return { is: state === MARKED ? 'marked' : 'pending' };
      if (state === CLAIMED) return { is: 'claimed', worker: name(columns.worker[slot] as number) };
      return { is: STATE_NAMES[state], run: runOf(state, slot) } as EntryState;
    },
    runsOf: (entry) => {
      const slot = columns.slot[checked(text, entry)] as number;
      return slot < 0 ? [] : history.runsOf(slot).map((run) => history.runs.read(run, name));
    },
    entriesIn: (is) => entriesIn(columns.state, is),
    latestRuns: () => writers.flatMap(({ latest }) => latest.all().map((run) => history.runs.read(run, name))),
    readOn: async (run) => {
      await journals.readOnOf(run.worker);
      const number = history.runs.numberOf(run);
      return number === undefined ? run : history.runs.read(number, name);
    },
    unreadable: journals.unreadable,
  };
}

const FIRST_ENDED = CLAIMED + 1;

const NONE: Totals = {
  ...{ pending: 0, claimed: 0, running: 0, suspect: 0 },
  ...{ succeeded: 0, failed: 0, interrupted: 0, lost: 0, marked: 0 },
};

function totalsOf(states: Uint8Array): Totals {
  const counts = new Array<number>(STATE_NAMES.length).fill(0);
  for (let i = 0; i < states.length; i++) {
    const state = states[i] as number;
    counts[state] = (counts[state] as number) + 1;
  }
  const totals: Record<StateName, number> = { ...NONE };
  for (const [state, count] of counts.entries()) totals[STATE_NAMES[state] ?? 'marked'] += count;
  return totals;
}

function entriesIn(states: Uint8Array, is: StateName): number[] {
  const entries: number[] = [];
  for (let entry = 0; entry < states.length; entry++)
    if (STATE_NAMES[states[entry] as number] === is) entries.push(entry);
  return entries;
}

function checked(text: ScheduleText, entry: number): number {
  if (!(entry >= 0 && entry < text.count)) throw new RangeError(`no entry ${entry} among ${text.count}`);
  return entry;
}
