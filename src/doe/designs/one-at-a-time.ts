import type { Points } from './points.js';

/**
 * First the baseline, then for each factor in turn its other levels, while all others stay at the baseline.
 * `baseline[f]` is the index of a level. Makes 1 + (levels - 1 of each factor) rows.
 */
export function oneAtATime(counts: readonly number[], baseline: readonly number[]): Points {
  // ends[f]: the first row behind those of factor f.
  let rows = 1;
  const ends = counts.map((count) => (rows += count - 1));
  return {
    coordinates: 'index',
    count: counts.includes(0) ? 0 : rows,
    fill(row, point) {
      point.set(baseline);
      if (row === 0) return;
      const varied = ends.findIndex((end) => row < end);
      const other = row - (ends[varied - 1] ?? 1);
      point[varied] = other < (baseline[varied] as number) ? other : other + 1;
    },
  };
}
