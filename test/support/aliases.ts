import type { Points } from '../../src/doe/designs/points.js';

/** All points of a design, one array a run. */
export function matrixOf(points: Points, factors: number): number[][] {
  const point = new Float64Array(factors);
  return Array.from({ length: points.count }, (_, row) => {
    points.fill(row, point);
    return [...point];
  });
}

/**
 * What a two-level design of -1 and 1 mixes up, from its matrix alone: for each number of factors up to `longest`,
 * the sum of the squared correlations of their product's column with the column of ones. In a regular fraction each
 * is 0 or 1, and this counts the words of the defining relation by their length: [0, 0, 0, 1] means I = ABC.
 */
export function wordLengths(matrix: readonly (readonly number[])[], longest: number): number[] {
  const factors = matrix[0]?.length ?? 0;
  const found = new Array<number>(longest + 1).fill(0);
  const extend = (from: number, length: number, product: Int8Array) => {
    if (length === longest) return;
    for (let factor = from; factor < factors; factor++) {
      let sum = 0;
      const next = product.map((sign, run) => {
        const signed = sign * matrix[run]![factor]!;
        sum += signed;
        return signed;
      });
      found[length + 1]! += (sum / matrix.length) ** 2;
      extend(factor + 1, length + 1, next);
    }
  };
  extend(0, 0, new Int8Array(matrix.length).fill(1));
  return found;
}

/** The length of the shortest word, where it is at most `longest`; else undefined. */
export function resolutionIn(matrix: readonly (readonly number[])[], longest: number): number | undefined {
  for (let length = 1; length <= longest; length++) if (wordLengths(matrix, length)[length]! > 0) return length;
  return undefined;
}

/** The inner product of two columns. */
export function dot(matrix: readonly (readonly number[])[], a: number, b: number): number {
  return matrix.reduce((sum, row) => sum + row[a]! * row[b]!, 0);
}
