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
    ...conflicts.slice(0, MOST_SHOWN).flatMap(linesOf),
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
    terminal.tell(linesOf(conflict));
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

/** One line for each side. */
export function linesOf(conflict: Conflict): string[] {
  const { argv, is, mine, theirs } = conflict;
  const yours =
    mine === undefined
      ? 'you removed it'
      : is === 'removed' && same(mine, argv)
        ? 'you put it back'
        : `you made it ${commandLine(mine)}`;
  const others = {
    claimed: 'a worker has taken it meanwhile',
    removed: 'somebody removed it meanwhile',
    changed: `somebody made it ${commandLine(theirs ?? [])} meanwhile`,
  }[is];
  return [`  ${commandLine(argv)}`, `    ${yours}; ${others}`];
}

function outcomesOf({ is, mine, theirs }: Conflict): [mine: string, theirs: string] {
  const ours = mine === undefined ? 'it is removed' : commandLine(mine);
  if (is === 'claimed') return [`${ours}; what runs goes on`, 'it stays, marked'];
  return [ours, theirs === undefined ? 'it is removed' : commandLine(theirs)];
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
