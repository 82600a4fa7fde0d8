import { checkEncoding, textStart } from './encoding.js';
import { entryAt, EntryReader } from './entries.js';
import { sameArguments } from './groups.js';
import { inOrder, scan } from './scan.js';
import type { ScheduleText } from './text.js';

const CHUNK = 1 << 16;

/**
 * The same as `scan(bytes)`, but cheap when `bytes` differs from `previous.bytes` in one region only and the argvs in it
 * are the same, as after a peer's marks. Never changes `previous`; the result may share its `group` and `groupCount`.
 */
export function rescan(previous: ScheduleText, bytes: Buffer): ScheduleText {
  if (previous.loose.length > 0) return scan(bytes);
  checkEncoding(bytes);
  return rescanMarks(previous, bytes) ?? scan(bytes);
}

/** The result when the entries have the argvs they had before, or undefined. */
function rescanMarks(previous: ScheduleText, bytes: Buffer): ScheduleText | undefined {
  const delta = bytes.length - previous.bytes.length;
  const prefix = commonPrefix(previous.bytes, bytes);
  const suffix = commonSuffix(previous.bytes, bytes, Math.min(previous.bytes.length, bytes.length) - prefix);
  // Reading goes from left to right, so an entry that closes within the prefix is the same entry in both.
  const kept = firstAtLeast(previous.ends, prefix + 1);
  const tail = firstAtLeast(previous.starts, previous.bytes.length - suffix);
  const reader = readerBehind(previous, bytes, kept);
  const starts = previous.starts.slice();
  const ends = previous.ends.slice();
  const marked = previous.marked.slice();
  const groupMarked = previous.groupMarked.slice();
  let { pending } = previous;
  let i = kept;
  for (;;) {
    if (!reader.seekEntry()) {
      if (i !== previous.count) return undefined;
      break;
    }
    // A reader that wants an entry exactly where one began before the shared rest will read that rest as before.
    if (tail < previous.count && (starts[tail] as number) + delta === reader.at) {
      if (i !== tail) return undefined;
      shift(starts, tail, delta);
      shift(ends, tail, delta);
      break;
    }
    if (i >= tail) return undefined;
    starts[i] = reader.at;
    reader.readEntry();
    ends[i] = reader.at;
    if (!sameArguments(previous.bytes, entryAt(previous, i).body, bytes, reader.body, reader.at))
      return undefined;
    const change = Number(reader.marked) - (marked[i] as number);
    marked[i] = Number(reader.marked);
    pending -= change;
    const group = previous.group[i] as number;
    groupMarked[group] = (groupMarked[group] as number) + change;
    i++;
  }
  return { ...previous, bytes, pending, starts, ends, marked, groupMarked, loose: inOrder(reader.loose) };
}

function readerBehind(previous: ScheduleText, bytes: Buffer, kept: number): EntryReader {
  if (kept === 0) return new EntryReader(bytes, textStart(bytes));
  return EntryReader.behindEntry(bytes, previous.ends[kept - 1] as number);
}

function shift(offsets: Uint32Array, from: number, delta: number): void {
  if (delta === 0) return;
  for (let i = from; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + delta;
}

/** Index of the first of the ascending numbers that is at least `least`; their count when none is. */
function firstAtLeast(ascending: Uint32Array, least: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function commonPrefix(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most) {
    const size = Math.min(CHUNK, most - at);
    if (a.compare(b, at, at + size, at, at + size) !== 0) break;
    at += size;
  }
  while (at < most && a[at] === b[at]) at++;
  return at;
}

/** Length of the common end, at most `most`. */
function commonSuffix(a: Buffer, b: Buffer, most: number): number {
  let length = 0;
  while (length < most) {
    const size = Math.min(CHUNK, most - length);
    const aEnd = a.length - length;
    const bEnd = b.length - length;
    if (a.compare(b, bEnd - size, bEnd, aEnd - size, aEnd) !== 0) break;
    length += size;
  }
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}
