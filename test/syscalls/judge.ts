import { openSchedule, type Snapshot } from '../../src/library/index.js';
import { ENTRIES, type Bed, type Program } from './bed.js';
import { runProcess, type Ended } from './process.js';

export type Ending =
  /** The struck worker did all of it itself, and exits as if nothing had been. */
  | 'overcome'
  /** It, or the next one, went on from there without being asked for anything. */
  | 'recovered'
  /** What had begun without an end was offered, and run when asked for. */
  | 'offered'
  | 'broken';

export interface Findings {
  readonly ending: Ending;
  /** What does not hold. */
  readonly problems: readonly string[];
}

/** The state when the struck worker and all that it had started were gone. */
interface Struck {
  readonly problems: string[];
  readonly lost: readonly string[];
  /** How often each entry has been run by then. */
  readonly ran: ReadonlyMap<string, number>;
  readonly isDone: boolean;
}

const LIMIT_MS = 40_000;

/** What must hold at once, whatever was struck. */
export async function atOnce(bed: Bed, ended: Ended, killed: boolean): Promise<Struck> {
  const problems = stateProblems(bed);
  if (ended.hung) problems.push('the struck worker hung');
  if (!killed) problems.push(...endProblems(bed, ended));
  const snapshot = await look(bed, problems);
  const lost = snapshot ? [...snapshot.entries({ states: ['lost'] })].map(nameOf) : [];
  return {
    ...{ problems, lost, ran: runCounts(bed) },
    isDone: !killed && ended.code === 0 && snapshot?.totals.succeeded === ENTRIES.length,
  };
}

/** Others work off what is left, and are asked for what is lost. */
export async function finish(
  bed: Bed,
  program: Program,
  { problems, lost, ran, isDone }: Struck,
): Promise<Findings & { said: string[] }> {
  const said: string[] = [];
  const run = async (exit: number, ...more: string[]): Promise<void> => {
    const ended = await runProcess(
      [process.execPath, program.script, 'run', 's.json', ...more],
      bed.dir,
      {},
      LIMIT_MS,
    );
    said.push(ended.said);
    const offers = ended.said.match(/ is lost: /g)?.length ?? 0;
    if (ended.hung) problems.push('a worker behind it hung');
    else if (ended.code !== exit) problems.push(`a worker behind it ended with ${String(ended.code)}`);
    if (exit === 1 && offers !== lost.length) problems.push(`${lost.length} lost, and ${offers} offered`);
  };
  // What could not be removed is removed by whoever comes next.
  if (!isDone || bed.leftovers().length > 0) await run(lost.length > 0 ? 1 : 0);
  if (lost.length > 0) await run(0, '--requeue-lost', 'dead');

  problems.push(...stateProblems(bed, lost));
  const snapshot = await look(bed, problems);
  if (snapshot?.totals.succeeded !== ENTRIES.length)
    problems.push(`in the end: ${JSON.stringify(snapshot?.totals)}`);
  for (const [entry, runs] of runCounts(bed)) {
    const expected = lost.includes(entry) ? (ran.get(entry) ?? 0) + 1 : 1;
    if (runs !== expected) problems.push(`${entry} ran ${runs} times, not ${expected}`);
  }
  const left = bed.leftovers();
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`);
  const fine = lost.length > 0 ? 'offered' : isDone ? 'overcome' : 'recovered';
  return { ending: problems.length > 0 ? 'broken' : fine, problems, said };
}

/** `again`: entries that were run once more because somebody asked for it. */
function stateProblems(bed: Bed, again: readonly string[] = []): string[] {
  const problems: string[] = [];
  const text = bed.text();
  if (!isJson(text)) problems.push(`the schedule is not JSON: ${text}`);
  if (!bed.isUntouched) problems.push(`not the user's schedule any more: ${text}`);
  const marked = markedIn(text);
  for (const entry of ENTRIES) {
    const runs = bed.runs(entry);
    if (runs.length > 1 && !again.includes(entry)) problems.push(`${entry} ran ${runs.length} times`);
    if (runs.some((line) => !line.startsWith('marked '))) problems.push(`${entry} ran before it was marked`);
    if (runs.length > 0 && !marked.includes(entry)) problems.push(`${entry} has run and is not marked`);
  }
  for (const kind of ['start', 'end']) {
    const claims = bed.records().flatMap(({ t, claim }) => (t === kind ? [claim] : []));
    if (new Set(claims).size < claims.length) problems.push(`a ${kind} was recorded twice`);
  }
  return problems;
}

/** A worker that was not killed has told what it could not do, and recorded what it did. */
function endProblems(bed: Bed, { code, signal, said }: Ended): string[] {
  const problems: string[] = [];
  if (signal !== undefined) problems.push(`it died of ${signal}`);
  if (code !== undefined && ![0, 1, 2, 3].includes(code)) problems.push(`exit code ${code}`);
  if (code !== 0 && !/^cooperate: /m.test(said)) problems.push(`exit code ${String(code)} without a word`);
  if (/^ +at |node:internal|Assertion|Unhandled/m.test(said)) problems.push('a stack trace');
  const ended = new Set(bed.records().flatMap(({ t, entry }) => (t === 'end' ? [entry] : [])));
  for (const [index, entry] of ENTRIES.entries()) {
    if (bed.runs(entry).length > 0 && !ended.has(index)) problems.push(`no record of the end of ${entry}`);
  }
  return problems;
}

/** As `status --json` counts; every entry is in one state, and what has an end has it. */
async function look(bed: Bed, problems: string[]): Promise<Snapshot | undefined> {
  try {
    const snapshot = await (await openSchedule(bed.schedule)).snapshot();
    const { totals, count } = snapshot;
    const sum = Object.values(totals).reduce((all, one) => all + one, 0);
    const ended = new Set(bed.records().flatMap(({ t, entry }) => (t === 'end' ? [entry] : [])));
    if (count !== ENTRIES.length || sum !== count)
      problems.push(`counts do not add up: ${JSON.stringify(totals)}`);
    if (totals.succeeded !== ended.size) problems.push(`${ended.size} ended, but ${JSON.stringify(totals)}`);
    for (const entry of snapshot.entries({ states: ['pending', 'claimed'] })) {
      if (bed.runs(nameOf(entry)).length > 0) problems.push(`${nameOf(entry)} has run and is ${entry.state}`);
    }
    return snapshot;
  } catch (error) {
    problems.push(`status fails: ${String(error)}`);
    return undefined;
  }
}

function nameOf({ command }: { readonly command: readonly string[] }): string {
  return command[2] ?? '';
}

function runCounts(bed: Bed): Map<string, number> {
  return new Map(ENTRIES.map((entry) => [entry, bed.runs(entry).length]));
}

function markedIn(text: string): string[] {
  return isJson(text)
    ? (JSON.parse(text) as string[][]).flatMap((argv) => (argv[0] === 'executed' ? [argv[3] ?? ''] : []))
    : [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
