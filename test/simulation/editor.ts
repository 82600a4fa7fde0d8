import type { Random } from '../support/random.js';
import type { Judge } from './judge.js';

type Change = (entries: string[][], at: number, random: Random) => void;

const CHANGES: readonly Change[] = [
  (entries, at) => {
    if (entries[at]?.[0] === 'executed') entries[at].shift();
  },
  (entries, at, random) => void entries.splice(at, 0, [random.pick(['x', 'y', 'z']) ?? 'x']),
  (entries, at) => void entries.splice(at, 1),
  (entries, at) => void entries.push(...entries.splice(at, 1)),
];

/** A person saves, in place where a rewrite is under way: a change to what the file says now, or a copy that was opened long ago. */
export async function saveSomething(
  judge: Judge,
  random: Random,
  { isLate, old: share }: { readonly isLate: boolean; readonly old: number },
): Promise<string> {
  const inPlace = isLate || random.next() < 0.5;
  const old = random.next() < share ? random.pick(judge.opened) : undefined;
  const opened = old ?? (await judge.open());
  const entries = JSON.parse(opened.text) as string[][];
  const how = { openedAt: opened.at, isOld: opened === old, inPlace, isLate };
  if (opened === old && random.next() < 0.5) return judge.save(entries, how);
  const change = random.pick(CHANGES) as Change;
  change(entries, Math.floor(random.next() * Math.max(1, entries.length)), random);
  return judge.save(entries, how);
}
