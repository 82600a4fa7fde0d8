import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSpace, levelsOf, sizeOf } from '../../src/doe/factors/levels.js';
import type { Space } from '../../src/doe/factors/space.js';
import { parseSpace, spaceText } from '../../src/doe/factors/spelling.js';

const factor = (space: Space) => ({ name: 'x', space, style: 'option' as const });

describe('the spelling of a space', () => {
  const number = fc
    .oneof(
      fc.integer({ min: -100, max: 100 }),
      fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    )
    .map((x) => x + 0);
  const text = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.string({
      unit: fc.constantFrom(',', "'", '"', '\\', '[', ']', ':', ' ', '.', '=', '-', '1', 'e', '\n', 'a'),
      maxLength: 6,
    }),
    fc.constantFrom(
      'flag',
      'true',
      'False',
      '1..5',
      '1..5x',
      '1..',
      '..',
      'log:1..2:3',
      'lgo:1..2',
      '0.10',
      '007',
      ' a ',
      '',
      'a..b',
    ),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  );
  const value = fc.oneof(text, number, fc.boolean());
  const numeric = fc.tuple(number, number, fc.integer({ min: 1, max: 30 }));
  const spaces: fc.Arbitrary<Space> = fc.oneof(
    fc.array(value, { minLength: 1, maxLength: 5 }).map((list): Space => ({ is: 'values', values: list })),
    fc
      .array(fc.array(text, { maxLength: 4 }), { minLength: 1, maxLength: 4 })
      .map((groups): Space => ({ is: 'groups', groups })),
    fc.constant<Space>({ is: 'flag' }),
    numeric.map(([low, high, count]): Space => ({ is: 'lin', low, high, count })),
    numeric.map(([low, high, count]): Space => ({ is: 'log', low, high, count })),
    numeric.map(([low, step, count]): Space => ({ is: 'range', low, high: low + step * count, step })),
    numeric.map(([low, , count]): Space => ({ is: 'range', low, high: low + count, step: 1 })),
    numeric.map(([low, high]): Space => ({ is: 'uniform', low, high })),
    numeric.map(([low, high]): Space => ({ is: 'loguniform', low, high })),
    numeric.map(([low, , count]): Space => ({
      is: 'int',
      low: Math.round(low),
      high: Math.round(low) + count,
    })),
    numeric.map(([mean, sd]): Space => ({ is: 'normal', mean, sd })),
  );

  it('is read back as the same levels', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        fc.pre(isFit(space));
        const again = parseSpace('x', spaceText(space));
        expect(sizeOf(again)).toBe(sizeOf(space));
        if (sizeOf(space) < Infinity) expect(levelsOf(factor(again))).toEqual(levelsOf(factor(space)));
        else expect(again).toEqual(space);
        expect(spaceText(again)).toBe(spaceText(space));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '0.10,1e-3,007',
    'true,False',
    'a,../b,a..b',
    "'a b','flag'",
    '[--a 1],[]',
    '0..1:0.25',
    '1..5',
    '1..5.5:1',
  ])('is what was typed, where that is plain: %s', (typed) => {
    expect(spaceText(parseSpace('x', typed))).toBe(typed);
  });

  it('has numbers as short as they are', () => {
    expect(spaceText(parseSpace('x', 'log:1e-4..1e-1:4'))).toBe('log:0.0001..0.1:4');
    expect(spaceText({ is: 'normal', mean: -0, sd: 1e-9 })).toBe('normal:0,1e-9');
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
