import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { sobol } from '../../src/doe/designs/sobol.js';
import { rowsOf } from '../support/discrepancy.js';

interface Reference {
  readonly first: readonly { readonly dimensions: number; readonly points: number; readonly sha256: string }[];
  readonly directions: { readonly sha256: string };
  readonly plain: { readonly dimensions: number; readonly points: number[][] };
  readonly far: { readonly row: number; readonly point: number[] };
  readonly 'far dimensions': readonly number[];
}
const FIXTURE = new URL('../../fixtures/doe/sobol.json', import.meta.url);
const reference = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

const plain = (dimensions: number) => sobol(dimensions, { seed: 0, scramble: false });
const scrambled = (dimensions: number, seed: number) => sobol(dimensions, { seed, scramble: true });

/** Of points as whole numbers of 2^-32, little-endian. */
function sha256(rows: readonly Float64Array[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    const bytes = Buffer.alloc(row.length * 4);
    row.forEach((coordinate, d) => bytes.writeUInt32LE(coordinate * 2 ** 32, d * 4));
    hash.update(bytes);
  }
  return hash.digest('hex');
}

/** How many elementary intervals of 2^left by 2^(bits - left) parts hold exactly one of the points. */
function intervalsHit(rows: readonly Float64Array[], left: number, bits: number): number {
  const hit = rows.map(
    ([x, y = 0]) => Math.floor(x! * 2 ** left) * 2 ** (bits - left) + Math.floor(y * 2 ** (bits - left)),
  );
  return new Set(hit).size;
}

describe('Sobol points', () => {
  it('are those of scipy to begin with', () => {
    const { dimensions, points } = reference.plain;
    expect(rowsOf(plain(dimensions), dimensions, points.length).map((row) => [...row])).toEqual(points);
  });

  it.each(reference.first)(
    'are exactly those of scipy, the first $points in $dimensions dimensions',
    ({ dimensions, points, sha256: expected }) => {
      expect(sha256(rowsOf(plain(dimensions), dimensions, points))).toBe(expected);
    },
  );

  it('have all 32 direction numbers of all 256 dimensions as scipy has them', () => {
    // The Gray code of 2^(k+1) - 1 has the one bit k.
    const single = Array.from(
      { length: 32 },
      (_, k) => rowsOf(plain(256), 256, 2 ** (k + 1), 2 ** (k + 1) - 1)[0]!,
    );
    expect(sha256(single)).toBe(reference.directions.sha256);
  });

  it('can be asked for far out', () => {
    const [point] = rowsOf(plain(256), 256, reference.far.row + 1, reference.far.row);
    expect(reference['far dimensions'].map((d) => point![d])).toEqual(reference.far.point);
    const points = scrambled(2, 0);
    expect(points.count).toBe(2 ** 32);
    const last = rowsOf(points, 2, 2 ** 32, 2 ** 32 - 2);
    expect(last[0]).not.toEqual(last[1]);
  });

  it.each([1, 2, 3, 4, 5])('scrambled by seed %i, keep one point in each elementary interval', (seed) => {
    for (const bits of [1, 4, 9]) {
      const [line, square] = [1, 2].map((dimensions) => scrambled(dimensions, seed));
      // Each aligned stretch of the sequence is a net, not only the first.
      for (const from of [0, 3 * 2 ** bits]) {
        expect(intervalsHit(rowsOf(line!, 1, from + 2 ** bits, from), bits, bits)).toBe(2 ** bits);
        for (let left = 0; left <= bits; left++) {
          expect(intervalsHit(rowsOf(square!, 2, from + 2 ** bits, from), left, bits)).toBe(2 ** bits);
        }
      }
    }
  });

  it('scrambled, depend on the seed alone: not on the rows asked for before, nor on dimensions behind', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(2 ** 32 - 1),
        fc.nat(1000),
        (seed, dimensions, row, other) => {
          const points = scrambled(dimensions, seed);
          const [point] = rowsOf(points, dimensions, row + 1, row);
          rowsOf(points, dimensions, other + 1, other);
          expect(rowsOf(points, dimensions, row + 1, row)[0]).toEqual(point);
          const [wider] = rowsOf(scrambled(60, seed), 60, row + 1, row);
          expect(wider!.subarray(0, dimensions)).toEqual(point);
          expect(point!.every((coordinate) => coordinate > 0 && coordinate < 1)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('scrambled by two seeds differ, in each dimension and not by a shift alone', () => {
    const [one, other] = [1, 2].map((seed) => rowsOf(scrambled(5, seed), 5, 64));
    for (let d = 0; d < 5; d++) {
      const differences = one!.map(
        (row, i) => (Math.floor(row[d]! * 2 ** 32) ^ Math.floor(other![i]![d]! * 2 ** 32)) >>> 0,
      );
      expect(differences).not.toContain(0);
      expect(new Set(differences).size).toBeGreaterThan(1);
    }
  });

  it('scrambled, are never 0: they lie in the middle of what 32 bits can tell apart', () => {
    for (const row of rowsOf(scrambled(5, 1), 5, 100)) {
      for (const x of row) expect((x * 2 ** 32) % 1).toBe(0.5);
    }
  });

  it('are each anywhere once scrambled: the first point is uniform over seeds', () => {
    const eighths = new Uint32Array(8);
    for (let seed = 0; seed < 4000; seed++)
      eighths[Math.floor(rowsOf(scrambled(1, seed), 1, 1)[0]![0]! * 8)]!++;
    for (const count of eighths) expect(Math.abs(count - 500)).toBeLessThan(4 * Math.sqrt(437.5));
  });

  it('have no factors, or one', () => {
    expect(rowsOf(plain(0), 0, 2)).toEqual([new Float64Array(0), new Float64Array(0)]);
    expect(rowsOf(plain(1), 1, 4).flatMap((row) => [...row])).toEqual([0, 0.5, 0.75, 0.25]);
  });

  it('end at 256 dimensions, and say so', () => {
    const tooMany = () => plain(257);
    expect(tooMany).toThrow(DesignProblem);
    expect(tooMany).toThrow('A Sobol design has at most 256 factors, not 257.');
  });
});
