import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monteCarlo, threefry } from '../../src/doe/designs/monte-carlo.js';
import { rowsOf } from '../support/discrepancy.js';

describe('Monte Carlo points', () => {
  it.each([
    // Key, counter and result, as Random123 1.0 has them in its known answers.
    [0, 0, 0, 0, 0x6b20_0159, 0x99ba_4efe],
    [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0x1cb9_96fc, 0xbb00_2be7],
    [0x1319_8a2e, 0x0370_7344, 0x243f_6a88, 0x85a3_08d3, 0xc492_3a9c, 0x483d_f7a0],
  ])('come from Threefry: key %i %i, counter %i %i', (key0, key1, count0, count1, ...result) => {
    const words = new Uint32Array(2);
    threefry(key0, key1, count0, count1, words);
    expect([...words]).toEqual(result);
  });

  it('depend on seed, row and dimension alone', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        fc.maxSafeNat(),
        fc.integer({ min: 1, max: 60 }),
        (seed, row, dimensions) => {
          const point = new Float64Array(dimensions);
          monteCarlo(dimensions, seed).fill(row, point);
          const wider = new Float64Array(60);
          const points = monteCarlo(60, seed);
          points.fill(0, wider);
          points.fill(row, wider);
          expect(wider.subarray(0, dimensions)).toEqual(point);
          expect(point.every((coordinate) => coordinate >= 0 && coordinate < 1)).toBe(true);
        },
      ),
    );
  });

  it('differ between rows, dimensions and seeds, and between rows 2^32 apart', () => {
    const points = monteCarlo(3, 1);
    const [near, next] = rowsOf(points, 3, 2);
    const [far] = rowsOf(points, 3, 2 ** 32 + 1, 2 ** 32);
    const [other] = rowsOf(monteCarlo(3, 2), 3, 1);
    const coordinates = [near, next, far, other].flatMap((row) => [...row!]);
    expect(new Set(coordinates).size).toBe(12);
    expect(points.count).toBe(Infinity);
  });

  it('are uniform, and independent between dimensions', () => {
    const cells = new Uint32Array(64);
    for (const [x, y] of rowsOf(monteCarlo(2, 3), 2, 64_000))
      cells[Math.floor(x! * 8) * 8 + Math.floor(y! * 8)]!++;
    const chiSquared = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(Math.abs(chiSquared - 63)).toBeLessThan(4 * Math.sqrt(2 * 63));
  });
});
