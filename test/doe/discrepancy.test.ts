import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lhs } from '../../src/doe/designs/lhs.js';
import { sobol } from '../../src/doe/designs/sobol.js';
import { centredDiscrepancy, median, rowsOf } from '../support/discrepancy.js';

interface Reference {
  readonly sets: readonly { readonly points: number[][]; readonly centred: number }[];
  readonly seeds: number;
  readonly designs: readonly {
    readonly design: 'lhs' | 'sobol';
    readonly runs: number;
    readonly dimensions: number;
    readonly median: number;
    readonly sdOfMedian: number;
  }[];
}
const FIXTURE = new URL('../../fixtures/doe/discrepancy.json', import.meta.url);
const reference = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

function discrepancyOf(design: 'lhs' | 'sobol', runs: number, dimensions: number, seed: number): number {
  const points =
    design === 'lhs' ? lhs(dimensions, [runs], 'plain', seed) : sobol(dimensions, { seed, scramble: true });
  return centredDiscrepancy(rowsOf(points, dimensions, runs));
}

describe('the centred discrepancy', () => {
  it.each(reference.sets)('is what scipy computes', ({ points, centred }) => {
    expect(centredDiscrepancy(points) / centred).toBeCloseTo(1, 10);
  });

  /*
   * Ours and scipy's are drawn from the same family of designs, so two medians of 20 seeds differ by chance. The fixture
   * has scipy's median over 4,000 seeds, which is exact for this purpose, and the standard deviation of a median of 20:
   * a design that is no worse exceeds the sum of the median and three of these once in 740 tries.
   */
  it.each(reference.designs)(
    'of $design, $runs runs in $dimensions dimensions, is no worse than scipy’s',
    ({ design, runs, dimensions, median: theirs, sdOfMedian }) => {
      const ours = Array.from({ length: reference.seeds }, (_, seed) =>
        discrepancyOf(design, runs, dimensions, seed),
      );
      expect(median(ours)).toBeLessThan(theirs + 3 * sdOfMedian);
    },
  );
});
