import { argvOf, slotHash } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';

export interface Wanted {
  readonly hash: string;
  /** Where it was last seen. */
  readonly entry?: number | undefined;
}

/**
 * The index of one entry, marked or pending, for each of `wanted`; undefined where the file has none left. Equal
 * entries are interchangeable, and each index is given out once.
 */
export function locate(text: ScheduleText, wanted: readonly Wanted[], marked: boolean): (number | undefined)[] {
  const flag = marked ? 1 : 0;
  const used = new Set<number>();
  const found = wanted.map(({ hash, entry }) => {
    if (entry === undefined || text.marked[entry] !== flag || used.has(entry)) return undefined;
    if (slotHash(argvOf(text, entry)) !== hash) return undefined;
    used.add(entry);
    return entry;
  });
  const missing = found.flatMap((entry, i) => (entry === undefined ? [i] : []));
  if (missing.length > 0) search(text, wanted, missing, flag, used, found);
  return found;
}

/** These entries without one for each of `wanted`. */
export function leaveOut(
  text: ScheduleText,
  entries: readonly number[],
  wanted: readonly Wanted[],
): readonly number[] {
  const left = new Map<string, number>();
  for (const { hash } of wanted) left.set(hash, (left.get(hash) ?? 0) + 1);
  if (left.size === 0) return entries;
  return entries.filter((entry) => {
    const hash = slotHash(argvOf(text, entry));
    const count = left.get(hash) ?? 0;
    left.set(hash, count - 1);
    return count <= 0;
  });
}

/** They moved: one pass over the file, hashing each group once. */
function search(
  text: ScheduleText,
  wanted: readonly Wanted[],
  missing: readonly number[],
  flag: number,
  used: ReadonlySet<number>,
  found: (number | undefined)[],
): void {
  const waiting = new Map<string, number[]>();
  for (const i of missing) {
    const hash = wanted[i]?.hash ?? '';
    waiting.set(hash, [...(waiting.get(hash) ?? []), i]);
  }
  const hashes = new Map<number, string>();
  for (let entry = 0; entry < text.count && waiting.size > 0; entry++) {
    if (text.marked[entry] !== flag || used.has(entry)) continue;
    const group = text.group[entry] ?? 0;
    let hash = hashes.get(group);
    if (hash === undefined) hashes.set(group, (hash = slotHash(argvOf(text, entry))));
    const queue = waiting.get(hash);
    const i = queue?.shift();
    if (i !== undefined) found[i] = entry;
    if (queue?.length === 0) waiting.delete(hash);
  }
}
