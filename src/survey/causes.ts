import { logOf } from '../claim/sidecar.js';
import type { FileSystem } from '../ports/fs.js';
import { Tail } from '../worker/tail.js';
import type { Run, RunOutcome, Snapshot } from './types.js';

/** Why a run failed. */
export type Cause =
  | { readonly is: 'exit'; readonly code: number }
  | { readonly is: 'signal'; readonly signal: string }
  /** It took too long and was ended. */
  | { readonly is: 'timeout' }
  | { readonly is: 'unstartable'; readonly problem: string }
  | { readonly is: 'unknown' };

/** Entries that failed in the same way. */
export interface FailureGroup {
  readonly cause: Cause;
  /** Of the output of the one that failed last; the others' differ in numbers at most. */
  readonly lastLine: string | undefined;
  /** False: these are so many that their output was not looked at. */
  readonly read: boolean;
  /** Ascending. */
  readonly entries: readonly number[];
}

export function causeOf({ timedOut, unstartable, signal, code }: RunOutcome): Cause {
  if (timedOut) return { is: 'timeout' };
  if (unstartable !== undefined) return { is: 'unstartable', problem: unstartable };
  if (signal !== undefined) return { is: 'signal', signal };
  return code === undefined ? { is: 'unknown' } : { is: 'exit', code };
}

/** What one look at the failures may cost: each is a file opened on a server. */
const MOST_READ = 1000;
const AT_ONCE = 16;
const LAST_BYTES = 4096;

interface Failed {
  readonly entry: number;
  readonly at: number;
  readonly cause: Cause;
  /** Undefined: not looked at. */
  line: string | undefined;
  read: boolean;
}

/** The failures of these entries by their cause and the last line of their output; most first. */
export async function failureGroups(
  fs: FileSystem,
  snapshot: Snapshot,
  entries: readonly number[],
  mostRead = MOST_READ,
): Promise<FailureGroup[]> {
  const failed = entries.flatMap((entry) => failedAt(snapshot, entry));
  const newest = [...failed].sort((a, b) => b.at - a.at).slice(0, mostRead);
  for (let from = 0; from < newest.length; from += AT_ONCE)
    await Promise.all(newest.slice(from, from + AT_ONCE).map((one) => readLine(fs, snapshot, one)));
  return grouped(failed);
}

function failedAt(snapshot: Snapshot, entry: number): Failed[] {
  const state = snapshot.stateOf(entry);
  if (state.is !== 'failed' || !state.run.end) return [];
  const { end } = state.run;
  return [{ entry, at: end.at, cause: causeOf(end), line: undefined, read: false }];
}

async function readLine(fs: FileSystem, snapshot: Snapshot, failed: Failed): Promise<void> {
  const state = snapshot.stateOf(failed.entry);
  failed.read = true;
  if (state.is === 'failed') failed.line = await lastLine(fs, snapshot, state.run);
}

/** The last line that a run printed, as a terminal would show it; undefined where there is none or it cannot be read. */
async function lastLine(fs: FileSystem, { epoch }: Snapshot, run: Run): Promise<string | undefined> {
  const [from, to] = run.log ?? [0, undefined];
  if (!epoch || to === undefined || to <= from) return undefined;
  const start = Math.max(from, to - LAST_BYTES);
  try {
    const tail = new Tail();
    tail.add(await fs.readFrom(logOf(epoch, run.worker, run.slot), start, to - start));
    const line = tail.lines().findLast((text) => text.trim() !== '');
    return line?.trim();
  } catch {
    return undefined; // without it the failure is told all the same
  }
}

function grouped(failed: readonly Failed[]): FailureGroup[] {
  const groups = new Map<string, { newest: Failed; entries: number[] }>();
  for (const one of failed) {
    const key = JSON.stringify([one.cause, one.read, one.line === undefined ? null : alike(one.line)]);
    const group = groups.get(key);
    if (!group) groups.set(key, { newest: one, entries: [one.entry] });
    else {
      group.entries.push(one.entry);
      if (one.at >= group.newest.at) group.newest = one;
    }
  }
  return [...groups.values()]
    .sort((a, b) => b.entries.length - a.entries.length)
    .map(({ newest: { cause, line, read }, entries }) => ({ cause, lastLine: line, read, entries }));
}

/** Such lines are the same: what differs is an address, a step, a size. */
function alike(line: string): string {
  return line.replace(/0x[0-9a-f]+|\d+(?:[.,]\d+)*/gi, '#').slice(0, 200);
}
