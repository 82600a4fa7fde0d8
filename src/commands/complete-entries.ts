import type { Peek } from '../ports/fs-peek.js';
import { fit } from '../ports/screen-text.js';
import { firstEntries } from '../schedule/first-entries.js';
import { commandLine } from '../schedule/slots.js';
import type { Snapshot } from '../survey/types.js';

/** Something to choose, and what it is. */
export interface Choice {
  readonly text: string;
  readonly about: string;
}

/** Nobody looks through more, and a schedule of a million answers as fast as one of ten. */
const MOST = 1000;
/** Of a larger schedule only this is read, and the journals not at all. */
const HEAD = 4 << 20;
const ABOUT = 100;

const NAMES: readonly Choice[] = [
  { text: 'all', about: 'every entry' },
  { text: 'last', about: 'the last entry' },
];

/** Where entries are to be had; `look`, for what became of them. */
export interface EntrySource {
  readonly peek: Peek;
  readonly schedule: string;
  readonly look: () => Promise<Snapshot>;
}

/** The numbers of entries that go on from `word`. */
export async function entriesFrom(word: string, source: EntrySource): Promise<Choice[]> {
  return chosen(source, (entry) => String(entry).startsWith(word));
}

/** The same for the last number of a selection such as `1,4,7-9`, without what it has already. */
export async function selectionsFrom(word: string, source: EntrySource): Promise<Choice[]> {
  const [, before = '', from = ''] = /^((?:[^,]*,)*)(\d+-)?/.exec(word) ?? [];
  const start = before + from;
  const rest = word.slice(start.length);
  const taken = new Set(before.split(','));
  const first = from === '' ? 0 : Number.parseInt(from) + 1;
  const entries = await chosen(
    source,
    (entry) => entry >= first && String(entry).startsWith(rest) && !taken.has(String(entry)),
  );
  const names = start === '' ? NAMES.filter(({ text }) => text.startsWith(rest)) : [];
  return [...names, ...entries.map(({ text, about }) => ({ text: start + text, about }))];
}

async function chosen(
  { peek, schedule, look }: EntrySource,
  isMeant: (entry: number) => boolean,
): Promise<Choice[]> {
  const head = await peek.head(schedule, HEAD);
  if (!head) return [];
  const isWhole = head.length < HEAD;
  const snapshot = isWhole ? await look().catch(() => undefined) : undefined;
  return (firstEntries(head, MOST, isWhole) ?? []).flatMap(({ argv, marked }, entry) => {
    if (!isMeant(entry)) return [];
    const state =
      snapshot && entry < snapshot.text.count ? snapshot.stateOf(entry).is : marked ? 'marked' : 'pending';
    return [{ text: String(entry), about: fit(`${state}: ${commandLine(argv)}`, ABOUT) }];
  });
}
