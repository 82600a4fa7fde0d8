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
  // As after a peer's marks: such texts are known to have the same entries.
  const different = [...new Map(texts.map((text) => [text.group, text])).values()];
  if (different.length === 1) {
    const [{ group, groupCount }] = different as [ScheduleText];
    return { of: texts.map(() => group), size: groupCount.length };
  }
  const bytes = Buffer.concat(different.map((text) => text.bytes));
  const groups = new Groups(bytes);
  const numbers = new Map<Uint32Array, Uint32Array>();
  let shift = 0;
  for (const text of different) {
    numbers.set(text.group, numbersIn(text, shift, bytes, groups));
    shift += text.bytes.length;
  }
  return { of: texts.map(({ group }) => numbers.get(group) as Uint32Array), size: groups.size };
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
