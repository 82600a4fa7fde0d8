import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpace, levelsOf, quantile, sizeOf } from '../../src/doe/factors/levels.js';
import { numberText } from '../../src/doe/factors/number.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import type { Space } from '../../src/doe/factors/space.js';

const factor = (space: Space, name = 'x') => ({ name, space, style: 'option' as const });
const texts = (space: Space) => levelsOf(factor(space)).map(({ text }) => text);
const lin = (low: number, high: number, count: number): Space => ({ is: 'lin', low, high, count });
const log = (low: number, high: number, count: number): Space => ({ is: 'log', low, high, count });
const range = (low: number, high: number, step: number): Space => ({ is: 'range', low, high, step });

describe('levels', () => {
  it.each([
    [log(1e-4, 1e-1, 4), '0.0001 0.001 0.01 0.1'],
    [log(0.1, 0.001, 3), '0.1 0.01 0.001'],
    [log(1000, 1, 7), '1000 316.2278 100 31.62278 10 3.162278 1'],
    [log(-1, -100, 3), '-1 -10 -100'],
    [log(1, 1000, 7), '1 3.162278 10 31.62278 100 316.2278 1000'],
    [log(1e-300, 1e300, 5), '1e-300 1e-150 1 1e150 1e300'],
    [log(7, 9, 1), '7'],
    [lin(0, 1, 11), '0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1'],
    [lin(0, 1, 8), '0 0.1428571 0.2857143 0.4285714 0.5714286 0.7142857 0.8571429 1'],
    [lin(1, 0, 3), '1 0.5 0'],
    [lin(-0.3, 0.3, 7), '-0.3 -0.2 -0.1 0 0.1 0.2 0.3'],
    [lin(1e6, 1e6 + 3, 4), '1000000 1000001 1000002 1000003'],
    [lin(1e12, 1e12 + 1, 3), '1000000000000 1000000000000.5 1000000000001'],
    [lin(1e9, 1e9 + 3e-4, 4), '1000000000 1000000000.0001 1000000000.0002 1000000000.0003'],
    [lin(1e-9, 3e-9, 3), '1e-9 2e-9 3e-9'],
    [lin(1 / 3, 2 / 3, 3), '0.3333333333333333 0.5 0.6666666666666666'],
    [lin(5, 9, 1), '5'],
    [range(1, 5, 1), '1 2 3 4 5'],
    [range(0, 1, 0.1), '0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1'],
    [range(0, 0.3, 0.1), '0 0.1 0.2 0.3'],
    [range(0, 0.29999999999, 0.1), '0 0.1 0.2'],
    [range(0, 1, 0.333333333), '0 0.333333333 0.666666666 0.999999999'],
    [range(1e6, 1e6 + 0.3, 0.1), '1000000 1000000.1 1000000.2 1000000.3'],
    [range(5, 0, -2), '5 3 1'],
    [range(3, 3, -7), '3'],
    [range(100, 1000, 450), '100 550 1000'],
    [{ is: 'int', low: -1, high: 2 }, '-1 0 1 2'],
    [{ is: 'values', values: [0.1, 'adam', true, 1e-7] }, '0.1 adam true 1e-7'],
    [{ is: 'values', values: [0.1, 7], texts: ['0.10', '007'] }, '0.10 007'],
  ] as const)('of %o are %s', (space, expected) => {
    expect(texts(space).join(' ')).toBe(expected);
    expect(sizeOf(space)).toBe(texts(space).length);
  });

  it('hold the value for expressions beside the text for the command', () => {
    const listed: Space = { is: 'values', values: [0.1, '0.1', false], texts: ['0.10', '0.1', 'False'] };
    expect(levelsOf(factor(listed))).toEqual([
      { value: 0.1, text: '0.10' },
      { value: '0.1', text: '0.1' },
      { value: false, text: 'False' },
    ]);
    expect(levelsOf(factor(lin(0, 1, 3)))[1]).toEqual({ value: 0.5, text: '0.5' });
  });

  it('of a flag are its absence and its presence', () => {
    const levels = [
      { value: false, text: '', args: [] },
      { value: true, text: '--amp', args: ['--amp'] },
    ];
    expect(levelsOf(factor({ is: 'flag' }, 'amp'))).toEqual(levels);
    expect(levelsOf(factor({ is: 'flag' }, '-v'))[1]).toEqual({ value: true, text: '-v', args: ['-v'] });
  });

  it('of groups are their arguments', () => {
    const groups: Space = { is: 'groups', groups: [['--sgd', '--momentum', '0.9'], []] };
    expect(levelsOf(factor(groups))).toEqual([
      { value: '--sgd --momentum 0.9', text: '--sgd --momentum 0.9', args: ['--sgd', '--momentum', '0.9'] },
      { value: '', text: '', args: [] },
    ]);
  });

  const number = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc
      .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -290, max: 290 }))
      .map(([m, e]) => m * 10 ** e),
  );
  const widths = fc.oneof(fc.constantFrom(3, 1, 1e-3, -7), number);
  const steps = fc.constantFrom('lin' as const, 'log' as const);

  it('go from end to end without a stop or a step back', () => {
    fc.assert(
      fc.property(steps, number, widths, fc.integer({ min: 1, max: 300 }), (is, low, width, count) => {
        const space: Space = { is, low, high: low + width, count };
        fc.pre(isFit(space));
        const values = levelsOf(factor(space)).map(({ value }) => value as number);
        expect(values).toHaveLength(count);
        expect(values[0]).toBe(low + 0);
        if (count > 1) expect(values.at(-1)).toBe(low + width + 0);
        const up = Math.sign(width);
        for (let i = 1; i < count; i++) expect((values[i]! - values[i - 1]!) * up).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('differ even where they are as close as is allowed', () => {
    const closeness = fc.integer({ min: 20, max: 52 });
    const small = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
    fc.assert(
      fc.property(steps, small, closeness, fc.integer({ min: 2, max: 50 }), (is, low, bits, count) => {
        const space: Space = { is, low, high: low * (1 + 2 ** -bits * (count - 1)), count };
        fc.pre(isFit(space));
        const values = levelsOf(factor(space)).map(({ value }) => value as number);
        for (let i = 1; i < count; i++) expect(values[i]).toBeGreaterThan(values[i - 1]!);
      }),
      { numRuns: 2000 },
    );
  });

  it('are evenly spaced to a millionth of the step, in the logarithm where they are asked to be', () => {
    const ends = fc.tuple(
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.double({ min: 1.01, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(steps, ends, fc.integer({ min: 2, max: 50 }), (is, [low, ratio], count) => {
        const scale = is === 'log' ? Math.log : (x: number) => x;
        const high = low * ratio;
        const step = (scale(high) - scale(low)) / (count - 1);
        for (const [i, { value }] of levelsOf(factor({ is, low, high, count })).entries()) {
          expect(Math.abs(scale(value as number) - scale(low) - i * step)).toBeLessThanOrEqual(step * 1e-6);
        }
      }),
    );
  });

  it('of a range are the decimals that adding on paper gives', () => {
    const cents = fc.integer({ min: -10_000_000, max: 10_000_000 });
    const step = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(
        cents,
        step,
        fc.nat({ max: 200 }),
        fc.nat({ max: 99 }),
        fc.boolean(),
        (from, by, count, more, down) => {
          const sign = down ? -1 : 1;
          // One that is not reached even once is refused.
          const beyond = count === 0 ? 0 : Math.min(more, by - 1);
          const to = from + sign * (count * by + beyond);
          const space = range(from / 100, to / 100, (sign * by) / 100);
          const onPaper = Array.from({ length: count + 1 }, (_, i) => numberText((from + sign * i * by) / 100));
          expect(texts(space)).toEqual(onPaper);
        },
      ),
    );
  });

  it('can be many', () => {
    expect(levelsOf(factor(range(1, 1_000_000, 1))).at(-1)).toEqual({ value: 1_000_000, text: '1000000' });
    expect(sizeOf({ is: 'int', low: -5e15, high: 4e15 })).toBe(9e15 + 1);
  });

  it('of a continuous range are none, and the remedy is a sampled design or steps', () => {
    for (const is of ['uniform', 'loguniform'] as const) {
      const space: Space = { is, low: 1, high: 2 };
      expect(sizeOf(space)).toBe(Infinity);
      expect(problemOf(() => levelsOf(factor(space)))).toMatchObject({
        problem: `x=${is}:1..2 is drawn from, and has no list of values to go through.`,
        remedy: expect.stringMatching(/lin:.*--design sobol/),
      });
    }
    expect(() => levelsOf(factor({ is: 'normal', mean: 0, sd: 1 }))).toThrow(DesignProblem);
  });
});

describe('a space without sense', () => {
  it.each([
    [{ is: 'values', values: [] }, 'lr has no values.'],
    [{ is: 'groups', groups: [] }, 'lr has no values.'],
    [{ is: 'values', values: [1, NaN] }, 'lr=1,NaN has a number that is not finite.'],
    [{ is: 'values', values: [Infinity] }, 'lr=Infinity has a number that is not finite.'],
    [log(0, 1, 5), 'lr=log:0..1:5 touches 0, which has no logarithm.'],
    [log(-1, 0, 5), 'touches 0'],
    [log(-1, 1, 5), 'crosses 0'],
    [log(1, -1, 5), 'crosses 0'],
    [{ is: 'loguniform', low: 0, high: 1 }, 'touches 0'],
    [{ is: 'loguniform', low: -1, high: 1 }, 'crosses 0'],
    [lin(0, 1, 0), 'whole number of values'],
    [lin(0, 1, -1), 'whole number of values'],
    [lin(0, 1, 2.5), 'whole number of values'],
    [lin(0, 1, NaN), 'too great or too close to 0'],
    [lin(0, 1, 10_000_001), 'more than 10 million'],
    [lin(1, 1, 2), 'begins and ends at the same value'],
    [log(1, 1, 2), 'begins and ends at the same value'],
    [lin(1, 1 + 2 ** -50, 9), 'cannot be told apart'],
    [log(1, 1 + 2 ** -50, 9), 'cannot be told apart'],
    [lin(NaN, 1, 2), 'too great or too close to 0'],
    [lin(0, Infinity, 2), 'too great or too close to 0'],
    [lin(0, 1e301, 2), 'too great or too close to 0'],
    [log(1e-310, 1, 2), 'too great or too close to 0'],
    [range(1, 5, 0), 'lr=1..5:0 has a step of 0.'],
    [range(1, 5, -1), 'never gets from 1 to 5 by steps of -1'],
    [range(5, 1, 1), 'never gets from 5 to 1'],
    [range(0, 1, 5), 'has a step of 5, which is longer than the range'],
    [range(0, 0.1, 0.5), 'has a step of 0.5, which is longer than the range'],
    [range(1e-200, 0, 1e-200), 'never gets'],
    [range(1, 5, NaN), 'too great or too close to 0'],
    [range(1, 1e12, 1), 'more than 10 million'],
    [range(1, 10_000_001, 1), 'more than 10 million'],
    [range(0, 1e300, 1e-300), 'more than 10 million'],
    [range(1e15, 1e15 + 1, 0.125), 'cannot be told apart'],
    [{ is: 'uniform', low: 1, high: 0 }, 'ends below its beginning'],
    [{ is: 'loguniform', low: 2, high: 1 }, 'ends below its beginning'],
    [{ is: 'uniform', low: 1, high: 1 }, 'begins and ends at the same value'],
    [{ is: 'uniform', low: NaN, high: 1 }, 'too great or too close to 0'],
    [{ is: 'int', low: 2, high: 1 }, 'ends below its beginning'],
    [{ is: 'int', low: 0.5, high: 1 }, 'no whole number'],
    [{ is: 'int', low: 0, high: NaN }, 'no whole number'],
    [{ is: 'int', low: 0, high: 2 ** 53 }, 'beyond the whole numbers'],
    [{ is: 'normal', mean: 0, sd: 0 }, 'not above 0'],
    [{ is: 'normal', mean: 0, sd: -1 }, 'not above 0'],
    [{ is: 'normal', mean: 0, sd: NaN }, 'too great or too close to 0'],
    [{ is: 'normal', mean: 1e9, sd: 1e-9 }, 'cannot be told apart'],
  ] as [Space, string][])('%o: %s', (space, problem) => {
    for (const attempt of [() => checkSpace('lr', space), () => quantile(factor(space, 'lr'))]) {
      const thrown = problemOf(attempt);
      expect(thrown.problem).toContain(problem);
      expect(thrown.remedy).toMatch(/^[A-Z].*\.$/);
    }
    expect(() => levelsOf(factor(space))).toThrow(DesignProblem);
  });

  it('is not one that has a single value, or as many as are allowed', () => {
    const fine: Space[] = [
      lin(1, 1, 1),
      range(2, 2, 1),
      range(1, 1e7, 1),
      { is: 'int', low: 4, high: 4 },
      { is: 'values', values: [''] },
      { is: 'groups', groups: [[]] },
    ];
    for (const space of fine) checkSpace('x', space);
    const many: Space = { is: 'int', low: 1, high: 10_000_001 };
    checkSpace('x', many);
    expect(problemOf(() => levelsOf(factor(many))).problem).toContain('more than 10 million');
  });
});

function isFit(space: Space): boolean {
  try {
    checkSpace('x', space);
    return true;
  } catch {
    return false;
  }
}

function problemOf(attempt: () => unknown): DesignProblem {
  try {
    attempt();
  } catch (error) {
    if (error instanceof DesignProblem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
