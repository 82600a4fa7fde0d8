import { DesignProblem, type Points } from './points.js';

/**
 * The first values of all factors together, then the second ones, and so on. A factor with a single value goes with
 * every row; all others need equally many.
 */
export function zip(counts: readonly number[], names: readonly string[]): Points {
  const lengths = new Set(counts.filter((count) => count !== 1));
  if (lengths.size > 1) {
    const each = names.map((name, f) => `${name} has ${counts[f] as number}`);
    throw new DesignProblem(
      `A zip takes the values side by side, but their numbers differ: ${each.join(', ')}.`,
      'Give each of them the same number of values, or just one.',
    );
  }
  const [count = 1] = lengths;
  return {
    coordinates: 'index',
    count,
    fill(row, point) {
      for (let f = 0; f < counts.length; f++) point[f] = counts[f] === 1 ? 0 : row;
    },
  };
}
