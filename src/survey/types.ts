import type { WorkerIdentity } from '../journal/records.js';
import type { Epoch } from '../claim/sidecar.js';
import type { ScheduleText } from '../schedule/text.js';

/** One run of an entry, as its worker journaled it. */
export interface Run {
  /** Counted from 1 for each slot, over requeues and retries. */
  readonly attempt: number;
  readonly worker: string;
  /**
   * When it started, in milliseconds since 1970 by its host's clock; for people only. Of a run of which nothing but its
   * cells is left, when its worker's journal began.
   */
  readonly startedAt: number;
  /** Which of the worker's slots, where it has several. */
  readonly slot: number | undefined;
  /** Byte range of its output in the log; without an end while it runs, and where none is known. */
  readonly log: readonly [from: number, to: number | undefined] | undefined;
  readonly end: RunOutcome | undefined;
}

export interface RunOutcome {
  readonly is: 'succeeded' | 'failed' | 'interrupted';
  /** In milliseconds since 1970 by its host's clock. */
  readonly at: number;
  /** In milliseconds. */
  readonly took: number;
  readonly code?: number;
  readonly signal?: string;
  /** Why it could not be started at all. */
  readonly unstartable?: string;
  readonly timedOut?: true;
}

/** What an entry is, told from the schedule, the journals and the heartbeats, without a lock. */
export type EntryState =
  /** Anybody may claim it. */
  | { readonly is: 'pending' }
  /** A worker that lives has it and is about to run it. */
  | { readonly is: 'claimed'; readonly worker: string }
  | { readonly is: 'running'; readonly run: Run }
  /** It runs under a worker that has not been heard of for minutes. */
  | { readonly is: 'suspect'; readonly run: Run }
  | { readonly is: 'succeeded'; readonly run: Run }
  | { readonly is: 'failed'; readonly run: Run }
  /** Its worker was told to stop and has not put it back yet. */
  | { readonly is: 'interrupted'; readonly run: Run }
  /** Its worker is dead and no end was recorded. */
  | { readonly is: 'lost'; readonly run: Run }
  /** Marked by hand or by the original tool, or its history was deleted. */
  | { readonly is: 'marked' };

export type StateName = EntryState['is'];

/** How many entries are in each state; they add up to the number of entries. */
export type Totals = Readonly<Record<StateName, number>>;

/** `gone`: it has left, or is proven dead. */
export type WorkerStanding = 'alive' | 'unknown' | 'suspect' | 'gone';

export interface WorkerFacts {
  readonly worker: string;
  readonly identity: WorkerIdentity | undefined;
  readonly standing: WorkerStanding;
  /** When its journal began, in milliseconds since 1970 by its host's clock. */
  readonly since: number;
  /** The GPUs its slots have, as its journal says. */
  readonly gpus: string | undefined;
  /** Entries that it runs now, by number. */
  readonly running: readonly number[];
  readonly succeeded: number;
  readonly failed: number;
  /** Milliseconds since its heartbeat was written, by the filesystem's clock; undefined when it has none. */
  readonly lastHeardMs: number | undefined;
}

/** The schedule at one moment. */
export interface Snapshot {
  /** Absolute path. */
  readonly schedule: string;
  readonly text: ScheduleText;
  /** Undefined where nobody has worked yet. */
  readonly epoch: Epoch | undefined;
  readonly totals: Totals;
  readonly workers: readonly WorkerFacts[];
  stateOf(entry: number): EntryState;
  /** All runs of an entry, oldest first. */
  runsOf(entry: number): readonly Run[];
  /** The entries in a state, ascending; quicker than asking each. Use `entriesIn`, which does without it too. */
  entriesIn?(state: StateName): readonly number[];
  /** The runs that each worker ended last, in the order in which it ended them; use `latestRuns`. */
  latestRuns?(): readonly Run[];
  /** This run, as it was got here, as its worker's journal tells it by now: it may have ended since. Costs one read. */
  readOn(run: Run): Promise<Run>;
  /** Journal lines that could not be read. */
  readonly unreadable: number;
}
