import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lhs } from '../../src/doe/designs/lhs.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { rowsOf } from '../support/discrepancy.js';

const VARIANTS = ['plain', 'centred', 'maximin'] as const;
type Variant = (typeof VARIANTS)[number];

function made(dimensions: number, runs: number[], variant: Variant = 'plain', seed = 0): Float64Array[] {
  const points = lhs(dimensions, runs, variant, seed);
  return rowsOf(points, dimensions, points.count);
}

/** How many of `count` strata hold a point, in the dimension where these are fewest. */
function fewestStrata(rows: readonly Float64Array[], count: number): number {
  const hit = Array.from(
    { length: rows[0]!.length },
    (_, d) => new Set(rows.map((row) => Math.floor(row[d]! * count))),
  );
  return Math.min(...hit.map((strata) => strata.size));
}

/** Between the closest two points, squared. */
function smallestDistance(rows: readonly Float64Array[]): number {
  const distances = rows.flatMap((a, i) =>
    rows.slice(0, i).map((b) => a.reduce((sum, x, d) => sum + (x - b[d]!) ** 2, 0)),
  );
  return Math.min(...distances);
}

function expectGrown(variant: Variant, runs: number[], dimensions: number, seed: number): void {
  const rows = made(dimensions, runs, variant, seed);
  for (let grown = 1; grown < runs.length; grown++) {
    const before = made(dimensions, runs.slice(0, grown), variant, seed);
    expect(rows.slice(0, before.length)).toEqual(before);
    const count = before.length + runs[grown]!;
    for (let d = 0; d < dimensions; d++) {
      const strata = rows.slice(0, count).map((row) => Math.floor(row[d]! * count));
      const fresh = new Set(strata.slice(before.length));
      expect(fresh.size).toBe(runs[grown]);
      expect(strata.slice(0, before.length).some((stratum) => fresh.has(stratum))).toBe(false);
    }
  }
}

// Maximin searches, too long for many examples.
const quick = fc.constantFrom<Variant>('plain', 'centred');

