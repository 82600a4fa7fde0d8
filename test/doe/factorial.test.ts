import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorial } from '../../src/doe/designs/factorial.js';
import { DesignProblem, type Points } from '../../src/doe/designs/points.js';

function row(points: Points, factors: number, at: number): number[] {
  const point = new Float64Array(factors);
  points.fill(at, point);
  return [...point];
}

const all = (points: Points, factors: number) =>
  Array.from({ length: points.count }, (_, at) => row(points, factors, at));

describe('a full factorial', () => {
  it('has every combination, the last factor fastest', () => {
    expect(all(factorial([2, 3]), 2)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  it('has each combination of any levels exactly once, in ascending order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 5 }), (counts) => {
        const points = factorial(counts);
        const rows = all(points, counts.length).map((levels) => levels.join());
        expect(points.count).toBe(counts.reduce((product, count) => product * count, 1));
        expect(new Set(rows).size).toBe(points.count);
        expect(rows).toEqual(rows.toSorted());
      }),
    );
  });

  it('is a single run without factors, and none with an empty one', () => {
    expect(factorial([]).count).toBe(1);
    expect(factorial([3, 0]).count).toBe(0);
  });

  it('is exact up to the largest whole numbers', () => {
    const counts = Array.from({ length: 11 }, () => 28);
    const { length } = counts;
    const points = factorial(counts);
    expect(row(points, length, points.count - 1)).toEqual(counts.map(() => 27));
    const seven = [7, 7, 1_000_003 ** 2];
    expect(row(factorial(seven), 3, 49 * 1_000_003 ** 2 - 2)).toEqual([6, 6, 1_000_003 ** 2 - 2]);
  });

  it('says so when there are more combinations than can be counted', () => {
    expect(() => factorial(Array.from({ length: 60 }, () => 2))).toThrow(DesignProblem);
    expect(() => factorial(Array.from({ length: 2000 }, () => 2))).toThrow('more than 9,000,000,000,000,000');
    expect(() => factorial([2, Infinity])).toThrow('factor 2 of 2 has a range without steps');
  });
});
