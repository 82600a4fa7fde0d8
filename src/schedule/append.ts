import { textStart } from './encoding.js';
import { EntryReader } from './entries.js';
import { piecesOf, type Splice } from './splice.js';
import type { ScheduleText } from './text.js';

/** What stands before the first line, between two, and behind the last. */
interface Around {
  readonly before: string;
  readonly between: string;
  readonly after?: string;
}

/** Puts entries, each the JSON of its list in one line, behind the last one, in the style of the file's owner. */
export function additionOf(text: ScheduleText, lines: readonly string[]): Splice {
  if (text.count === 0) return firstEntries(text.bytes, lines);
  const separator = ownSeparator(text);
  return insertion(text.ends[text.count - 1] as number, lines, { before: separator, between: separator });
}

/** What stands between the last two entries; where there is one alone, what stands before it tells. */
export function ownSeparator({ bytes, starts, ends, count }: ScheduleText): string {
  if (count > 1) return bytes.toString('latin1', ends[count - 2], starts[count - 1]);
  const before = bytes.toString('latin1', afterBracket(bytes), starts[0]);
  return before === '' ? ', ' : `,${before}`;
}

/** One entry a line. What stands between the brackets stays, and so does a `]` that has a line of its own. */
function firstEntries(bytes: Buffer, lines: readonly string[]): Splice {
  const open = afterBracket(bytes);
  const close = bytes.indexOf(']', open);
  const lineEnd = bytes.includes('\r\n') ? '\r\n' : '\n';
  const around = { before: `${lineEnd}  `, between: `,${lineEnd}  ` };
  if (bytes.subarray(open, close).includes('\n')) return insertion(open, lines, around);
  return insertion(close, lines, { ...around, after: lineEnd });
}

function insertion(at: number, lines: readonly string[], around: Around): Splice {
  return { from: at, to: at, put: [...piecesOf(parts(lines, around))] };
}

function* parts(lines: readonly string[], { before, between, after = '' }: Around): Generator<string> {
  for (const [i, line] of lines.entries()) yield (i === 0 ? before : between) + line;
  yield after;
}

function afterBracket(bytes: Buffer): number {
  const reader = new EntryReader(bytes, textStart(bytes));
  reader.next();
  return reader.at + 1;
}
