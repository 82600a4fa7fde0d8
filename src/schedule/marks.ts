import { entryAt, EntryReader } from './entries.js';
import type { ScheduleText } from './text.js';

const MARK = Buffer.from('"executed",');
const SPACE = Buffer.from(' ');

/** Entries to give the mark and entries to take it from, by index. */
export interface MarkEdit {
  readonly mark: readonly number[];
  readonly unmark: readonly number[];
}

/** Delete the bytes [from, to) and put the mark and `separator` there instead, or nothing. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly separator?: Buffer;
}

/**
 * The text's bytes with marks put in and taken out; every other byte stays. Marking a marked entry or unmarking a
 * pending one changes nothing, and unmarking what was marked here gives the old bytes back.
 */
export function editMarks(text: ScheduleText, { mark, unmark }: MarkEdit): Buffer {
  if (text.loose.length > 0)
    throw new Error('marks can be edited in strict JSON only; make the text strict first');
  const edits: Edit[] = [];
  const chosen = new Set(mark);
  for (const i of chosen) if (!isMarked(text, i)) edits.push(insertion(text, i));
  for (const i of new Set(unmark)) {
    if (chosen.has(i)) throw new Error(`entry ${i} is both to be marked and to be unmarked`);
    if (isMarked(text, i)) edits.push(deletion(text, i));
  }
  edits.sort((a, b) => a.from - b.from);
  return applied(text.bytes, edits);
}

function isMarked(text: ScheduleText, i: number): boolean {
  const marked = text.marked[i];
  if (marked === undefined) throw new RangeError(`no entry ${i} among ${text.count}`);
  return marked === 1;
}

function insertion(text: ScheduleText, i: number): Edit {
  const { body } = entryAt(text, i);
  return { from: body, to: body, separator: ownSeparator(text.bytes, (text.starts[i] as number) + 1, body) };
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
function deletion(text: ScheduleText, i: number): Edit {
  const reader = new EntryReader(text.bytes, (text.starts[i] as number) + 1);
  reader.next();
  return { from: reader.at, to: entryAt(text, i).body };
}

function applied(bytes: Buffer, edits: readonly Edit[]): Buffer {
  let length = bytes.length;
  for (const { from, to, separator } of edits) {
    length += separator === undefined ? from - to : MARK.length + separator.length;
  }
  const result = Buffer.allocUnsafe(length);
  let source = 0;
  let target = 0;
  for (const { from, to, separator } of edits) {
    target += bytes.copy(result, target, source, from);
    if (separator !== undefined) {
      target += MARK.copy(result, target);
      target += separator.copy(result, target);
    }
    source = to;
  }
  bytes.copy(result, target, source);
  return result;
}
