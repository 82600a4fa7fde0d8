import { plainName } from '../doe/experiment.js';
import type { Spec } from '../doe/spec/spec-schema.js';
import { parseFactor, splitWords } from '../doe/factors/spelling.js';
import { placeholdersIn } from '../doe/template.js';
import { commandLine } from '../schedule/slots.js';
import { theDesign } from './doe-questions-design.js';
import { askList, problemOf, type Asking } from './doe-questions-form.js';
import { theRest } from './doe-questions-rest.js';
import { theValues, valuesShown } from './doe-questions-values.js';

/** A schedule that is there already. */
export interface ExistingSchedule {
  readonly entries: number;
  readonly executed: number;
}

/** What all answers come to. */
export interface Answered {
  readonly spec: Spec;
  readonly existing: 'append' | 'replace' | undefined;
}

interface Subject {
  readonly schedule: string;
  readonly existing: ExistingSchedule | undefined;
  /** Whether also what the original does not ask. */
  readonly isFull: boolean;
}

/** The original's questions in its order, and what else is wanted; undefined: leave the schedule that is there. */
export function* interview({ schedule, existing, isFull }: Subject): Asking<Answered | undefined> {
  const how = existing && (yield* theExisting(schedule, existing));
  if (how === 'leave') return undefined;
  const command = yield* theCommand();
  const typed = yield* theNames(command);
  const factors: [name: string, spelling: string][] = [];
  for (const option of typed) factors.push(yield* theFactor(option));
  const design = yield* theDesign(factors);
  const rest = isFull ? yield* theRest(factors.map(([name]) => name)) : {};
  return { spec: { command, factors: Object.fromEntries(factors), ...design, ...rest }, existing: how };
}

function* theExisting(
  schedule: string,
  { entries, executed }: ExistingSchedule,
): Asking<'append' | 'replace' | 'leave'> {
  const answer = yield {
    id: 'existing',
    text: `${schedule} has ${entries === 1 ? '1 entry' : `${entries} entries`} already, ${executed} of them executed`,
    choices: [
      { value: 'append', name: 'append', description: 'add what it does not have yet' },
      { value: 'replace', name: 'replace', description: 'write it anew; the old one is kept as .bak' },
      { value: 'leave', name: 'leave', description: 'leave it as it is' },
    ],
    suggestion: 'append',
  };
  return answer as 'append';
}

function* theCommand(): Asking<string[]> {
  const text = yield {
    id: 'command',
    text: 'Command to run',
    check: (answer) => problemOf(() => commandOf(answer)) ?? programProblem(commandOf(answer)),
    suggestion: 'python main.py',
  };
  const options = yield* askList({
    name: 'static',
    text: (place) => `Static option ${place}`,
    hint: 'one a line, such as --epochs 10; empty: none',
    check: (item) => problemOf(() => splitWords(item)),
  });
  const command = [...commandOf(text), ...options.flatMap((option) => splitWords(option))];
  yield { tell: `  ${commandLine(command)}` };
  return command;
}

/** A script alone is for python, as in the original. */
function commandOf(text: string): string[] {
  const words = splitWords(text);
  const [script = ''] = words;
  return /\.py$/.test(script) && !/^\.{0,2}\//.test(script) ? ['python', ...words] : words;
}

function programProblem([program]: readonly string[]): string | undefined {
  if (!program) return 'The program to run comes first, such as python main.py.';
  return program === 'executed' ? 'This word marks an entry that has run; the program comes first.' : undefined;
}

/** The names of the options to vary; one may come with its values: `lr=0.1,0.2`. */
function theNames(command: readonly string[]): Asking<string[]> {
  const places = placeholdersIn(command);
  return askList({
    name: 'names',
    text: (place) => `Option to vary ${place}`,
    hint: 'its name, such as lr',
    least: 1,
    check: nameProblem,
    suggest: (before) => places.find((place) => !before.map(factorName).map(plainName).includes(place)),
  });
}

function nameProblem(item: string, before: readonly string[]): string | undefined {
  const problem = problemOf(() => parseFactor(item.includes('=') ? item : `${item}=1`, 'option'));
  if (problem !== undefined) return problem;
  const name = plainName(factorName(item));
  return before.some((other) => plainName(factorName(other)) === name)
    ? `${name} is among them already.`
    : undefined;
}

function factorName(item: string): string {
  return item.replace(/=.*$/s, '').trim();
}

function* theFactor(option: string): Asking<[name: string, spelling: string]> {
  const name = factorName(option);
  const spelling = option.includes('=') ? option.slice(option.indexOf('=') + 1).trim() : yield* theValues(name);
  yield { tell: `  ${valuesShown(name, spelling)}` };
  return [name, spelling];
}
