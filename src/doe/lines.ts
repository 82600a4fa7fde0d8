import { DesignProblem } from './designs/points.js';

/** An entry as it stands in the schedule, in one line of JSON. Throws `DesignProblem` for what cannot be one. */
export function lineOf(argv: readonly string[]): string {
  if (!argv[0] || argv[0] === 'executed' || argv.some((arg) => arg.includes('\0'))) throw unusable(argv);
  return textOf(argv);
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

/**
 * Those lines of a plan that `present`, the argvs of a schedule, does not have yet; what it has twice counts twice. Also
 * without `before`, the lines of the plan that it has grown from.
 */
export function newLines(
  lines: readonly string[],
  present: Iterable<readonly string[]>,
  before: Iterable<string> = [],
): string[] {
  const had = countsOf(lines, spelled(present));
  const made = countsOf(lines, before);
  return lines.filter((line) => {
    const wasMade = takeOne(made, line);
    const wasThere = takeOne(had, line);
    return !wasMade && !wasThere;
  });
}

function* spelled(argvs: Iterable<readonly string[]>): Generator<string> {
  for (const argv of argvs) yield textOf(argv);
}

/** How often each of these lines is among the others; of those nothing is kept, as there may be a million. */
function countsOf(lines: readonly string[], others: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of others) {
    if (counts.size === 0) for (const one of lines) counts.set(one, 0);
    const count = counts.get(line);
    if (count !== undefined) counts.set(line, count + 1);
  }
  return counts;
}

function takeOne(counts: Map<string, number>, line: string): boolean {
  const count = counts.get(line) ?? 0;
  if (count > 0) counts.set(line, count - 1);
  return count > 0;
}
