import { DesignProblem, type Points } from './points.js';
import { Random } from './random.js';

const MAX_DIMENSIONS = 1000;
/** So many rows that their digits, and products of these with a base, are whole numbers below 2^53. */
const COUNT = 2 ** 32;

/**
 * Halton points (Halton 1960): coordinate d of point n is n with its digits to the base of the d-th prime mirrored at
 * the point. Unscrambled, the first point is 0 in every dimension. Scrambled, each digit of each dimension goes through
 * a random permutation of its own, including the endless zeros behind (Owen 2017, A randomized Halton algorithm in R).
 * Throws `DesignProblem` beyond 1,000 dimensions.
 */
export function halton(
  dimensions: number,
  { seed, scramble }: { readonly seed: number; readonly scramble: boolean },
): Points {
  if (dimensions > MAX_DIMENSIONS) throw tooMany(dimensions);
  const coordinates = firstPrimes(dimensions).map((base, dimension) =>
    scramble ? scrambledInverse(base, new Random(seed, 'halton', dimension)) : radicalInverse(base),
  );
  return {
    coordinates: 'unit',
    count: COUNT,
    fill(row, point) {
      for (let d = 0; d < dimensions; d++) point[d] = (coordinates[d] as Coordinate)(row);
    },
  };
}

type Coordinate = (row: number) => number;

function radicalInverse(base: number): Coordinate {
  return (row) => {
    let mirrored = 0;
    let scale = 1;
    for (let rest = row; rest > 0; rest = Math.floor(rest / base)) {
      mirrored = mirrored * base + (rest % base);
      scale *= base;
    }
    return mirrored / scale;
  };
}

function scrambledInverse(base: number, random: Random): Coordinate {
  // As many digits as leave room in 53 bits for the half that puts the point into the middle of its last digit.
  const scales: number[] = [];
  for (let scale = base; scale <= 2 ** 52; scale *= base) scales.push(scale);
  const scale = scales.at(-1) as number;
  const permutations = scales.map(() =>
    random.shuffle(Uint32Array.from({ length: base }, (_, digit) => digit)),
  );
  return (row) => {
    let mirrored = 0;
    let rest = row;
    for (const permutation of permutations) {
      mirrored = mirrored * base + (permutation[rest % base] as number);
      rest = Math.floor(rest / base);
    }
    return (mirrored + 0.5) / scale;
  };
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) {
    if (isPrime(candidate, primes)) primes.push(candidate);
  }
  return primes;
}

/** `smaller`: all primes below, ascending. */
function isPrime(candidate: number, smaller: readonly number[]): boolean {
  for (const prime of smaller) {
    if (prime * prime > candidate) return true;
    if (candidate % prime === 0) return false;
  }
  return true;
}

function tooMany(dimensions: number): DesignProblem {
  return new DesignProblem(
    `A Halton design has at most ${MAX_DIMENSIONS} factors, not ${dimensions}.`,
    'Use --design lhs, which takes any number of factors.',
  );
}
