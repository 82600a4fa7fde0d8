import { checkEncoding, textStart } from './encoding.js';
import { EntryReader } from './entries.js';
import { expected, Groups, widened } from './groups.js';
import type { ScheduleText } from './text.js';

/**
 * Reads a schedule: checks every byte of it and notes where its entries are, which are marked and which are equal.
 * Strict as JSON (RFC 8259), but a byte order mark is kept, and comments and trailing commas are noted in `loose`.
 * Throws NotASchedule.
 */
export function scan(bytes: Buffer): ScheduleText {
  checkEncoding(bytes);
  const reader = new EntryReader(bytes, textStart(bytes));
  const groups = new Groups(bytes);
  let room = 256;
  let starts = new Uint32Array(room);
  let ends = new Uint32Array(room);
  let group = new Uint32Array(room);
  let marked = new Uint8Array(room);
  let count = 0;
  let markedCount = 0;
  while (reader.seekEntry()) {
    if (count === room) {
      room = expected(count, reader.at, bytes.length);
      starts = widened(starts, room);
      ends = widened(ends, room);
      group = widened(group, room);
      const wider = new Uint8Array(room);
      wider.set(marked);
      marked = wider;
    }
    starts[count] = reader.at;
    reader.readEntry();
    ends[count] = reader.at;
    if (reader.marked) {
      marked[count] = 1;
      markedCount++;
    }
    group[count] = groups.add(reader.hash, reader.body, reader.at, reader.marked);
    count++;
  }
  return {
    bytes,
    count,
    pending: count - markedCount,
    starts: starts.slice(0, count),
    ends: ends.slice(0, count),
    marked: marked.slice(0, count),
    group: group.slice(0, count),
    groupCount: groups.entries.slice(0, groups.size),
    groupMarked: groups.marked.slice(0, groups.size),
    loose: inOrder(reader.loose),
  };
}

/** Spans sorted by offset: a trailing comma is noted after the comments behind it. */
export function inOrder(spans: readonly (readonly [from: number, to: number])[]): ScheduleText['loose'] {
  return spans.toSorted((a, b) => a[0] - b[0]);
}
