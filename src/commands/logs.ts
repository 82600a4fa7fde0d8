import type { FailureDetail } from '../failure.js';
import type { FileSystem } from '../ports/fs.js';
import { hasLog, loggedBytes, logPath, readLog, tailStart } from '../survey/run-log.js';
import type { EntryState, Run, RunOutcome, Snapshot } from '../survey/types.js';

/** Which runs of the entries. */
export interface WhichRuns {
  /** The latest when left out. */
  readonly attempt?: number | undefined;
  readonly allAttempts?: boolean | undefined;
  /** Of an entry that is to be run, the run to come instead of the latest. */
  readonly follow?: boolean | undefined;
}

/** A run that has a log. */
export interface LoggedRun {
  readonly is: 'logged';
  readonly entry: number;
  readonly run: Run;
  readonly state: RunOutcome['is'] | 'running' | 'suspect' | 'lost';
  readonly host: string | undefined;
  /** The file its output is in. */
  readonly path: string;
}

/** An entry, or an attempt of one, without a log. */
export interface NoLog {
  readonly is: 'none';
  readonly entry: number;
  readonly state: EntryState;
  readonly why: WhyNone;
}

export type WhyNone =
  /** Pending, claimed, or marked without a history. */
  | { readonly is: 'never-run' }
  | { readonly is: 'no-such-attempt'; readonly attempt: number; readonly attempts: readonly number[] }
  /** `--inherit`, or the file could not be opened. */
  | { readonly is: 'kept-none'; readonly attempt: number }
  | { readonly is: 'deleted'; readonly attempt: number; readonly path: string };

/** Who shows output, and what is to be said beside it. */
export interface LogSink {
  /** What comes next is of this run. */
  begin(logged: LoggedRun): Promise<void>;
  put(logged: LoggedRun, bytes: Buffer): Promise<void>;
  /** Nothing more comes of this run. */
  end(logged: LoggedRun): Promise<void>;
  say(remark: LogRemark): void;
  /** Nobody reads any more. */
  readonly isClosed: boolean;
}

export type LogRemark =
  | { readonly say: 'printed-nothing'; readonly logged: LoggedRun }
  /** The run is in the log with fewer bytes than it has printed. */
  | { readonly say: 'bytes-missing'; readonly logged: LoggedRun; readonly bytes: number }
  /** It is shown, and the entry is offered again since. */
  | { readonly say: 'put-back'; readonly logged: LoggedRun }
  | { readonly say: 'none'; readonly none: readonly NoLog[] }
  /** Of a run that was followed. */
  | { readonly say: 'ended'; readonly logged: LoggedRun }
  | { readonly say: 'suspect'; readonly logged: LoggedRun }
  | { readonly say: 'waiting'; readonly entries: readonly number[]; readonly isAnybodyThere: boolean }
  | { readonly say: 'entry-gone'; readonly entry: number }
  /** It goes on trying. */
  | { readonly say: 'trouble'; readonly failure: FailureDetail };

/** The runs of these entries that have a log, and what has none. Reads no log. */
export async function chooseRuns(
  fs: FileSystem,
  snapshot: Snapshot,
  entries: readonly number[],
  which: WhichRuns,
): Promise<(LoggedRun | NoLog)[]> {
  const hosts = new Map(snapshot.workers.map(({ worker, identity }) => [worker, identity?.hostname]));
  const files = new Map<string, boolean>();
  const runs = entries.flatMap((entry) =>
    chosen(snapshot, entry, which).map((one) =>
      'why' in one ? one : withLog(snapshot, entry, one, hosts.get(one.worker)),
    ),
  );
  for (const { path } of runs.filter(isLogged)) {
    if (!files.has(path)) files.set(path, await hasLog(fs, path));
  }
  return runs.map((one) => (isLogged(one) && !files.get(one.path) ? deleted(snapshot, one) : one));
}

export function isLogged(one: LoggedRun | NoLog): one is LoggedRun {
  return one.is === 'logged';
}

/** Prints what there is of these runs, each from its beginning or its last `tail` lines. */
export async function printLogs(
  fs: FileSystem,
  snapshot: Snapshot,
  runs: readonly LoggedRun[],
  tail: number | undefined,
  sink: LogSink,
): Promise<void> {
  for (const logged of runs) {
    if (sink.isClosed) return;
    if (isOfferedAgain(snapshot, logged)) sink.say({ say: 'put-back', logged });
    await sink.begin(logged);
    await printLog(fs, snapshot, logged, tail, sink);
  }
}

/** All of a log is read in larger blocks than what comes of it while it grows. */
const STREAMED = 2 << 20;

