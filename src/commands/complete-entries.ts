import type { Peek } from '../ports/fs-peek.js';
import { fit } from '../ports/screen-text.js';
import { firstEntries, type FirstEntry } from '../schedule/first-entries.js';
import { commandLine } from '../schedule/slots.js';

/** Something to choose, and what it is. */
export interface Choice {
  readonly text: string;
  readonly about: string;
}

/** Nobody looks through more, and a schedule of a million answers as fast as one of ten. */
const MOST = 1000;
const HEAD = 4 << 20;
const ABOUT = 100;

/** The numbers of entries that go on from `word`. */
export async function entriesFrom(word: string, schedule: string, peek: Peek): Promise<Choice[]> {
  const entries = await readFirst(schedule, peek);
  return entries.map((entry, i) => choice(String(i), entry)).filter(({ text }) => text.startsWith(word));
}

/** The same for the last number of a selection such as `1,4,7-9`, without what it has already. */
export async function selectionsFrom(word: string, schedule: string, peek: Peek): Promise<Choice[]> {
  const [, before = '', from] = /^((?:[^,]*,)*)(\d+-)?/.exec(word) ?? [];
  const start = before + (from ?? '');
  const rest = word.slice(start.length);
  const taken = new Set(before.split(','));
  const first = from === undefined ? 0 : Number.parseInt(from) + 1;
  const entries = await readFirst(schedule, peek);
  const numbers = entries
    .map((entry, i) => choice(String(i), entry))
    .slice(first)
    .filter(({ text }) => text.startsWith(rest) && !taken.has(text));
  const names = start === '' && entries.length > 0 ? NAMES.filter(({ text }) => text.startsWith(rest)) : [];
  return [...names, ...numbers.map(({ text, about }) => ({ text: start + text, about }))];
}

const NAMES: readonly Choice[] = [
  { text: 'all', about: 'every entry' },
  { text: 'last', about: 'the last entry' },
];

async function readFirst(schedule: string, peek: Peek): Promise<readonly FirstEntry[]> {
  const head = await peek.head(schedule, HEAD);
  return (head && firstEntries(head, MOST, head.length < HEAD)) ?? [];
}

function choice(text: string, { argv, marked }: FirstEntry): Choice {
  return { text, about: fit(`${marked ? 'executed' : 'pending'}: ${commandLine(argv)}`, ABOUT) };
}
