import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Points } from '../../src/doe/designs/points.js';
import { randomSubset } from '../../src/doe/designs/random-subset.js';

function rows(points: Points, factors: number, count: number): string[] {
  const point = new Float64Array(factors);
  return Array.from({ length: count }, (_, row) => {
    points.fill(row, point);
    return point.join();
  });
}

const twos = (length: number) => Array.from({ length }, () => 2);

describe('a random subset', () => {
  it('has every combination once when all are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), fc.nat(), (counts, seed) => {
        const points = randomSubset(counts, seed, 'random');
        const drawn = rows(points, counts.length, points.count);
        expect(new Set(drawn).size).toBe(counts.reduce((product, count) => product * count, 1));
        for (const row of drawn.filter((row) => row !== '')) {
          row.split(',').forEach((level, f) => expect(Number(level)).toBeLessThan(counts[f]!));
        }
      }),
    );
  });

  it('does not depend on which rows are asked for first, nor on how many', () => {
    const forth = randomSubset([30, 40], 1, 'random');
    const back = randomSubset([30, 40], 1, 'random');
    rows(back, 2, 1200);
    const point = new Float64Array(2);
    back.fill(19, point);
    expect(rows(forth, 2, 20)[19]).toBe(point.join());
    expect(rows(back, 2, 20)).toEqual(rows(forth, 2, 20));
  });

  it('differs from seed to seed and from stream to stream', () => {
    const draw = (seed: number, stream: string) =>
      rows(randomSubset([100, 100], seed, stream), 2, 20).join(';');
    expect(new Set([draw(1, 'a'), draw(2, 'a'), draw(1, 'b')]).size).toBe(3);
    expect(draw(1, 'a')).toBe(draw(1, 'a'));
  });

  it('draws each order of the combinations equally often', () => {
    const times = new Map<string, number>();
    for (let seed = 0; seed < 24_000; seed++) {
      const order = rows(randomSubset([2, 2], seed, 'random'), 2, 4).join(' ');
      times.set(order, (times.get(order) ?? 0) + 1);
    }
    expect(times.size).toBe(24);
    const chiSquare = [...times.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    // 23 degrees of freedom: larger once in 10,000 times.
    expect(chiSquare).toBeLessThan(56);
  });

  it('takes few rows of very many without counting them all', () => {
    const many = randomSubset([1e6, 1e6, 1000], 1, 'random');
    expect(many.count).toBe(1e15);
    expect(new Set(rows(many, 3, 1000)).size).toBe(1000);
  });

  it('also draws from more combinations than there are whole numbers', () => {
    const levels = rows(randomSubset(twos(60), 1, 'random'), 60, 1000);
    expect(new Set(levels).size).toBe(1000);
    const ones = Array.from({ length: 60 }, (_, f) => levels.filter((row) => row.split(',')[f] === '1').length);
    // 500 on average with a deviation of 16 each: within 5 deviations.
    expect(Math.min(...ones)).toBeGreaterThan(420);
    expect(Math.max(...ones)).toBeLessThan(580);
    expect(randomSubset(twos(2000), 1, 'random').count).toBe(Infinity);
    const again = rows(randomSubset(twos(60), 1, 'random'), 60, 10);
    expect(again).toEqual(levels.slice(0, 10));
  });

  it('draws a million of a million within seconds', () => {
    const points = randomSubset([100, 100, 100], 1, 'random');
    const point = new Float64Array(3);
    const seen = new Uint8Array(1e6);
    for (let row = 0; row < 1e6; row++) {
      points.fill(row, point);
      const [a, b, c] = point as unknown as [number, number, number];
      seen[a * 10_000 + b * 100 + c] = 1;
    }
    expect(seen.every((times) => times === 1)).toBe(true);
  });
});
