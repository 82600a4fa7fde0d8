import type { Conflict, Decision } from '../schedule/merge.js';
import { commandLine } from '../schedule/slots.js';
import type { Choice, Terminal } from '../ports/terminal.js';

/** What a person makes of conflicts: decisions by their keys, or something else to do first. */
export type Resolution = ReadonlyMap<string, Decision> | 'edit' | 'leave';

const MOST_SHOWN = 10;
const ELSE: readonly Choice[] = [
  { value: 'edit', name: 'edit again' },
  { value: 'leave', name: 'leave', description: 'change nothing, and keep your copy' },
];

/** Shows conflicts and asks. */
export async function resolve(terminal: Terminal, conflicts: readonly Conflict[]): Promise<Resolution> {
  const { length } = conflicts;
  terminal.tell([
    length === 1
      ? 'Your edit and others want different things:'
      : `${length} times your edit and others want different things:`,
    ...conflicts.slice(0, MOST_SHOWN).flatMap((conflict) => linesOf(conflict, terminal.columns - 1)),
    ...(length > MOST_SHOWN ? [`  and ${length - MOST_SHOWN} more`] : []),
  ]);
  const answer = await terminal.choose(
    'What is to be done?',
    [
      { value: 'mine', name: 'keep mine', description: length === 1 ? '' : 'in all of them' },
      { value: 'theirs', name: 'keep theirs', description: length === 1 ? '' : 'in all of them' },
      ...(length > 1 ? [{ value: 'each', name: 'one by one' }] : []),
      ...ELSE,
    ].map(withoutEmpty),
  );
  if (answer === 'edit' || answer === 'leave') return answer;
  if (answer === 'each') return oneByOne(terminal, conflicts);
  return new Map(conflicts.map(({ key }) => [key, answer as Decision]));
}

function withoutEmpty({ description, ...choice }: Choice): Choice {
  return description ? { ...choice, description } : choice;
}

async function oneByOne(terminal: Terminal, conflicts: readonly Conflict[]): Promise<Resolution> {
  const decisions = new Map<string, Decision>();
  for (const conflict of conflicts) {
    const [mine, theirs] = outcomesOf(conflict);
    terminal.tell(linesOf(conflict, terminal.columns - 1));
    const answer = await terminal.choose('Keep', [
      { value: 'mine', name: 'mine', description: mine },
      { value: 'theirs', name: 'theirs', description: theirs },
      ...ELSE,
    ]);
    if (answer === 'edit' || answer === 'leave') return answer;
    decisions.set(conflict.key, answer as Decision);
  }
  return decisions;
}

/** What it is about, and a line for each side. */
function linesOf(conflict: Conflict, columns: number): string[] {
  const [yours, others] = sidesOf(conflict);
  const lines = [`  ${commandLine(conflict.argv)}`, `    you: ${yours}`, `    meanwhile: ${others}`];
  return lines.map((line) => shortened(line, columns));
}

/** For where nobody can be asked. */
export function inOneLine(conflicts: readonly Conflict[]): string {
  const [first] = conflicts as [Conflict];
  const [yours, others] = sidesOf(first);
  const more = conflicts.length > 1 ? `, and ${conflicts.length - 1} more` : '';
  const entry = shortened(commandLine(first.argv), ONE_LINE);
  return `a conflict, ${entry}: you: ${shortened(yours, ONE_LINE)}; meanwhile: ${shortened(others, ONE_LINE)}${more}.`;
}

const ONE_LINE = 60;
const CUT = ' … ';

/** Values differ at the end more often than at the beginning, and the beginning says what it is. */
function shortened(text: string, columns: number): string {
  if (text.length <= columns || columns < 3 * CUT.length) return text;
  const head = Math.floor((columns - CUT.length) / 3);
  return text.slice(0, head) + CUT + text.slice(head + CUT.length - columns);
}

function sidesOf({ argv, is, mine, theirs }: Conflict): [yours: string, others: string] {
  const isPutBack = is === 'removed' && mine !== undefined && same(mine, argv);
  const yours = mine === undefined ? 'removed' : isPutBack ? 'put back' : commandLine(mine);
  const others = { claimed: 'taken by a worker', removed: 'removed', changed: commandLine(theirs ?? []) };
  return [yours, theirs === undefined && is === 'changed' ? 'removed' : others[is]];
}

function outcomesOf({ is, mine, theirs }: Conflict): [mine: string, theirs: string] {
  const ours = mine === undefined ? 'it is removed' : commandLine(mine);
  if (is === 'claimed') return [`${ours}; what runs goes on`, 'it stays, marked'];
  return [ours, theirs === undefined ? 'it is removed' : commandLine(theirs)];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