async function printLog(
  fs: FileSystem,
  snapshot: Snapshot,
  logged: LoggedRun,
  tail: number | undefined,
  sink: LogSink,
): Promise<void> {
  let { run } = logged;
  let offset = tail === undefined ? 0 : await tailStart(fs, snapshot, run, tail);
  for (let piece; !sink.isClosed;) {
    piece = await readLog(fs, snapshot, run, offset, STREAMED);
    run = piece?.run ?? run;
    if (!piece || piece.bytes.length === 0) break;
    offset = piece.next;
    await sink.put(logged, piece.bytes);
  }
  if (sink.isClosed) return;
  await sink.end(logged);
  const [from, to = from + offset] = run.log ?? [0, 0];
  if (to - from > offset) sink.say({ say: 'bytes-missing', logged, bytes: to - from - offset });
  else if (offset === 0)
    sink.say({ say: 'printed-nothing', logged: { ...logged, run, state: run.end?.is ?? logged.state } });
}

/** The end of a run's output as text, from its last `tail` lines, `most` bytes at most. */
export async function outputEnd(
  fs: FileSystem,
  snapshot: Snapshot,
  { run }: LoggedRun,
  tail: number | undefined,
  most: number,
): Promise<{ readonly text: string; readonly bytes: number; readonly omitted: number }> {
  const size = (await loggedBytes(fs, snapshot, run)) ?? 0;
  const wanted = tail === undefined ? 0 : await tailStart(fs, snapshot, run, tail);
  const from = Math.max(wanted, size - most);
  const parts: Buffer[] = [];
  for (let offset = from; offset < size;) {
    const piece = await readLog(fs, snapshot, run, offset, size - offset);
    if (!piece || piece.bytes.length === 0) break;
    parts.push(piece.bytes);
    offset = piece.next;
  }
  const bytes = Buffer.concat(parts);
  // Not from the middle of a character.
  let start = 0;
  while (from > wanted && start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return { text: bytes.toString('utf8', start), bytes: from + bytes.length, omitted: from + start };
}

/** What has become of a run. */
export function stateOfRun(snapshot: Snapshot, entry: number, run: Run): LoggedRun['state'] {
  if (run.end) return run.end.is;
  const state = snapshot.stateOf(entry);
  const isThis = 'run' in state && state.run.attempt === run.attempt && state.run.worker === run.worker;
  if (isThis && (state.is === 'running' || state.is === 'suspect' || state.is === 'lost')) return state.is;
  // Put back by force: it may run on.
  const standing = snapshot.workers.find(({ worker }) => worker === run.worker)?.standing ?? 'gone';
  if (standing === 'gone') return 'lost';
  return standing === 'suspect' ? 'suspect' : 'running';
}

/** Whether somebody will run it. */
export function isToCome({ is }: EntryState): boolean {
  return is === 'pending' || is === 'claimed';
}

function chosen(
  snapshot: Snapshot,
  entry: number,
  { attempt, allAttempts, follow }: WhichRuns,
): (Run | NoLog)[] {
  const runs = snapshot.runsOf(entry);
  const none = (why: WhyNone): NoLog[] => [{ is: 'none', entry, state: snapshot.stateOf(entry), why }];
  const last = runs.at(-1);
  if (!last) return none({ is: 'never-run' });
  if (allAttempts) return [...runs];
  if (attempt === undefined)
    return follow && isToCome(snapshot.stateOf(entry)) ? none({ is: 'never-run' }) : [last];
  const run = runs.find((one) => one.attempt === attempt);
  return run ? [run] : none({ is: 'no-such-attempt', attempt, attempts: runs.map((one) => one.attempt) });
}

function withLog(snapshot: Snapshot, entry: number, run: Run, host: string | undefined): LoggedRun | NoLog {
  if (!run.log || !snapshot.epoch)
    return {
      ...{ is: 'none', entry, state: snapshot.stateOf(entry) },
      why: { is: 'kept-none', attempt: run.attempt },
    };
  const path = logPath(snapshot.epoch, run);
  return { is: 'logged', entry, run, state: stateOfRun(snapshot, entry, run), host, path };
}

function deleted(snapshot: Snapshot, { entry, run, path }: LoggedRun): NoLog {
  const state = snapshot.stateOf(entry);
  return { is: 'none', entry, state, why: { is: 'deleted', attempt: run.attempt, path } };
}

function isOfferedAgain(snapshot: Snapshot, { entry, run }: LoggedRun): boolean {
  return isToCome(snapshot.stateOf(entry)) && snapshot.runsOf(entry).at(-1)?.attempt === run.attempt;
}
