import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpace, quantile } from '../../src/doe/factors/levels.js';
import type { Space } from '../../src/doe/factors/space.js';

const factor = (space: Space) => ({ name: 'x', space, style: 'option' as const });

describe('a level drawn by its share', () => {
  const drawn = (space: Space, ...shares: number[]) =>
    shares.map((u) => quantile(factor(space))(u).text).join(' ');
  const last = 1 - 2 ** -53;

  it.each([
    [{ is: 'uniform', low: 0, high: 1 }, [0, 0.123456789, 0.5, last], '0 0.123457 0.5 1'],
    [{ is: 'uniform', low: 0.123456789, high: 1 }, [0, 1e-9], '0.123456789 0.1234568'],
    [{ is: 'uniform', low: -3, high: 1e6 }, [0, 0.1, 0.7777777, last], '-3 99997 777777 1000000'],
    [{ is: 'uniform', low: -1e300, high: 1e300 }, [0.5, 0.75], '0 5e299'],
    [{ is: 'loguniform', low: 1e-5, high: 0.1 }, [0, 0.1, 0.25, 0.5], '0.00001 0.00002511886 0.0001 0.001'],
    [{ is: 'loguniform', low: -10, high: -0.1 }, [0, 0.5], '-10 -1'],
    [{ is: 'int', low: 1, high: 4 }, [0, 0.2499, 0.25, 0.5, 0.75, last], '1 1 2 3 4 4'],
    [
      { is: 'int', low: -9007199254740991, high: 9007199254740991 },
      [0, 0.5, last],
      '-9007199254740991 1 9007199254740991',
    ],
    [{ is: 'normal', mean: 0, sd: 1 }, [0, 0.5, 0.975], '-6.337958 0 1.959964'],
    [{ is: 'normal', mean: 0, sd: 2e-9 }, [0.975], '3.919928e-9'],
    [{ is: 'normal', mean: 0, sd: 2e9 }, [0.975], '3919928000'],
    [{ is: 'normal', mean: 1e12, sd: 0.1 }, [0.5, 0.975], '1000000000000 1000000000000.196'],
    [{ is: 'normal', mean: 100, sd: 0.5 }, [0.5, 0.975], '100 100.979982'],
    [{ is: 'values', values: ['a', 'b', 'c'] }, [0, 0.33, 0.34, 0.67, last], 'a a b c c'],
    [{ is: 'flag' }, [0, 0.5], ' --x'],
    [{ is: 'groups', groups: [['-a'], ['-b', '1']] }, [0.1, 0.9], '-a -b 1'],
    [{ is: 'lin', low: 0, high: 1, count: 5 }, [0, 0.21, 0.5, last], '0 0.25 0.5 1'],
    [{ is: 'log', low: 1, high: 1e6, count: 1_000_001 }, [0, 0.5, last], '1 1000 1000000'],
    [{ is: 'range', low: 0, high: 1, step: 0.25 }, [0, 0.4, last], '0 0.5 1'],
  ] as [Space, number[], string][])('of %o at %o: %s', (space, shares, expected) => {
    expect(drawn(space, ...shares)).toBe(expected);
  });

  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const spaces = fc.oneof(
    fc.record({ is: fc.constantFrom('uniform' as const), low: ends(-1e6, 1e6), high: ends(-1e6, 1e6) }),
    fc.record({ is: fc.constantFrom('loguniform' as const), low: ends(1e-9, 1e9), high: ends(1e-9, 1e9) }),
    fc.record({ is: fc.constantFrom('int' as const), low: fc.maxSafeInteger(), high: fc.maxSafeInteger() }),
    fc.record({ is: fc.constantFrom('normal' as const), mean: ends(-1e6, 1e6), sd: ends(1e-6, 1e6) }),
    fc.record({
      is: fc.constantFrom('lin' as const),
      low: ends(-9, 9),
      high: ends(-9, 9),
      count: fc.integer({ min: 1, max: 30_000 }),
    }),
  );

  it('is a finite number within the range, and rises with its share', () => {
    fc.assert(
      fc.property(spaces, share, share, (space, u, v) => {
        fc.pre(isFit(space) && !('count' in space && space.low > space.high));
        const at = quantile(factor(space));
        const [low, high] = [at(Math.min(u, v)), at(Math.max(u, v))].map(({ value }) => value as number) as [
          number,
          number,
        ];
        expect(low).toBeLessThanOrEqual(high);
        if ('low' in space) {
          expect(low).toBeGreaterThanOrEqual(space.low);
          expect(high).toBeLessThanOrEqual(space.high);
        }
        expect(Number.isFinite(low) && Number.isFinite(high)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is one of seven digits or fewer', () => {
    const significant = (text: string) => text.replace(/e.*|[-.]/g, '').replace(/^0+|0+$/g, '').length;
    fc.assert(
      fc.property(share, (u) => {
        expect(significant(drawn({ is: 'uniform', low: 0, high: 1 }, u))).toBeLessThanOrEqual(6);
        expect(significant(drawn({ is: 'normal', mean: 0, sd: 1 }, u))).toBeLessThanOrEqual(7);
        expect(significant(drawn({ is: 'loguniform', low: 1e-9, high: 1e9 }, u))).toBeLessThanOrEqual(7);
      }),
    );
  });

  it('is each listed one as often as the others', () => {
    const at = quantile(factor({ is: 'values', values: ['a', 'b', 'c', 'd', 'e'] }));
    const counts = new Map<unknown, number>();
    for (let i = 0; i < 1000; i++) {
      const { value } = at(i / 1000);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([200, 200, 200, 200, 200]);
  });
});

function ends(min: number, max: number) {
  return fc.double({ min, max, noNaN: true });
}

function isFit(space: Space): boolean {
  try {
    checkSpace('x', space);
    return true;
  } catch {
    return false;
  }
}
