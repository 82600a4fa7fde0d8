import { EntryReader } from './entries.js';
import { textStart } from './encoding.js';
import { argvAt } from './slots.js';
import { NotASchedule } from './text.js';

export interface FirstEntry {
  readonly argv: readonly string[];
  readonly marked: boolean;
}

/**
 * The first entries, at most so many, of a schedule of which only the beginning was read; undefined when it is none.
 * `isWhole`: these are all its bytes.
 */
export function firstEntries(head: Buffer, most: number, isWhole: boolean): FirstEntry[] | undefined {
  const found: FirstEntry[] = [];
  const reader = new EntryReader(head, textStart(head));
  try {
    while (found.length < most && reader.seekEntry()) {
      const start = reader.at;
      reader.readEntry();
      found.push({ argv: argvAt(head, start), marked: reader.marked });
    }
    return found;
  } catch (error) {
    if (!(error instanceof NotASchedule)) throw error;
    // It ends where the reading did; a long first entry is one all the same.
    const isCut = !isWhole && /^\s*\[\s*\[/.test(head.toString('latin1', textStart(head)));
    return isCut || found.length > 0 ? found : undefined;
  }
}
