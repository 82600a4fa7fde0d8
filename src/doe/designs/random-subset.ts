import { combinations, writeCombination } from './factorial.js';
import type { Points } from './points.js';
import { Random } from './random.js';

/**
 * The combinations of `counts[f]` levels in a random order, none twice. Rows are drawn when asked for and kept, so
 * that ten of 10^15 cost ten; which rows come first does not depend on how many are asked for.
 */
export function randomSubset(counts: readonly number[], seed: number, stream: string): Points {
  const count = combinations(counts);
  const random = new Random(seed, stream);
  const fill = count <= Number.MAX_SAFE_INTEGER ? byIndex(counts, count, random) : byLevel(counts, random);
  return { coordinates: 'index', count, fill };
}

/** Fisher and Yates's shuffle from the front, of which only the places that differ from their index are stored. */
function byIndex(counts: readonly number[], count: number, random: Random): Points['fill'] {
  const drawn: number[] = [];
  const displaced = new Map<number, number>();
  const draw = () => {
    const place = drawn.length;
    const chosen = place + random.below(count - place);
    const here = displaced.get(place) ?? place;
    drawn.push(displaced.get(chosen) ?? chosen);
    // What stood here moves to where the drawn one was; this place is never looked at again.
    displaced.set(chosen, here);
    displaced.delete(place);
  };
  return (row, point) => {
    while (drawn.length <= row) draw();
    writeCombination(counts, drawn[row] as number, point);
  };
}

/** For more combinations than there are whole numbers: level by level, and again if it was there before. */
function byLevel(counts: readonly number[], random: Random): Points['fill'] {
  const drawn: (readonly number[])[] = [];
  const seen = new Set<string>();
  const draw = () => {
    const levels = counts.map((count) => random.below(count));
    const key = levels.join();
    if (!seen.has(key)) drawn.push(levels);
    seen.add(key);
  };
  return (row, point) => {
    while (drawn.length <= row) draw();
    point.set(drawn[row] as readonly number[]);
  };
}
