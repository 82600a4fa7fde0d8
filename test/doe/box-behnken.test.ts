import { describe, expect, it } from 'vitest';
import { boxBehnken } from '../../src/doe/designs/box-behnken.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { matrixOf } from '../support/aliases.js';
import { predictionVariance } from '../support/second-order.js';

const counts = {
  3: 12,
  4: 24,
  5: 40,
  6: 48,
  7: 56,
  8: 112,
  9: 96,
  10: 160,
  11: 176,
  12: 192,
  13: 312,
  16: 320,
  20: 760,
};
const ALL = Array.from({ length: 18 }, (_, at) => at + 3);

const without = (factors: number) => matrixOf(boxBehnken(factors, 0).points, factors);

const sumOver = (matrix: readonly (readonly number[])[], term: (row: readonly number[]) => number) =>
  matrix.reduce((sum, row) => sum + term(row), 0);

describe('a Box-Behnken design', () => {
  it.each(Object.entries(counts))('of %s factors has %i runs and the centre points', (factors, runs) => {
    expect(boxBehnken(Number(factors), 0).points.count).toBe(runs);
    expect(boxBehnken(Number(factors)).points.count).toBe(runs + 1);
    const { points } = boxBehnken(Number(factors), 3);
    expect(points.count).toBe(runs + 3);
    expect(points.replicatesFrom).toBe(runs + 1);
    expect(matrixOf(points, Number(factors)).slice(-3).flat()).toEqual(new Array(3 * Number(factors)).fill(0));
  });

  it('of 3 factors is the published one', () => {
    expect(matrixOf(boxBehnken(3).points, 3)).toEqual([
      [-1, -1, 0],
      [1, -1, 0],
      [-1, 1, 0],
      [1, 1, 0],
      [-1, 0, -1],
      [1, 0, -1],
      [-1, 0, 1],
      [1, 0, 1],
      [0, -1, -1],
      [0, 1, -1],
      [0, -1, 1],
      [0, 1, 1],
      [0, 0, 0],
    ]);
  });

  it.each([
    [6, ['1 2 4', '2 3 5', '3 4 6', '1 4 5', '2 5 6', '1 3 6']],
    [7, ['1 2 4', '2 3 5', '3 4 6', '4 5 7', '1 5 6', '2 6 7', '1 3 7']],
    [
      12,
      ['1 2 5 7', '2 3 6 8', '3 4 7 9', '4 5 8 10', '5 6 9 11', '6 7 10 12'].concat([
        '1 7 8 11',
        '2 8 9 12',
        '1 3 9 10',
        '2 4 10 11',
        '3 5 11 12',
        '1 4 6 12',
      ]),
    ],
  ])('of %i factors varies the published sets of factors together', (factors, blocks) => {
    const changed = without(factors).map((row) => row.flatMap((at, f) => (at === 0 ? [] : [f + 1])).join(' '));
    expect(new Set(changed)).toEqual(new Set(blocks));
  });

  it('has three levels, no corner and no run twice', () => {
    for (const factors of ALL) {
      const matrix = without(factors);
      expect(new Set(matrix.flat().map((at) => at + 0))).toEqual(new Set([-1, 0, 1]));
      expect(new Set(matrix.map(String)).size).toBe(matrix.length);
      const changed = matrix.map((row) => row.filter((at) => at !== 0).length);
      expect(new Set(changed).size).toBe(1);
      expect(changed[0]).toBeLessThan(factors);
    }
  });

  it('changes each factor as often as any other, and each pair of factors in one block or two', () => {
    for (const factors of ALL) {
      const matrix = without(factors);
      const together = (a: number, b: number) => sumOver(matrix, (row) => (row[a]! * row[b]!) ** 2);
      const own = together(0, 0);
      const pairs = new Set<number>();
      for (let a = 0; a < factors; a++) {
        expect(together(a, a)).toBe(own);
        for (let b = 0; b < a; b++) pairs.add(together(a, b));
      }
      const least = Math.min(...pairs);
      expect(least).toBeGreaterThan(0);
      expect(Math.max(...pairs)).toBeLessThanOrEqual(2 * least);
      if (![6, 10, 12].includes(factors)) expect(pairs.size).toBe(1);
    }
  });

  it('has main effects orthogonal to the mean, to each other, to squares and to interactions of two factors', () => {
    for (const factors of ALL) {
      const matrix = without(factors);
      for (let a = 0; a < factors; a++) {
        expect(sumOver(matrix, (row) => row[a]!)).toBe(0);
        for (let b = 0; b < factors; b++) {
          if (b !== a) expect(sumOver(matrix, (row) => row[a]! * row[b]!)).toBe(0);
          for (let c = b; c < factors; c++)
            expect(sumOver(matrix, (row) => row[a]! * row[b]! * row[c]!)).toBe(0);
        }
      }
    }
  });

  it('determines a full second-order model', () => {
    for (const factors of ALL.filter((count) => count <= 16)) {
      const variance = predictionVariance(matrixOf(boxBehnken(factors).points, factors));
      expect(variance(new Array<number>(factors).fill(0))).toBeCloseTo(1);
    }
  });

  it('is rotatable for 4 and 7 factors, as published', () => {
    for (const factors of [4, 7]) {
      const variance = predictionVariance(matrixOf(boxBehnken(factors, 3).points, factors));
      const axis = variance(Array.from({ length: factors }, (_, f) => (f === 0 ? 0.7 : 0)));
      expect(variance(Array.from({ length: factors }, () => 0.7 / Math.sqrt(factors)))).toBeCloseTo(axis, 9);
    }
  });

  it('says where it is not the published design', () => {
    for (const factors of ALL) {
      const { facts } = boxBehnken(factors);
      expect(facts[0]).toMatch(/^Box-Behnken design: \d+ runs in \d+ blocks of \d+, 1 centre point\.$/u);
      expect(facts.length).toBe([3, 4, 5, 6, 7, 10, 11, 12].includes(factors) ? 1 : 2);
    }
  });

  it.each([2, 1, 0, -3, 3.5, NaN, 21, Infinity])('is refused for %d factors', (factors) => {
    expect(() => boxBehnken(factors)).toThrow(DesignProblem);
    expect(() => boxBehnken(factors)).toThrow(`not ${factors}.`);
  });

  it.each([-1, 0.5, NaN])('is refused with %d centre points', (centers) => {
    expect(() => boxBehnken(3, centers)).toThrow(DesignProblem);
  });
});
