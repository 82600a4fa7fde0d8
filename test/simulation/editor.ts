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

/** A person saves, in place where a rewrite is under way: a change to what the file says now, or once more a copy that was opened long ago. */
export async function saveSomething(judge: Judge, random: Random, isLate: boolean): Promise<string> {
  const inPlace = isLate || random.next() < 0.5;
  const old = random.next() < 0.2 ? random.pick(judge.opened) : undefined;
  if (old !== undefined) return judge.save(JSON.parse(old) as string[][], { isOld: true, inPlace, isLate });
  const entries = await judge.open();
  const change = random.pick(CHANGES) as Change;
  change(entries, Math.floor(random.next() * Math.max(1, entries.length)), random);
  return judge.save(entries, { isOld: false, inPlace, isLate });
}
