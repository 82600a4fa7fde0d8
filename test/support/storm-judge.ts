import type { StormReport, StormStatus } from '../chaos/storm.js';
import {
  editsOf,
  executionsOf,
  journalsOf,
  type Edit,
  type Execution,
  type Journals,
} from './storm-evidence.js';
import type { ChaosProcess } from './chaos-process.js';
import type { Sandbox } from './chaos-sandbox.js';

/** What one storm has shown; every list of `violations` must be empty. */
export interface Verdict {
  readonly violations: Readonly<Record<(typeof VIOLATIONS)[number], readonly string[]>>;
  readonly executions: number;
  readonly edits: readonly Edit[];
  /** Failed ones that a person put back, and those of them that ran again. */
  readonly putBack: readonly [asked: number, ran: number];
  readonly journals: Journals;
  readonly report: StormReport;
  /** Entries that a person had seen in the file, put out by a worker that slept between its last check and the rename. */
  readonly putOut: number;
  /** Entries that were put back, and marked in a save that may be older; left alone, and told. */
  readonly leftMarked: number;
  /** Processes that left before a file that was half saved just then. */
  readonly turnedAway: number;
  /** Invalid readings while an editor was writing into the file itself. */
  readonly halfSaved: number;
}

export const VIOLATIONS = [
  'doubles',
  'rerun though it succeeded',
  'lost records',
  'records that differ',
  'entries lost',
  'additions lost',
  'unreadable reads',
  'bad ends of processes',
] as const;

export function judge(sandbox: Sandbox, report: StormReport): Verdict {
  const executions = executionsOf(sandbox);
  const journals = journalsOf(sandbox, report.jumpy);
  const edits = editsOf(sandbox);
  const windows = edits.filter(({ how }) => how === 'in place');
  const isHalfSaved = ({ from, to }: { from: number; to: number }): boolean =>
    windows.some((save) => from <= save.to && to >= save.from);
  const { invalid } = report.readings;
  const ran = new Map<string, Execution[]>();
  for (const one of executions) ran.set(one.name, [...(ran.get(one.name) ?? []), one]);
  const left = leftMarked(report);
  const putBack = edits.filter(({ kind }) => kind === 'again');
  return {
    violations: {
      doubles: repeated(executions.map(({ name, claim }) => `${name} ${claim}`)),
      'rerun though it succeeded': executions.filter((one) => rerun(one, journals)).map(told),
      'lost records': executions.filter((one) => isRecordLost(one, journals, report)).map(told),
      'records that differ': differing(ran, report.status, journals, left),
      'entries lost': entriesLost(sandbox, ran, report.status, left),
      'additions lost': journals.sleepers > 0 ? [] : additionsLost(edits, report.status),
      'unreadable reads': invalid.filter((read) => !isHalfSaved(read)).map((read) => JSON.stringify(read)),
      'bad ends of processes': badEnds(sandbox, report),
    },
    executions: executions.length,
    edits,
    putBack: [putBack.length, putBack.filter(({ name = '' }) => (ran.get(name)?.length ?? 0) > 1).length],
    journals,
    report,
    putOut: journals.sleepers > 0 ? additionsLost(edits, report.status).length : 0,
    leftMarked: left.size,
    turnedAway: [...report.workers, ...report.watch.desks].filter(isTurnedAway).length,
    halfSaved: invalid.filter(isHalfSaved).length,
  };
}

const told = ({ name, claim, worker }: Execution): string => `${name} ${claim} by ${worker}`;

function repeated(keys: readonly string[]): string[] {
  const seen = new Set<string>();
  return keys.filter((key) => seen.size === seen.add(key).size);
}

/** Nobody asked for that: a person puts back only what failed, and an old copy is no decision. */
function rerun({ claim }: Execution, { ends }: Journals): boolean {
  const dot = claim.lastIndexOf('.');
  const generation = Number(claim.slice(dot + 1));
  return ends.get(`${claim.slice(0, dot)}.${generation - 1}`)?.code === 0;
}

