import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../src/doe/designs/one-at-a-time.js';

function rows(counts: number[], baseline: number[]): number[][] {
  const points = oneAtATime(counts, baseline);
  return Array.from({ length: points.count }, (_, row) => {
    const point = new Float64Array(counts.length);
    points.fill(row, point);
    return [...point];
  });
}

describe('one at a time', () => {
  it('starts with the baseline and then changes one factor after the other', () => {
    expect(rows([3, 1, 2], [1, 0, 0])).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [2, 0, 0],
      [1, 0, 1],
    ]);
  });

  it('visits each other level of each factor once, from any baseline', () => {
    const factor = fc
      .integer({ min: 1, max: 6 })
      .chain((count) => fc.tuple(fc.constant(count), fc.nat(count - 1)));
    fc.assert(
      fc.property(fc.array(factor, { maxLength: 60 }), (factors) => {
        const baseline = factors.map(([, at]) => at);
        const made = rows(
          factors.map(([count]) => count),
          baseline,
        );
        expect(made.shift()).toEqual(baseline);
        const changes = made.map((row) => {
          const changed = row.flatMap((level, f) => (level === baseline[f] ? [] : [`${f}=${level}`]));
          expect(changed).toHaveLength(1);
          return changed[0];
        });
        expect(new Set(changes).size).toBe(factors.reduce((sum, [count]) => sum + count - 1, 0));
        expect(changes).toHaveLength(new Set(changes).size);
      }),
    );
  });

  it('is the baseline alone without factors, and nothing with an empty one', () => {
    expect(rows([], [])).toEqual([[]]);
    expect(rows([2, 0], [0, 0])).toEqual([]);
  });
});
