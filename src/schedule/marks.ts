import { entryAt, EntryReader } from './entries.js';
import type { Splice } from './splice.js';
import type { ScheduleText } from './text.js';

const MARK = Buffer.from('"executed",');
const SPACE = Buffer.from(' ');

/** Entries to give the mark and entries to take it from, by index. */
export interface MarkEdit {
  readonly mark: readonly number[];
  readonly unmark: readonly number[];
}

/**
 * Puts marks in and takes them out. Marking a marked entry or unmarking a pending one changes nothing, and unmarking
 * what was marked here gives the old bytes back.
 */
export function markSplices(text: ScheduleText, { mark, unmark }: MarkEdit): Splice[] {
  const splices: Splice[] = [];
  const chosen = new Set(mark);
  for (const i of chosen) if (!isMarked(text, i)) splices.push(insertion(text, i));
  for (const i of new Set(unmark)) {
    if (chosen.has(i)) throw new Error(`entry ${i} is both to be marked and to be unmarked`);
    if (isMarked(text, i)) splices.push(deletion(text, i));
  }
  return splices;
}

function isMarked(text: ScheduleText, i: number): boolean {
  const marked = text.marked[i];
  if (marked === undefined) throw new RangeError(`no entry ${i} among ${text.count}`);
  return marked === 1;
}

function insertion(text: ScheduleText, i: number): Splice {
  const { body } = entryAt(text, i);
  return { from: body, to: body, put: [MARK, ownSeparator(text.bytes, (text.starts[i] as number) + 1, body)] };
}

/** The white space that the entry's owner puts in front of arguments. */
function ownSeparator(bytes: Buffer, afterBracket: number, body: number): Buffer {
  if (afterBracket < body) return bytes.subarray(afterBracket, body);
  const reader = new EntryReader(bytes, body);
  reader.nextArgument();
  if (reader.next() !== 0x2c) return SPACE;
  const afterComma = ++reader.at;
  reader.next();
  return bytes.subarray(afterComma, reader.at);
}

/** From the first mark up to the first argument, so that what stood before the mark stands before the argument. */
function deletion(text: ScheduleText, i: number): Splice {
  const reader = new EntryReader(text.bytes, (text.starts[i] as number) + 1);
  reader.next();
  return { from: reader.at, to: entryAt(text, i).body, put: [] };
}
