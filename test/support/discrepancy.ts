import type { Points } from '../../src/doe/designs/points.js';

/** The rows of a design in `dimensions` dimensions, `from` the first to before `to`. */
export function rowsOf(points: Points, dimensions: number, to: number, from = 0): Float64Array[] {
  return Array.from({ length: to - from }, (_, row) => {
    const point = new Float64Array(dimensions);
    points.fill(from + row, point);
    return point;
  });
}

/** The square of the centred L2-discrepancy (Hickernell 1998, A generalized discrepancy and quadrature error bound). */
export function centredDiscrepancy(points: readonly ArrayLike<number>[]): number {
  const count = points.length;
  const dimensions = points[0]!.length;
  let single = 0;
  let pairs = 0;
  for (const a of points) {
    single += product(dimensions, (d) => {
      const away = Math.abs(a[d]! - 0.5);
      return 1 + 0.5 * away - 0.5 * away * away;
    });
    for (const b of points) {
      pairs += product(
        dimensions,
        (d) => 1 + 0.5 * (Math.abs(a[d]! - 0.5) + Math.abs(b[d]! - 0.5) - Math.abs(a[d]! - b[d]!)),
      );
    }
  }
  return product(dimensions, () => 13 / 12) - (2 / count) * single + pairs / count / count;
}

/** Of an even or odd number of values; the list is sorted in place. */
export function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length / 2;
  return (values[Math.ceil(half) - 1]! + values[Math.floor(half)]!) / 2;
}

function product(dimensions: number, factor: (d: number) => number): number {
  let result = 1;
  for (let d = 0; d < dimensions; d++) result *= factor(d);
  return result;
}
