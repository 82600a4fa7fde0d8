import { designsOf, isMany, type Designed } from '../commands/doe.js';
import type { Runs, Written } from '../commands/doe-write.js';
import type { Plan } from '../doe/plan.js';
import { flagsOf } from '../doe/spec/spec-flags.js';
import type { FileSystem } from '../ports/fs.js';
import { asTyped } from './as-typed.js';
import { showCommand } from './show-command.js';

/** So many commands are shown at the beginning and at the end. */
const SHOWN = 2;

/** What was made, for a person: how many, what was left out, the first and the last commands. */
export function* showWritten(schedule: string, { plan }: Designed, written: Written): Generator<string> {
  const { how, runs, present, backup } = written;
  const verb = { created: 'written to', replaced: 'written anew to', appended: 'added to' }[how];
  yield `${count(runs.count, 'entry', 'entries')} ${verb} ${schedule}.`;
  if (backup !== undefined) yield `The old schedule is kept as ${asTyped(backup)}.`;
  if (present > 0) yield `${count(present, 'run was', 'runs were')} there already.`;
  yield* remarksOf(plan);
  yield* indented(someOf(runs));
  if (runs.count > 0)
    yield `Work through it, in as many shells as you like: ${showCommand(['cooperate', '--run', schedule])}`;
}

/** What would be made; its commands were printed. */
export function* showDry(
  schedule: string,
  { plan }: Designed,
  runs: number,
  isTaken: boolean,
): Generator<string> {
  yield* remarksOf(plan);
  yield `${count(runs, 'run', 'runs')}; nothing was written.`;
  if (isTaken) yield `${schedule} is there already: it takes --append or --replace.`;
}

/** What a design left out, and what there is to know about it. */
export function* remarksOf({ report: { duplicates, excluded, facts } }: Plan): Generator<string> {
  yield* facts;
  if (excluded > 0) yield `${count(excluded, 'point', 'points')} left out: the conditions do not hold.`;
  if (duplicates > 0)
    yield `${count(duplicates, 'point', 'points')} left out that would make the same command again.`;
}

/** The first and the last few commands; no last ones where the first are all. */
export function someOf({ count, argv }: Runs): { first: string[]; last: string[] } {
  const from = count > 2 * SHOWN ? SHOWN : count;
  const commands = (start: number, end: number) =>
    Array.from({ length: end - start }, (_, i) => showCommand(argv(start + i)));
  return { first: commands(0, from), last: from < count ? commands(count - SHOWN, count) : [] };
}

function* indented({ first, last }: ReturnType<typeof someOf>): Generator<string> {
  for (const command of first) yield `  ${command}`;
  if (last.length > 0) yield '  ...';
  for (const command of last) yield `  ${command}`;
}

/** Version 1 of what `doe --json` prints. */
export function valueOfWritten(
  schedule: string,
  designed: Designed,
  written: Written,
): Record<string, unknown> {
  const { how, runs, present, backup } = written;
  return {
    ...common(schedule, designed),
    how,
    entries: runs.count,
    present,
    ...(backup === undefined ? {} : { backup }),
  };
}

/** Version 1 of what `doe --dry-run --json` prints: the runs themselves instead of what became of them. */
export function valueOfDry(
  schedule: string,
  designed: Designed,
  runs: readonly (readonly string[])[],
): Record<string, unknown> {
  return { ...common(schedule, designed), runs };
}

function common(schedule: string, { spec, plan: { report } }: Designed): Record<string, unknown> {
  const { duplicates, excluded, facts } = report;
  return { version: 1, schedule, duplicates, excluded, facts, spec };
}

/** The command lines that made a schedule, oldest first; with `json` the records themselves. */
export async function* shownDesigns(fs: FileSystem, schedule: string, json: boolean): AsyncGenerator<string> {
  const designs = await designsOf(fs, schedule);
  if (json) {
    yield JSON.stringify({ version: 1, schedule, designs });
    return;
  }
  for (const { how, spec, path } of designs) {
    const flag = { created: [], replaced: ['--replace'], appended: ['--append'] }[how];
    const yes = isMany(spec) ? ['--yes'] : [];
    // What cannot be said in flags is kept as a file that is a spec.
    const rest = flagsOf(spec) ?? ['--spec', asTyped(path)];
    yield showCommand(['cooperate', 'doe', schedule, ...flag, ...yes, ...rest]);
  }
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
