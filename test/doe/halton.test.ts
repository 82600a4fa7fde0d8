import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halton } from '../../src/doe/designs/halton.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { rowsOf } from '../support/discrepancy.js';

interface Reference {
  readonly first: readonly number[][];
  readonly 'wide dimensions': readonly number[];
  readonly wide: readonly { readonly row: number; readonly point: number[] }[];
}
const FIXTURE = new URL('../../fixtures/doe/halton.json', import.meta.url);
const reference = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

const plain = (dimensions: number) => halton(dimensions, { seed: 0, scramble: false });
const scrambled = (dimensions: number, seed: number) => halton(dimensions, { seed, scramble: true });

function expectClose(found: ArrayLike<number>, expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((coordinate, d) => expect(Math.abs(found[d]! - coordinate)).toBeLessThan(1e-12));
}

/** Of two coordinates, about the middle of the unit interval. */
function correlation(rows: readonly Float64Array[], left: number, right: number): number {
  const moment = (a: number, b: number) =>
    rows.reduce((sum, row) => sum + (row[a]! - 0.5) * (row[b]! - 0.5), 0);
  return moment(left, right) / Math.sqrt(moment(left, left) * moment(right, right));
}

describe('Halton points', () => {
  it('are those of scipy to begin with', () => {
    const dimensions = reference.first[0]!.length;
    const rows = rowsOf(plain(dimensions), dimensions, reference.first.length);
    rows.forEach((row, i) => expectClose(row, reference.first[i]!));
  });

  it.each(reference.wide)('are those of scipy in 256 dimensions at row $row', ({ row, point: expected }) => {
    const [point] = rowsOf(plain(256), 256, row + 1, row);
    expectClose(
      reference['wide dimensions'].map((d) => point![d]!),
      expected,
    );
  });

  it.each([false, true])('lie one in each stratum of a power of their base (scrambled: %s)', (scramble) => {
    const bases = [2, 3, 5, 7, 11];
    const points = halton(bases.length, { seed: 8, scramble });
    bases.forEach((base, d) => {
      for (const count of [base, base ** 2, base ** 3]) {
        // Each aligned stretch, not only the first.
        const strata = rowsOf(points, bases.length, 3 * count, 2 * count).map((row) =>
          Math.floor(row[d]! * count + 1e-9),
        );
        expect(new Set(strata).size).toBe(count);
      }
    });
  });

  it('scrambled, depend on the seed alone and stay within the open interval', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2 ** 32 - 1),
        (seed, dimensions, row) => {
          const [point] = rowsOf(scrambled(dimensions, seed), dimensions, row + 1, row);
          const points = scrambled(60, seed);
          rowsOf(points, 60, 10);
          expect(rowsOf(points, 60, row + 1, row)[0]!.subarray(0, dimensions)).toEqual(point);
          expect(point!.every((coordinate) => coordinate > 0 && coordinate < 1)).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('scrambled by two seeds differ in each dimension', () => {
    const [one, other] = [1, 2].map((seed) => rowsOf(scrambled(256, seed), 256, 3)[2]!);
    one!.forEach((coordinate, d) => expect(coordinate).not.toBe(other![d]));
  });

  it('scrambled, scatter over the seeds evenly, in large bases too', () => {
    // Base 113: a first point whose later digits were not permuted would lie at the lower end of a 113th.
    const tenths = new Uint32Array(10);
    const within = new Uint32Array(10);
    for (let seed = 0; seed < 500; seed++) {
      const coordinate = rowsOf(scrambled(30, seed), 30, 1)[0]![29]!;
      tenths[Math.floor(coordinate * 10)]!++;
      within[Math.floor(((coordinate * 113) % 1) * 10)]!++;
    }
    for (const count of [...tenths, ...within]) expect(Math.abs(count - 50)).toBeLessThan(4 * Math.sqrt(45));
  });

  it('scrambled, are never 0: they lie in the middle of their last digit', () => {
    for (const [x, y] of rowsOf(scrambled(2, 3), 2, 100)) {
      expect((x! * 2 ** 52) % 1).toBe(0.5);
      expect(y! * 3 ** 32).not.toBe(Math.round(y! * 3 ** 32));
    }
  });

  it('do not move together in dimensions with large bases once scrambled', () => {
    // Unscrambled, the first 100 points of the 29th and 30th dimension lie nearly on a line.
    expect(correlation(rowsOf(plain(30), 30, 100), 28, 29)).toBeGreaterThan(0.9);
    expect(Math.abs(correlation(rowsOf(scrambled(30, 1), 30, 100), 28, 29))).toBeLessThan(0.4);
  });

  it('go up to 1,000 dimensions and say so', () => {
    const last = rowsOf(plain(1000), 1000, 2)[1]![999];
    expect(last).toBe(1 / 7919);
    expect(() => plain(1001)).toThrow(DesignProblem);
    expect(() => plain(1001)).toThrow('A Halton design has at most 1000 factors, not 1001.');
  });
});
