import { spread, type NewRows } from './lhs-maximin.js';
import { DesignProblem, type Points } from './points.js';
import { Random } from './random.js';

/** Steps of a random place within a stratum: fine, and coarse enough that no rounding moves a point into another. */
const PLACES = 2 ** 24;
/** Places in memory for all coordinates together: 400 MB. */
const MAX_COORDINATES = 50_000_000;

/**
 * A Latin hypercube (McKay, Beckman, Conover 1979) of `runs[0]` points: each dimension is cut into as many strata, and
 * each stratum holds one point; `plain` anywhere in it, `centred` in its middle, `maximin` in its middle and with the
 * closest points as far apart as a short search can make it (Johnson, Moore, Ylvisaker 1990).
 *
 * Each further number augments the design by so many points (Stein 1987) and leaves those before as they are: the
 * dimensions are cut anew into strata for all points, and the new ones go into those that are empty. When the points
 * before were a Latin hypercube, and all together are a multiple of them, the whole is one again.
 *
 * Throws `DesignProblem` for an unknown variant, for numbers of runs that are not 1, 2, ..., and for too large a table.
 */
export function lhs(
  dimensions: number,
  runs: readonly number[],
  variant: 'plain' | 'centred' | 'maximin',
  seed: number,
): Points {
  check(dimensions, runs, variant);
  const count = sum(runs);
  const table = new Float64Array(count * dimensions);
  let placed = 0;
  for (const [growth, added] of runs.entries()) {
    const block = { table, dimensions, from: placed, to: placed + added };
    for (let d = 0; d < dimensions; d++) place(block, d, variant, new Random(seed, 'lhs', growth, d));
    if (variant === 'maximin') spread(block, new Random(seed, 'lhs', growth, 'maximin'));
    placed += added;
  }
  return {
    coordinates: 'unit',
    count,
    fill(row, point) {
      for (let d = 0; d < dimensions; d++) point[d] = table[row * dimensions + d] as number;
    },
  };
}

/** Puts the new rows' coordinates of one dimension into empty strata of it, in a random order. */
function place({ table, dimensions, from, to }: NewRows, d: number, variant: string, random: Random): void {
  const strata = random.shuffle(evenly(emptyStrata({ table, dimensions, from, to }, d), to - from, random));
  for (let row = from; row < to; row++) {
    const within = variant === 'plain' ? (random.below(PLACES) + 0.5) / PLACES : 0.5;
    table[row * dimensions + d] = ((strata[row - from] as number) + within) / to;
  }
}

/** Of the strata for all rows, those that no earlier row lies in; at least as many as there are new rows. */
function emptyStrata({ table, dimensions, from, to }: NewRows, d: number): Uint32Array {
  const taken = new Uint8Array(to);
  for (let row = 0; row < from; row++) taken[Math.floor((table[row * dimensions + d] as number) * to)] = 1;
  const empty = new Uint32Array(to);
  let found = 0;
  for (let stratum = 0; stratum < to; stratum++) if (taken[stratum] === 0) empty[found++] = stratum;
  return empty.subarray(0, found);
}

/** `count` of the items at even distances, each as likely. */
function evenly(items: Uint32Array, count: number, random: Random): Uint32Array {
  const start = random.below(items.length);
  return Uint32Array.from(
    { length: count },
    (_, i) => items[Math.floor((i * items.length + start) / count)] as number,
  );
}

function check(dimensions: number, runs: readonly number[], variant: string): void {
  if (!['plain', 'centred', 'maximin'].includes(variant)) {
    throw new DesignProblem(
      `There is no Latin hypercube called ${variant}.`,
      'Use lhs, lhs:centred or lhs:maximin.',
    );
  }
  const wrong = runs.find((number) => !Number.isSafeInteger(number) || number < 1);
  if (runs.length === 0 || wrong !== undefined) {
    throw new DesignProblem(
      wrong === undefined
        ? 'A Latin hypercube needs to know how many runs to make.'
        : `A Latin hypercube cannot have ${wrong} runs.`,
      'Say a whole number from 1, such as --runs 20.',
    );
  }
  if (sum(runs) * Math.max(dimensions, 1) > MAX_COORDINATES) {
    throw new DesignProblem(
      `A Latin hypercube of ${sum(runs)} runs with ${dimensions} factors does not fit into memory.`,
      'Use fewer runs, or --design sobol, which makes each point when it is asked for.',
    );
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
