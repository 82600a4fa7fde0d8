import { listedWords, oddWords } from './fractional-tables.js';
import { addColumn, baseDistances, isOdd, resolutionOf } from './fractional-words.js';

/** A two-level fraction: the first `base` factors are free, each further one is the product that its word says. */
export interface Fraction {
  readonly base: number;
  readonly words: readonly number[];
  /** Whether it is certain that no fraction with fewer runs has the resolution. */
  readonly smallest: boolean;
}

/** Steps of one search, so that it ends within a fraction of a second. */
const STEPS = 2 ** 25;

/**
 * The most factors with so many base factors, by resolution: a fraction is a linear code, and these are the lengths
 * of the longest (Brouwer and Verhoeff, An updated table of minimum-distance bounds for binary linear codes, 1993).
 */
const LONGEST: Readonly<Record<number, readonly number[]>> = {
  5: [0, 1, 2, 3, 5, 6, 8, 11, 17, 23, 33],
  7: [0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 15, 23, 24],
};

/**
 * The fraction with the fewest runs that has at least this resolution, or the full factorial; undefined where none
 * with at most `mostBase` base factors was found.
 */
export function smallestFraction(factors: number, resolution: number, mostBase: number): Fraction | undefined {
  let smallest = true;
  for (let base = lowestBase(factors, resolution); base < factors && base <= mostBase; base++) {
    const words = wordsFor(base, factors, resolution);
    if (typeof words !== 'string') return { base, words, smallest };
    smallest &&= words === 'none';
  }
  return factors <= mostBase ? { base: factors, words: [], smallest } : undefined;
}

/** With fewer base factors, no fraction has the resolution. */
function lowestBase(factors: number, resolution: number): number {
  // One factor and one base factor less make one less of an even resolution.
  if (resolution % 2 === 0) return 1 + lowestBase(factors - 1, resolution - 1);
  if (factors < resolution) return factors;
  const longest = LONGEST[resolution] ?? [];
  const listed = longest.findIndex((most) => factors <= most);
  if (listed >= 0) return listed;
  return Math.max(longest.length, spherePackingBound(factors, (resolution - 1) / 2));
}

/** All products of up to `length` factors are different words (Hamming's bound). */
function spherePackingBound(factors: number, length: number): number {
  let products = 1;
  let ofLength = 1;
  for (let l = 1; l <= length; l++) {
    ofLength = (ofLength * (factors - l + 1)) / l;
    products += ofLength;
  }
  let base = 0;
  while (2 ** base < products) base++;
  return base;
}

/** The words, or whether it is certain that there are none. */
type Found = readonly number[] | 'none' | 'unknown';

function wordsFor(base: number, factors: number, resolution: number): Found {
  const listed = listedFor(base, factors, resolution);
  if (listed) return listed;
  if (resolution <= 4) return oddWords(base, factors);
  if (resolution % 2 === 0) return extended(base, factors, resolution);
  const found = search(base, factors, resolution);
  if (found === 'none' || found === 'unknown' || lowestBase(factors, resolution + 1) > base) return found;
  // The next resolution often comes with the same number of runs.
  const better = extended(base, factors, resolution + 1);
  return typeof better === 'string' ? found : better;
}

function listedFor(base: number, factors: number, resolution: number): readonly number[] | undefined {
  const words = listedWords(base, factors);
  return words && resolutionOf(base, words) >= resolution ? words : undefined;
}

/** A design of an even resolution, from one of the odd below: one more base factor in all words of even length. */
function extended(base: number, factors: number, resolution: number): Found {
  const words =
    listedFor(base - 1, factors - 1, resolution - 1) ?? search(base - 1, factors - 1, resolution - 1);
  const added = 2 ** (base - 1);
  return typeof words === 'string' ? words : words.map((word) => (isOdd(word) ? word : word | added));
}

/** The words in ascending order, each the first that keeps the resolution, going back where there is none. */
function search(base: number, factors: number, resolution: number): Found {
  const wanted = factors - base;
  const size = 2 ** base;
  let steps = 0;
  if (wanted * size > STEPS) return 'unknown';
  const distances = [baseDistances(base)];
  const words: number[] = [];
  const extend = (from: number): boolean => {
    if (words.length === wanted) return true;
    const now = distances[words.length] as Uint8Array;
    const next = (distances[words.length + 1] ??= new Uint8Array(size));
    for (let word = from; word < size && steps <= STEPS; word++) {
      if ((now[word] as number) < resolution - 1) continue;
      addColumn(now, word, next);
      steps += size;
      words.push(word);
      if (extend(word + 1)) return true;
      words.pop();
    }
    return false;
  };
  if (extend(0)) return words;
  return steps <= STEPS ? 'none' : 'unknown';
}
