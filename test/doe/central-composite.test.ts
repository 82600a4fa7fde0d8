import { describe, expect, it } from 'vitest';
import { centralComposite } from '../../src/doe/designs/central-composite.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { dot, matrixOf, resolutionIn } from '../support/aliases.js';
import { predictionVariance } from '../support/second-order.js';

const VARIANTS = ['faced', 'inscribed', 'circumscribed'] as const;

describe('a central composite design', () => {
  it.each([
    [2, 4],
    [3, 8],
    [4, 16],
    [5, 16],
    [6, 32],
    [7, 64],
    [8, 64],
    [9, 128],
    [11, 128],
    [12, 256],
  ])(
    'of %i factors has %i factorial runs, two axial runs a factor and the centre',
    (factors, factorialRuns) => {
      const design = centralComposite(factors);
      expect(design).toMatchObject({ factorialRuns, axialRuns: 2 * factors, alpha: 1 });
      const matrix = matrixOf(design.points, factors);
      expect(matrix).toHaveLength(factorialRuns + 2 * factors + 1);
      const distances = matrix.map((row) => row.filter((coordinate) => coordinate !== 0).length);
      expect(distances.filter((changed) => changed === factors)).toHaveLength(factorialRuns);
      expect(distances.filter((changed) => changed === 1)).toHaveLength(2 * factors);
      expect(matrix.at(-1)).toEqual(new Array(factors).fill(0));
      expect(resolutionIn(matrix.slice(0, factorialRuns), 4)).toBeUndefined();
    },
  );

  it('has all runs different but the centre points after the first, which it names', () => {
    for (const variant of VARIANTS) {
      for (let factors = 2; factors <= 10; factors++) {
        const { points } = centralComposite(factors, variant, 4);
        const matrix = matrixOf(points, factors);
        expect(points.replicatesFrom).toBe(matrix.length - 3);
        expect(new Set(matrix.slice(0, -3).map(String)).size).toBe(matrix.length - 3);
        expect(new Set(matrix.slice(-4).map(String)).size).toBe(1);
        for (let a = 0; a < factors; a++) {
          expect(matrix.reduce((sum, row) => sum + row[a]!, 0)).toBeCloseTo(0);
          for (let b = 0; b < a; b++) expect(dot(matrix, a, b)).toBeCloseTo(0);
        }
      }
    }
  });

  it('has no repeated run with one centre point or none', () => {
    expect(centralComposite(3, 'faced', 1).points).not.toHaveProperty('replicatesFrom');
    const none = centralComposite(3, 'faced', 0).points;
    expect(none).not.toHaveProperty('replicatesFrom');
    expect(none.count).toBe(14);
  });

  it('is rotatable when circumscribed or inscribed: a prediction is as good in all directions', () => {
    for (const variant of ['inscribed', 'circumscribed'] as const) {
      for (let factors = 2; factors <= 8; factors++) {
        const variance = predictionVariance(matrixOf(centralComposite(factors, variant, 3).points, factors));
        const ends = [
          Array.from({ length: factors }, (_, f) => (f === 0 ? 0.7 : 0)),
          Array.from({ length: factors }, () => 0.7 / Math.sqrt(factors)),
          Array.from({ length: factors }, (_, f) => (f === 0 ? -0.42 : f === 1 ? 0.56 : 0)),
        ];
        const [first, ...others] = ends.map(variance);
        for (const other of others) expect(other).toBeCloseTo(first!, 9);
      }
    }
  });

  it('is not rotatable when faced, so that the test above can fail', () => {
    const variance = predictionVariance(matrixOf(centralComposite(3, 'faced', 3).points, 3));
    expect(Math.abs(variance([0.7, 0, 0]) - variance([0, 0.42, 0.56]))).toBeGreaterThan(0.001);
  });

  it('stays within the ranges, or tells how far it goes outside', () => {
    const reach = (variant: (typeof VARIANTS)[number]) =>
      Math.max(...matrixOf(centralComposite(4, variant).points, 4).flat().map(Math.abs));
    expect(VARIANTS.map(reach)).toEqual([1, 1, 2]);
    const { alpha, facts } = centralComposite(3, 'circumscribed');
    expect(alpha).toBeCloseTo(8 ** 0.25, 12);
    expect(facts.join(' ')).toContain('outside the ranges: 1.6818 times');
    expect(centralComposite(3, 'faced').facts.join(' ')).not.toContain('outside');
  });

  it('is, inscribed, the circumscribed one in small', () => {
    const small = matrixOf(centralComposite(5, 'inscribed').points, 5);
    const large = matrixOf(centralComposite(5, 'circumscribed').points, 5);
    small.forEach((row, run) => row.forEach((at, f) => expect(2 * at).toBeCloseTo(large[run]![f]!, 12)));
  });

  it('tells its parts', () => {
    expect(centralComposite(6, 'faced', 2).facts).toEqual([
      'Central composite design: 32 factorial runs (2^(6-1)), 12 axial runs with alpha = 1, 2 centre points.',
    ]);
  });

  it.each([1, 0, -2, 2.5, NaN, Infinity])('is refused for %d factors', (factors) => {
    expect(() => centralComposite(factors)).toThrow(DesignProblem);
    expect(() => centralComposite(factors)).toThrow(`at least 2 factors, not ${factors}.`);
  });

  it.each([-1, 1.5, NaN, Infinity])('is refused with %d centre points', (centers) => {
    expect(() => centralComposite(3, 'faced', centers)).toThrow(DesignProblem);
  });

  it('is refused where its kind is not known', () => {
    expect(() => centralComposite(3, 'rotatable' as 'faced')).toThrow('"rotatable" is no kind');
  });
});
