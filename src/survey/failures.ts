import { entriesIn } from './entries-in.js';
import type { Run, RunOutcome, Snapshot } from './types.js';

/** Why runs failed, as far as an end tells. */
export type Cause =
  | { readonly is: 'timed-out' }
  | { readonly is: 'unstartable'; readonly problem: string }
  | { readonly is: 'signal'; readonly signal: string }
  | { readonly is: 'code'; readonly code: number };

export interface FailureGroup {
  readonly cause: Cause;
  /** Ascending. */
  readonly entries: readonly number[];
}

export interface LastLine {
  readonly line: string;
  readonly entries: readonly number[];
}

/** Reads the last line that a run has written, undefined where there is none. */
export type ReadLastLine = (run: Run) => Promise<string | undefined>;

/** The failed entries by the cause of their last run, the most frequent first. */
export function failureGroups(snapshot: Snapshot): FailureGroup[] {
  const groups = new Map<string, { cause: Cause; entries: number[] }>();
  for (const entry of entriesIn(snapshot, 'failed')) {
    const end = runOf(snapshot, entry)?.end;
    if (!end) continue;
    const cause = causeOf(end);
    const key = JSON.stringify(cause);
    const group = groups.get(key);
    if (group) group.entries.push(entry);
    else groups.set(key, { cause, entries: [entry] });
  }
  return [...groups.values()].sort((a, b) => b.entries.length - a.entries.length);
}

/**
 * What the latest `most` runs of a group have written last, the most frequent line first: a log is read for each, and
 * of a thousand equal failures a few tell it all.
 */
export async function lastLines(
  snapshot: Snapshot,
  { entries }: FailureGroup,
  read: ReadLastLine,
  most = 20,
): Promise<LastLine[]> {
  const runs = entries.map((entry) => ({ entry, run: runOf(snapshot, entry) }));
  const latest = runs.sort((a, b) => (b.run?.end?.at ?? 0) - (a.run?.end?.at ?? 0)).slice(0, most);
  const lines = new Map<string, number[]>();
  for (const { entry, run } of latest) {
    const line = run && (await read(run));
    if (line !== undefined) lines.set(line, [...(lines.get(line) ?? []), entry]);
  }
  return [...lines]
    .map(([line, of]) => ({ line, entries: of.sort((a, b) => a - b) }))
    .sort((a, b) => b.entries.length - a.entries.length);
}

export function causeOf({ timedOut, unstartable, signal, code }: RunOutcome): Cause {
  if (timedOut) return { is: 'timed-out' };
  if (unstartable !== undefined) return { is: 'unstartable', problem: unstartable };
  if (signal !== undefined) return { is: 'signal', signal };
  return { is: 'code', code: code ?? 0 };
}

function runOf(snapshot: Snapshot, entry: number): Run | undefined {
  const state = snapshot.stateOf(entry);
  return state.is === 'failed' ? state.run : undefined;
}