describe('a Latin hypercube', () => {
  it('has one point in each stratum of each dimension, strictly between 0 and 1', () => {
    fc.assert(
      fc.property(
        quick,
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 12 }),
        fc.maxSafeNat(),
        (variant, runs, dimensions, seed) => {
          const rows = made(dimensions, [runs], variant, seed);
          expect(rows.length).toBe(runs);
          expect(fewestStrata(rows, runs)).toBe(runs);
          expect(rows.every((row) => row.every((x) => x > 0 && x < 1))).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each(['centred', 'maximin'] as const)('%s, has its points in the middle of their strata', (variant) => {
    for (const row of made(3, [40], variant)) {
      for (const x of row) expect(Math.abs(((x * 40) % 1) - 0.5)).toBeLessThan(1e-9);
    }
  });

  it('plain, has its points anywhere in their strata', () => {
    const tenths = new Uint32Array(10);
    for (const [x] of made(1, [10_000])) tenths[Math.floor(((x! * 10_000) % 1) * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(900));
  });

  it('pairs the dimensions independently: each order comes as often', () => {
    const orders = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const rows = made(2, [3], 'plain', seed).toSorted((a, b) => a[0]! - b[0]!);
      const order = rows.map((row) => Math.floor(row[1]! * 3)).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(833));
  });

  it('is the same for the same seed and another for another', () => {
    for (const variant of VARIANTS) {
      expect(made(3, [8, 4], variant, 5)).toEqual(made(3, [8, 4], variant, 5));
      expect(made(3, [8], variant, 5)).not.toEqual(made(3, [8], variant, 6));
    }
  });

  it('keeps its points when it grows, and puts the new ones into empty strata of the finer division', () => {
    fc.assert(
      fc.property(
        quick,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.maxSafeNat(),
        expectGrown,
      ),
      { numRuns: 100 },
    );
  });

  it('does so when it is maximin, too', () => expectGrown('maximin', [8, 5, 11], 2, 4));

  it.each(VARIANTS)('%s, is one again when it has grown to a multiple', (variant) => {
    for (const [first, ...more] of [
      variant === 'maximin' ? [8, 8] : [64, 64],
      variant === 'maximin' ? [5, 5] : [49, 49, 98],
      [2, 4, 12],
      [1, 1, 2, 4],
    ]) {
      const rows = made(3, [first!, ...more], variant);
      expect(fewestStrata(rows, rows.length)).toBe(rows.length);
    }
  });

  it('spreads the new points over all of the empty strata', () => {
    // 100 points leave 900 of 1,000 strata empty or more; 10 new ones in a row would leave most of the range out.
    const newcomers = made(1, [100, 10]).slice(100);
    expect(fewestStrata(newcomers, 5)).toBe(5);
  });

  it('can have 1,000,000 runs in 3 dimensions', () => {
    const points = lhs(3, [1_000_000], 'plain', 0);
    const seen = new Uint8Array(1_000_000);
    const point = new Float64Array(3);
    for (let row = 0; row < points.count; row++) {
      points.fill(row, point);
      seen[Math.floor(point[2]! * 1_000_000)] = 1;
    }
    expect(seen.every((stratum) => stratum === 1)).toBe(true);
  });

  it('has no factors, or one run', () => {
    expect(made(0, [3])).toEqual([0, 0, 0].map(() => new Float64Array(0)));
    for (const variant of ['centred', 'maximin'] as const) {
      expect(made(2, [1], variant)).toEqual([Float64Array.of(0.5, 0.5)]);
    }
  });

  it.each([
    [[], 'A Latin hypercube needs to know how many runs to make.'],
    [[0], 'A Latin hypercube cannot have 0 runs.'],
    [[10, -1], 'A Latin hypercube cannot have -1 runs.'],
    [[2.5], 'A Latin hypercube cannot have 2.5 runs.'],
    [[NaN], 'A Latin hypercube cannot have NaN runs.'],
    [[Infinity], 'A Latin hypercube cannot have Infinity runs.'],
    [[1e9], 'A Latin hypercube of 1000000000 runs with 2 factors does not fit into memory.'],
  ])('of %j runs is a problem', (runs, problem) => {
    expect(() => lhs(2, runs, 'plain', 0)).toThrow(problem);
    expect(() => lhs(2, runs, 'plain', 0)).toThrow(DesignProblem);
  });

  it('of an unknown variant is a problem', () => {
    expect(() => lhs(2, [4], 'orthogonal' as 'plain', 0)).toThrow(
      'There is no Latin hypercube called orthogonal.',
    );
  });
});

describe('a maximin Latin hypercube', () => {
  // The best squared distances in strata: van Dam, Husslage, den Hertog, Melissen 2007 (2-D); 5 and 7 by trying all.
  it.each([
    [5, 2, 5],
    [7, 2, 8],
    [10, 2, 10],
    [10, 3, 27],
  ])('of %i runs in %i dimensions comes close to the best there is', (runs, dimensions, best) => {
    const found = [0, 1, 2].map(
      (seed) => smallestDistance(made(dimensions, [runs], 'maximin', seed)) * runs ** 2,
    );
    for (const distance of found) {
      expect(distance).toBeGreaterThan(0.75 * best);
      expect(distance).toBeLessThan(best + 1e-9);
    }
  });

  it.each([
    [30, 2],
    [50, 5],
    [100, 10],
  ])(
    'of %i runs in %i dimensions has its closest points much further apart than a centred one',
    (runs, dimensions) => {
      const centred = [0, 1, 2, 3].map((seed) => smallestDistance(made(dimensions, [runs], 'centred', seed)));
      expect(smallestDistance(made(dimensions, [runs], 'maximin'))).toBeGreaterThan(
        1.5 ** 2 * Math.max(...centred),
      );
    },
  );

  it('keeps new points away from old ones when it grows', () => {
    const grown = (variant: Variant) => smallestDistance(made(4, [40, 20], variant));
    expect(grown('maximin')).toBeGreaterThan(1.5 ** 2 * grown('centred'));
  });
});
