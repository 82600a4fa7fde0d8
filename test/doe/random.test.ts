import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/doe/designs/random.js';

interface Reference {
  readonly streams: readonly { readonly of: [number, ...(string | number)[]]; readonly uint32: number[] }[];
}
const FIXTURE = new URL('../../fixtures/doe/random.json', import.meta.url);
const { streams } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

const drawn = (random: Random, count: number) => Array.from({ length: count }, () => random.uint32());

/** Chi-squared of counts that should be equal. */
function chiSquared(counts: ArrayLike<number>): number {
  const all = Array.from(counts);
  const expected = all.reduce((sum, count) => sum + count, 0) / all.length;
  return all.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** So far from the mean of chi-squared, in its standard deviations: beyond 4 by chance once in some 10,000. */
function oddity(counts: ArrayLike<number>): number {
  const freedom = counts.length - 1;
  return (chiSquared(counts) - freedom) / Math.sqrt(2 * freedom);
}

describe('random numbers', () => {
  it.each(streams)('are xoshiro128++, seeded as it is written down: $of', ({ of, uint32 }) => {
    expect(drawn(new Random(...of), uint32.length)).toEqual(uint32);
  });

  it('differ between seeds, between streams, and between the order of a stream’s names', () => {
    const starts = [
      [0],
      [1],
      [0, 'a'],
      [0, 'b'],
      [0, 1],
      [0, '1'],
      [0, 'a', 'b'],
      [0, 'b', 'a'],
      [0, 'ab'],
    ].map((of) => drawn(new Random(...(of as [number])), 4).join());
    expect(new Set(starts).size).toBe(starts.length);
  });

  it('are spread evenly, high bits and low', () => {
    const random = new Random(5);
    const high = new Uint32Array(256);
    const low = new Uint32Array(256);
    for (let i = 0; i < 200_000; i++) {
      const word = random.uint32();
      high[word >>> 24]!++;
      low[word & 255]!++;
    }
    expect(Math.abs(oddity(high))).toBeLessThan(4);
    expect(Math.abs(oddity(low))).toBeLessThan(4);
  });

  it('begin independently for seeds and dimensions that follow each other', () => {
    const pairs = new Uint32Array(32 * 32);
    for (let seed = 0; seed < 50_000; seed++) {
      const left = new Random(seed, 'lhs', 0, 0).uint32() >>> 27;
      const right = new Random(seed, 'lhs', 0, 1).uint32() >>> 27;
      pairs[left * 32 + right]!++;
    }
    expect(Math.abs(oddity(pairs))).toBeLessThan(4);
  });

  it('of the unit interval never reach 1, and use its finest steps', () => {
    const random = new Random(1);
    const units = Array.from({ length: 100_000 }, () => random.unit());
    expect(units.every((unit) => unit >= 0 && unit < 1 && Number.isInteger(unit * 2 ** 53))).toBe(true);
    expect(units.some((unit) => (unit * 2 ** 53) % 2 === 1)).toBe(true);
    const mean = units.reduce((sum, unit) => sum + unit, 0) / units.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * units.length));
  });

  it.each([3, 7, 100])('below %i are each as likely', (count) => {
    const random = new Random(2);
    const counts = new Uint32Array(count);
    for (let i = 0; i < 100_000; i++) counts[random.below(count)]!++;
    expect(Math.abs(oddity(counts))).toBeLessThan(4);
  });

  it('below a count that leaves a large rest of 2^53 are as likely at the low end as at the high one', () => {
    // 2^53 is 1.5 times this count: without drawing again, the lower half would come twice as often.
    const count = 2 ** 54 / 3 - (2 ** 54 % 3) / 3;
    const random = new Random(3);
    const halves = new Uint32Array(2);
    for (let i = 0; i < 10_000; i++) halves[random.below(count) < count / 2 ? 0 : 1]!++;
    expect(Math.abs(halves[0]! - 5_000)).toBeLessThan(4 * 50);
  });

  it('below any count up to 2^53 are whole and in range', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.double({ min: 1, max: 2 ** 53, noNaN: true }), (seed, size) => {
        const count = Math.floor(size);
        const number = new Random(seed).below(count);
        return Number.isInteger(number) && number >= 0 && number < count;
      }),
    );
    const random = new Random(4);
    const largest = Array.from({ length: 1000 }, () => random.below(2 ** 53));
    expect(largest.some((number) => number > 2 ** 52 && number % 2 === 1)).toBe(true);
    expect(random.below(1)).toBe(0);
  });

  it.each([0, -1, 2.5, NaN, Infinity, 2 ** 54])(
    'are refused from %d numbers instead of drawn for ever',
    (count) => {
      expect(() => new Random(0).below(count)).toThrow(RangeError);
    },
  );

  it('shuffle into each order as often, and lose nothing', () => {
    const random = new Random(6);
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expect(Math.abs(oddity([...orders.values()]))).toBeLessThan(4);
    expect(random.shuffle(Float64Array.of(0.5, 1.5)).toSorted()).toEqual(Float64Array.of(0.5, 1.5));
    expect(random.shuffle([])).toEqual([]);
  });
});
