import { describe, expect, it } from 'vitest';
import { plackettBurman } from '../../src/doe/designs/plackett-burman.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { dot, matrixOf, resolutionIn, wordLengths } from '../support/aliases.js';

const signs = (row: readonly number[]) => row.map((sign) => (sign === 1 ? '+' : '-')).join('');

/** Numbers of runs up to 200 for which none of the constructions here does. */
const MISSING = [92, 116, 156, 172, 184, 188];

describe('a Plackett-Burman design', () => {
  it('has as many runs as the smallest multiple of 4 above the number of factors, up to 47 factors', () => {
    for (let factors = 1; factors <= 47; factors++)
      expect(plackettBurman(factors).count).toBe(4 * Math.floor(factors / 4) + 4);
  });

  it('has the next constructible number of runs, up to 199 factors', () => {
    for (let factors = 48; factors <= 199; factors++) {
      let runs = 4 * Math.floor(factors / 4) + 4;
      while (MISSING.includes(runs)) runs += 4;
      expect(plackettBurman(factors).count).toBe(runs);
    }
  });

  it.each([
    [7, '+++-+--'],
    [11, '++-+++---+-'],
    [15, '++++-+-++--+---'],
    [19, '++--++++-+-+----++-'],
    [23, '+++++-+-++--++--+-+----'],
    [31, '----+-+-+++-++---+++++--++-+--+'],
    [35, '-+-+++---+++++-+++--+----+-+-++--+-'],
    [43, '++--+-+--+++-+++++---+-+++-----+---++-+-++-'],
    [47, '+++++-++++--+-+-+++--+--++-++---+-+-++----+----'],
  ])(
    'of %i factors has the published first row, each row moved on by one and a last row of -',
    (factors, first) => {
      const rows = matrixOf(plackettBurman(factors), factors).map(signs);
      expect(rows[0]).toBe(first);
      expect(rows[1]).toBe(first.slice(-1) + first.slice(0, -1));
      expect(rows.at(-1)).toBe('-'.repeat(factors));
    },
  );

  it('has orthogonal and balanced columns for every number of runs up to 200', () => {
    for (let runs = 4; runs <= 200; runs += 4) {
      if (MISSING.includes(runs)) continue;
      const factors = runs - 1;
      const points = plackettBurman(factors);
      expect(points.count).toBe(runs);
      const matrix = matrixOf(points, factors);
      expect(matrix.flat().every((sign) => sign === 1 || sign === -1)).toBe(true);
      for (let a = 0; a < factors; a++) {
        expect(matrix.reduce((sum, row) => sum + row[a]!, 0)).toBe(0);
        for (let b = 0; b < a; b++)
          if (dot(matrix, a, b) !== 0) expect.fail(`${runs} runs: columns ${a} and ${b}`);
      }
    }
  });

  it('spreads interactions of two factors over the main effects of others', () => {
    const matrix = matrixOf(plackettBurman(11), 11);
    expect(resolutionIn(matrix, 3)).toBe(3);
    // Each product of three columns has a correlation of 1/3 with the column of ones: none is lost in another.
    expect(wordLengths(matrix, 3)[3]).toBeCloseTo(165 / 9);
  });

  it('has no run twice from 2 factors on', () => {
    for (let factors = 2; factors <= 100; factors++) {
      const matrix = matrixOf(plackettBurman(factors), factors);
      expect(new Set(matrix.map(String)).size).toBe(matrix.length);
    }
  });

  it.each([0, -4, 1.5, NaN, Infinity, 200])('is refused for %d factors', (factors) => {
    expect(() => plackettBurman(factors)).toThrow(DesignProblem);
    expect(() => plackettBurman(factors)).toThrow(`not ${factors}.`);
  });
});
