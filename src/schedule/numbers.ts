import { EntryReader } from './entries.js';
import { Groups } from './groups.js';
import type { ScheduleText } from './text.js';

/** Entries of several texts, numbered so that equal argvs share a number in all of them. */
export interface Numbers {
  /** For each text, the number of each of its entries. */
  readonly of: readonly Uint32Array[];
  /** How many numbers there are. */
  readonly size: number;
}

export function numbersOf(texts: readonly ScheduleText[]): Numbers {
  const [first] = texts;
  // As after a peer's marks: the entries are known to be the same.
  if (first && texts.every(({ group }) => group === first.group))
    return { of: texts.map(({ group }) => group), size: first.groupCount.length };
  const bytes = Buffer.concat(texts.map((text) => text.bytes));
  const groups = new Groups(bytes);
  let shift = 0;
  const of = texts.map((text) => {
    const numbers = numbersIn(text, shift, bytes, groups);
    shift += text.bytes.length;
    return numbers;
  });
  return { of, size: groups.size };
}

/** `shift`: where the text begins in `bytes`. */
function numbersIn(text: ScheduleText, shift: number, bytes: Buffer, groups: Groups): Uint32Array {
  const reader = new EntryReader(bytes, shift);
  const known = new Int32Array(text.groupCount.length).fill(-1);
  const numbers = new Uint32Array(text.count);
  for (let entry = 0; entry < text.count; entry++) {
    const group = text.group[entry] as number;
    if (known[group] === -1) {
      reader.at = shift + (text.starts[entry] as number);
      reader.readEntry();
      known[group] = groups.add(reader.hash, reader.body, reader.at, false);
    }
    numbers[entry] = known[group] as number;
  }
  return numbers;
}
