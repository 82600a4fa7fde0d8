import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/doe/suggest.js';

describe('a suggestion', () => {
  const keys = ['design', 'factors', 'command', 'seed', 'lr'];

  it.each([
    ['desgin', 'design'],
    ['factor', 'factors'],
    ['comand', 'command'],
    ['cmomadn', 'command'],
    ['sed', 'seed'],
    ['Design', 'design'],
    ['LR', 'lr'],
    ['lrs', 'lr'],
  ])('for %s is %s', (typed, meant) => {
    expect(nearest(typed, keys)).toBe(meant);
  });

  it.each(['', 'x', 'le', 'momentum', 'cmmnda', 'sxyd'])(
    'is not made for %j, which is near to none',
    (typed) => {
      expect(nearest(typed, keys)).toBeUndefined();
    },
  );

  it('is the nearest, and of equally near ones the first', () => {
    expect(nearest('batch', ['batches', 'botch', 'match'])).toBe('botch');
    expect(nearest('größse', ['größe', 'grosse'])).toBe('größe');
    expect(nearest('a', [])).toBeUndefined();
  });

  it('finds a word of six letters or more again after any slip', () => {
    const word = fc.string({ minLength: 6, maxLength: 20, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('drop', 'swap', 'change', 'add'), (known, place, slip) => {
        const at = place % (known.length - 1);
        const [head, tail] = [known.slice(0, at), known.slice(at)];
        const typed = {
          drop: head + tail.slice(1),
          swap: head + tail.charAt(1) + tail.charAt(0) + tail.slice(2),
          change: `${head}§${tail.slice(1)}`,
          add: `${head}§${tail}`,
        }[slip];
        expect(nearest(typed, [known])).toBe(known);
        expect(nearest(`${typed}§§§`, [known])).toBeUndefined();
      }),
    );
  });
});
