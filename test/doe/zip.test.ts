import { describe, expect, it } from 'vitest';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { zip } from '../../src/doe/designs/zip.js';

function rows(counts: number[]): number[][] {
  const points = zip(
    counts,
    counts.map((_, f) => `f${f}`),
  );
  return Array.from({ length: points.count }, (_, row) => {
    const point = new Float64Array(counts.length);
    points.fill(row, point);
    return [...point];
  });
}

describe('a zip', () => {
  it('takes the first values together, then the second ones', () => {
    expect(rows([3, 3])).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('lets a single value go with all of the others', () => {
    expect(rows([1, 3])).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
    expect(rows([1, 1])).toEqual([[0, 0]]);
    expect(rows([])).toEqual([[]]);
  });

  it('names each factor with its length when they differ', () => {
    const differing = () => zip([4, 3, 1], ['lr', '--batch', 'seed']);
    expect(differing).toThrow(DesignProblem);
    expect(differing).toThrow('lr has 4, --batch has 3, seed has 1.');
    expect(() => zip([0, 3], ['lr', 'batch'])).toThrow('lr has 0, batch has 3.');
  });
});