/** It came to its end under a worker that nobody killed. */
function isRecordLost(
  { claim, worker, code }: Execution,
  { ends }: Journals,
  { workers }: StormReport,
): boolean {
  if (code === undefined) return false;
  const pid = Number(/-(\d+)-[0-9a-f]+$/.exec(worker)?.[1]);
  const wasKilled = workers.some((one) => one.pid === pid && one.exit?.signal === 'SIGKILL');
  return !wasKilled && ends.get(claim)?.code !== code;
}

function differing(
  ran: ReadonlyMap<string, readonly Execution[]>,
  { list }: StormStatus,
  { ends, starts }: Journals,
  left: ReadonlySet<string>,
): string[] {
  const states = list.flatMap(({ state, command: [, , name = ''] }) => {
    if (left.has(name)) return [];
    const code = ran.get(name)?.at(-1)?.code;
    return state === (code === 0 ? 'succeeded' : 'failed') ? [] : [`${name} ended with ${code}: ${state}`];
  });
  const ended = [...ends].filter(([, { times }]) => times > 1).map(([claim]) => `${claim} ended twice`);
  const begun = [...starts].filter(([, times]) => times > 1).map(([claim]) => `${claim} started twice`);
  return [...states, ...ended, ...begun];
}

function entriesLost(
  { entries }: Sandbox,
  ran: ReadonlyMap<string, readonly Execution[]>,
  { list }: StormStatus,
  left: ReadonlySet<string>,
): string[] {
  const there = new Set(list.map(({ command }) => command[2]));
  const gone = entries.map(([, , name = '']) => name).filter((name) => !there.has(name));
  const idle = list
    .map(({ command }) => command[2] ?? '')
    .filter((name) => ran.get(name)?.at(-1)?.code === undefined && !left.has(name));
  return [...gone.map((name) => `${name} is gone`), ...idle.map((name) => `${name} never came to its end`)];
}

/**
 * Marked, and no claim accounts for it. No more of them than workers have told of: nobody can know whether the mark was a
 * decision.
 */
function leftMarked({ workers, watch, status: { list } }: StormReport): ReadonlySet<string> {
  const told = [...workers, ...watch.desks]
    .flatMap(({ output }) => [
      ...output.matchAll(/cooperate: (.+?) (?:was|were) put back, and marked in what/g),
    ])
    .map(([, what = '']) =>
      /^[\d,]+ entries$/.test(what) ? parseInt(what) : (what.match(/\d+/g)?.length ?? 0),
    );
  const names = list.flatMap(({ state, command: [, , name = ''] }) => (state === 'marked' ? [name] : []));
  return new Set(names.length <= told.reduce((sum, count) => sum + count, 0) ? names : []);
}

/** Seen in the file by the person who added them, and gone later. */
function additionsLost(edits: readonly Edit[], { list }: StormStatus): string[] {
  const there = new Set(list.map(({ command }) => command[2]));
  const seen = edits.filter(({ outcome }) => outcome === 'merged' || outcome === 'as saved');
  return seen.map(({ name = '' }) => name).filter((name) => !there.has(name));
}

function isTurnedAway({ exit, output }: ChaosProcess): boolean {
  return exit?.code === 2 && output.includes(' is not a usable schedule: ');
}

function badEnds(sandbox: Sandbox, { workers, watch }: StormReport): string[] {
  const bad = [...workers, ...watch.desks].filter((one) => {
    const code = one.exit?.code ?? -1;
    if (one.exit?.signal === 'SIGKILL' || isTurnedAway(one)) return false;
    // A worker waits for room, a desk says that there is none.
    const isTold = code === 3 && watch.desks.includes(one) && /\((ENOSPC|EDQUOT)\)/.test(one.output);
    return /\n {4}at /.test(one.output) || !(isTold || code === 0 || code === 1);
  });
  return [
    ...bad.map(({ pid, exit, output }) => `${pid}: ${JSON.stringify(exit)} ${output.slice(-800)}`),
    ...(sandbox.isLocked ? ['the lock is held at the end'] : []),
  ];
}
