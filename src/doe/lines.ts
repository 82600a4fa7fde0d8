import type { Plan } from './plan.js';
import { DesignProblem } from './points.js';

/** An entry as it stands in the schedule, in one line of JSON. */
export function lineOf(argv: readonly string[]): string {
  const line = textOf(argv);
  if (argv.length === 0 || argv[0] === '' || argv[0] === 'executed' || line.includes('\\u0000'))
    throw unusable(argv);
  return line;
}

function textOf(argv: readonly string[]): string {
  return `[${argv.map((arg) => JSON.stringify(arg)).join(', ')}]`;
}

function unusable(argv: readonly string[]): DesignProblem {
  const remedy = 'Name the program first, for example: -- python main.py';
  if (argv[0] === 'executed')
    return new DesignProblem('The command would be "executed", which marks an entry that has run.', remedy);
  if (!argv[0]) return new DesignProblem('One of the runs would have no program to run.', remedy);
  return new DesignProblem(
    'An argument would hold a NUL character, which no program can be given.',
    'Take it out of the values.',
  );
}

/** The lines of all runs, in their order. */
function* linesOf({ count, argv }: Plan): Generator<string> {
  for (let run = 0; run < count; run++) yield lineOf(argv(run));
}

/**
 * The lines of the runs that `present`, the argvs of a schedule, does not have yet; what it has twice counts twice. Also
 * without those of `before`, the plan that this one has grown from.
 */
export function newLines(plan: Plan, present: Iterable<readonly string[]>, before?: Plan): string[] {
  const had = counted(spelled(present));
  const made = before ? counted(linesOf(before)) : new Map<string, number>();
  const lines: string[] = [];
  for (const line of linesOf(plan)) {
    const wasMade = takeOne(made, line);
    const wasThere = takeOne(had, line);
    if (!wasMade && !wasThere) lines.push(line);
  }
  return lines;
}

function* spelled(argvs: Iterable<readonly string[]>): Generator<string> {
  for (const argv of argvs) yield textOf(argv);
}

function counted(lines: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function takeOne(counts: Map<string, number>, line: string): boolean {
  const count = counts.get(line) ?? 0;
  if (count > 0) counts.set(line, count - 1);
  return count > 0;
}
