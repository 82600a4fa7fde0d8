import { SlotHasher, type Hashable } from './slot-hasher.js';
import type { ScheduleText } from './text.js';

/** What it takes to hash all entries; structured cloning may have made a plain array of the bytes. */
export interface Groups extends Omit<Hashable, 'bytes'>, Pick<ScheduleText, 'group' | 'groupCount'> {
  readonly bytes: Uint8Array;
}

/** The slot hash of each group: 32, 32 and 16 bits. */
export interface GroupHashes {
  readonly high: Int32Array<ArrayBuffer>;
  readonly middle: Int32Array<ArrayBuffer>;
  readonly low: Int32Array<ArrayBuffer>;
}

export function hashGroups({ bytes, starts, ends, group, groupCount }: Groups): GroupHashes {
  const text = { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), starts, ends };
  const hasher = new SlotHasher();
  const high = new Int32Array(groupCount.length);
  const middle = new Int32Array(groupCount.length);
  const low = new Int32Array(groupCount.length);
  // Groups are numbered by their first entries.
  for (let entry = 0, next = 0; next < groupCount.length; entry++) {
    if (group[entry] !== next) continue;
    hasher.hash(text, entry);
    high[next] = hasher.high;
    middle[next] = hasher.middle;
    low[next++] = hasher.low;
  }
  return { high, middle, low };
}
