/** What an entry is. */
export type StateName =
  /** Anybody may take it. */
  | 'pending'
  /** A worker has it and is about to run it. */
  | 'claimed'
  | 'running'
  /** It runs under a worker that has not been heard of for minutes. */
  | 'suspect'
  | 'succeeded'
  | 'failed'
  /** Its worker was told to stop, and has not put it back yet. */
  | 'interrupted'
  /** Its worker died while it ran. */
  | 'lost'
  /** It is marked, and nobody recorded how it ended: by hand, by the original, or the history was deleted. */
  | 'marked';

/** How many entries are in each state; together, all entries. */
export type Totals = Readonly<Record<StateName, number>>;

/** How a run ended. */
export interface RunEnd {
  readonly is: 'succeeded' | 'failed' | 'interrupted';
  /** By the clock of its host. */
  readonly at: Date;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** Its exit code, when it exited. */
  readonly code?: number;
  /** The signal that ended it, when one did. */
  readonly signal?: string;
  /** Why it could not be started at all, when it could not. */
  readonly unstartable?: string;
  /** Whether it was ended because it took longer than `--timeout` allows. */
  readonly timedOut: boolean;
}

/** One run of an entry. */
export interface Run {
  /** Counted from 1 for each entry, over retries and requeues. */
  readonly attempt: number;
  readonly worker: string;
  /** By the clock of its host. */
  readonly startedAt: Date;
  /** Whether its output is in a log, see {@link Schedule.log}. */
  readonly isLogged: boolean;
  /** Absent while it runs, and when its worker died. */
  readonly end?: RunEnd;
}

/** One command of a schedule. */
export interface Entry {
  /** Its number, from 0. */
  readonly entry: number;
  /** The command, without marks. */
  readonly command: readonly string[];
  readonly state: StateName;
  /** Who has it, or had it last. */
  readonly worker?: string;
  /** All its runs, the oldest first. */
  readonly runs: readonly Run[];
}

/** A worker that has worked on the schedule. */
export interface Worker {
  readonly worker: string;
  readonly host?: string;
  /**
   * `gone`: it has left, or is proven dead; `suspect`: it has not been heard of for minutes; `unknown`: nothing is known
   * of it yet, as when it was looked at for the first time from another host.
   */
  readonly standing: 'alive' | 'unknown' | 'suspect' | 'gone';
  /** When it came, by the clock of its host. */
  readonly since: Date;
  /** Entries that it runs now, by number. */
  readonly running: readonly number[];
  /** How many entries succeeded and failed under it. */
  readonly succeeded: number;
  readonly failed: number;
  /** How long ago it was last heard of, in milliseconds. */
  readonly lastHeardMs?: number;
}

/** A schedule at one moment. Entries are made when they are asked for: a million of them cost nothing before. */
export interface Snapshot {
  /** The absolute path of the schedule. */
  readonly schedule: string;
  /** When it was made, by the clock of this host. */
  readonly at: Date;
  /** The number of entries. */
  readonly count: number;
  readonly totals: Totals;
  readonly workers: readonly Worker[];
  /** Entry number `entry`, from 0; where there is none it throws, for the reason `entry-unknown`. */
  entry(entry: number): Entry;
  /** All entries, or those in some states, in order. */
  entries(filter?: { readonly states?: readonly StateName[] }): IterableIterator<Entry>;
}

/** What ends a wait. */
export interface Cancellable {
  /** Ends the wait: what was asked for rejects with the signal's reason, and an iteration ends. */
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends Cancellable {
  /** The least time between two looks, in milliseconds; 1000 when left out. Long schedules are looked at less often. */
  readonly everyMs?: number;
}

export interface LogOptions extends Cancellable {
  /** Which of its runs, from 1; the latest when left out. */
  readonly attempt?: number;
  /** Go on while it runs, and wait for its run when it is pending. */
  readonly follow?: boolean;
  /** Begin with this many lines from the end. */
  readonly tail?: number;
}

export interface AddOptions extends Cancellable {
  /** Leave out what the schedule has already. */
  readonly onlyNew?: boolean;
}

/** What `add` did. */
export interface Added {
  /** How many entries were added. */
  readonly count: number;
  /** The number of the first of them. */
  readonly first: number;
  /** Whether there was no such schedule before. */
  readonly created: boolean;
  /** How many were left out, since the schedule has them. */
  readonly present: number;
}

/** Entries to put back by what became of them. */
export interface RequeueFilter {
  readonly failed?: boolean;
  readonly lost?: boolean;
  readonly interrupted?: boolean;
  /** With `force` only: it may still run. */
  readonly suspect?: boolean;
}

export interface RequeueOptions extends Cancellable {
  /** Also what may still be running, which then runs twice at once. */
  readonly force?: boolean;
}

/** What `requeue` did. */
export interface Requeued {
  /** Entries that are offered again. */
  readonly entries: readonly number[];
  /** Entries that changed meanwhile, and were left alone. */
  readonly changed: readonly number[];
  /** Entries that were selected and are pending as it is. */
  readonly pending: readonly number[];
}

export interface StopOptions {
  /** Only workers on this host, or these; `*` stands for any text. */
  readonly host?: string | readonly string[];
  /** Only this worker, or these; `*` stands for any text. */
  readonly worker?: string | readonly string[];
  /** End what they run, and put it back, instead of letting it finish. */
  readonly now?: boolean;
}

/** Workers that were asked to stop. */
export interface Stopped {
  readonly asked: readonly { readonly worker: string; readonly host: string }[];
}

/** A schedule, to be looked at and steered while workers work on it. */
export interface Schedule {
  /** As it was given. */
  readonly path: string;

  /** What every entry and worker is, read from what workers have written down. Takes no lock; each call reads what is new. */
  snapshot(): Promise<Snapshot>;

  /**
   * A snapshot now, and another one after every change. Ends when `signal` is aborted or the schedule is closed. While
   * the schedule cannot be read, as when an editor has saved half of it, it waits; after half a minute it throws.
   */
  watch(options?: WatchOptions): AsyncGenerator<Snapshot, void, undefined>;

  /** What an entry has printed, as bytes. Nothing where no output was kept. */
  log(entry: number, options?: LogOptions): AsyncGenerator<Uint8Array, void, undefined>;

  /** Puts commands behind the last entry, also while workers are at work; makes the schedule where there is none. */
  add(commands: readonly (readonly string[])[], options?: AddOptions): Promise<Added>;

  /**
   * Offers entries again. `which`: a number, numbers, a selection such as `'3,7-9'`, `'all'` or `'last'`, or what became of
   * them, as in `{ failed: true, lost: true }`.
   */
  requeue(
    which: number | string | readonly number[] | RequeueFilter,
    options?: RequeueOptions,
  ): Promise<Requeued>;

  /** Asks workers to finish what they run, and leave. Does not wait until they have left. */
  stop(options?: StopOptions): Promise<Stopped>;

  /** Ends what is still watched or followed. Nothing can be asked of it afterwards. */
  close(): Promise<void>;
}
