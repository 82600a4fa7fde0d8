import { DesignProblem, type Points } from './points.js';

/** The `runs` points that `fill` writes, then `centers` times the middle of all ranges. Throws `DesignProblem`. */
export function withCenters(runs: number, centers: number, fill: Points['fill']): Points {
  if (!Number.isSafeInteger(centers) || centers < 0)
    throw new DesignProblem(
      `A design cannot have ${centers} centre points.`,
      'Give a whole number, 0 or more: --centers 3.',
    );
  return {
    coordinates: 'coded',
    count: runs + centers,
    fill(row, point) {
      if (row < runs) fill(row, point);
      else point.fill(0);
    },
    ...(centers > 1 ? { replicatesFrom: runs + 1 } : {}),
  };
}

export function centersInWords(centers: number): string {
  return centers === 1 ? '1 centre point' : `${centers} centre points`;
}
