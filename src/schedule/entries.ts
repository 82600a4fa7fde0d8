import { endsEarly, nothingToRun, unexpected } from './problems.js';
import type { ScheduleText } from './text.js';
import { TokenReader } from './tokens.js';

export const MARK = Buffer.from('executed');

/** Whether [from, to) is the mark. */
export function isMarkIn(bytes: Buffer, from: number, to: number): boolean {
  if (to - from !== MARK.length) return false;
  for (let i = 0; i < MARK.length; i++) if (bytes[from + i] !== MARK[i]) return false;
  return true;
}

/**
 * Reads the list of entries one by one:
 * `while (reader.seekEntry()) reader.readEntry()` ends after the whole text was found legal.
 */
export class EntryReader extends TokenReader {
  /** The last entry: offset of its first argument behind the marks. */
  body = 0;
  /** The last entry: whether it has a mark. */
  marked = false;
  private place: 'before-list' | 'first' | 'later' | 'over' = 'before-list';

  /** A reader that stands behind an entry's `]` in a text that is legal so far. */
  static behindEntry(bytes: Buffer, at: number): EntryReader {
    const reader = new EntryReader(bytes, at);
    reader.place = 'later';
    return reader;
  }

  /** Moves to the next entry's `[`; false when there is none and the text ended as it should. */
  seekEntry(): boolean {
    if (this.place === 'before-list') this.openList();
    let byte = this.next();
    let comma = -1;
    if (this.place === 'later' && byte === 0x2c) {
      comma = this.at++;
      byte = this.next();
    } else if (this.place === 'later' && byte !== 0x5d) this.fail(byte, 'entry-separator');
    this.place = 'later';
    if (byte === 0x5b) return true;
    if (byte !== 0x5d) this.fail(byte, 'entry');
    if (comma >= 0) this.loose.push([comma, comma + 1]);
    this.closeList();
    return false;
  }

  /** Reads the entry that starts here; afterwards `at` is behind its `]` and `hash` is of its arguments. */
  readEntry(): void {
    const start = this.at++;
    let leading = true;
    let comma = -1;
    this.marked = false;
    this.forget();
    for (;;) {
      const first = this.next();
      if (first === 0x5d) break;
      const from = this.at;
      this.argument(first);
      if (leading) {
        if (this.isMark()) {
          this.marked = true;
          this.forget();
        } else {
          leading = false;
          this.body = from;
        }
      }
      comma = -1;
      const separator = this.next();
      if (separator === 0x5d) break;
      if (separator !== 0x2c) this.fail(separator, 'argument-separator');
      comma = this.at++;
    }
    if (leading) throw nothingToRun(start, this.marked);
    if (comma >= 0) this.loose.push([comma, comma + 1]);
    this.at++;
  }

  /** Reads the next argument of an entry, at whose `[` or behind whose argument this reader stands; false at its end. */
  nextArgument(): boolean {
    let byte = this.next();
    if (byte === 0x5b || byte === 0x2c) {
      this.at++;
      byte = this.next();
    }
    if (byte === 0x5d) return false;
    this.argument(byte);
    return true;
  }

  private argument(first: number): void {
    if (first < 0) this.fail(first, 'argument');
    this.scalar(first);
  }

  /** Whether the argument just read is a mark, given that no other came before it. */
  isMark(): boolean {
    return this.escaped ? this.text() === 'executed' : isMarkIn(this.bytes, this.from, this.to);
  }

  private openList(): void {
    const byte = this.next();
    if (byte !== 0x5b) this.fail(byte, 'schedule');
    this.at++;
    this.place = 'first';
  }

  private closeList(): void {
    this.at++;
    const byte = this.next();
    if (byte >= 0) this.fail(byte, 'nothing');
    this.place = 'over';
  }

  private fail(byte: number, wanted: Parameters<typeof unexpected>[2]): never {
    throw byte < 0 ? endsEarly(this.bytes, wanted) : unexpected(this.bytes, this.at, wanted);
  }
}

/** A reader that has just read entry `i` of a scanned text. */
export function entryAt(text: ScheduleText, i: number): EntryReader {
  const start = text.starts[i];
  if (start === undefined) throw new RangeError(`no entry ${i} among ${text.count}`);
  const reader = new EntryReader(text.bytes, start);
  reader.readEntry();
  return reader;
}
