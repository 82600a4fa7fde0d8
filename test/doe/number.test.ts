import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalsOf, neat, numberText, valueText } from '../../src/doe/factors/number.js';

const anyNumber = fc.double({ noNaN: true, noDefaultInfinity: true });

describe('a number as it is typed', () => {
  it.each([
    [0.1, '0.1'],
    [0.0001, '0.0001'],
    [0.000001, '0.000001'],
    [1e-7, '1e-7'],
    [-1.5e-9, '-1.5e-9'],
    [100000, '100000'],
    [1e15, '1000000000000000'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [1e16, '1e16'],
    [-1.25e22, '-1.25e22'],
    [0, '0'],
    [-0, '0'],
    [1 / 3, '0.3333333333333333'],
  ])('%d is %s', (x, text) => {
    expect(numberText(x)).toBe(text);
  });

  it('reads back as itself, without a plus or a zero in front of the exponent', () => {
    fc.assert(
      fc.property(anyNumber, (x) => {
        const text = numberText(x);
        expect(Number(text)).toBe(x + 0);
        expect(text).toMatch(/^-?\d+(?:\.\d+)?(?:e-?[1-9]\d*)?$/);
      }),
    );
  });

  it('stands beside texts and booleans, which are typed as they are', () => {
    expect([0.5, 'a b', true, false].map(valueText)).toEqual(['0.5', 'a b', 'true', 'false']);
  });
});

describe('a neat number', () => {
  it.each([
    [0.1 + 0.2, 1e-7, 0.3],
    [1 / 7, 1.4e-7, 0.1428571],
    [0.149999, 0.01, 0.15],
    [-0.149999, 0.01, -0.15],
    [1234.5, 100, 1200],
    [1234.5, 999, 1200],
    [1234.5, 1000, 1000],
    [40, 100, 0],
    [-60, 100, -100],
    [-1e-9, 1e-3, 0],
    [0, 1e-3, 0],
    [1.23456789e-40, 1e-42, 1.23e-40],
    [1.23456789e40, 1e38, 1.23e40],
    [4e-41, 1e-40, 0],
    [-6e-41, 1e-40, -1e-40],
  ])('%d to within %d is %d', (x, resolution, expected) => {
    expect(neat(x, resolution)).toBe(expected);
  });

  it('takes a power of ten for what it is, and the number next below it for less', () => {
    for (let exponent = -307; exponent <= 300; exponent++) {
      const ten = Number(`1e${exponent}`);
      expect(neat(1.26 * ten, ten)).toBe(ten);
      const less = ten * (1 - 2 ** -53);
      if (less < ten) expect(neat(1.26 * ten, less)).toBe(Number(`13e${exponent - 1}`));
    }
  });

  it('is as far off as half the resolution at most, and has no more digits than that needs', () => {
    const exponents = fc.integer({ min: -60, max: 60 });
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        exponents,
        fc.nat({ max: 14 }),
        (x, e, digits) => {
          const scaled = x * Number(`1e${e}`);
          const quantum = Number(`1e${e + 6 - digits}`);
          const rounded = neat(scaled, quantum);
          expect(Math.abs(rounded - scaled)).toBeLessThanOrEqual(quantum * 0.51);
          expect(decimalsOf(rounded)).toBeLessThanOrEqual(Math.max(0, digits - 6 - e));
          expect(neat(-scaled, quantum)).toBe(0 - rounded);
          expect(neat(rounded, quantum)).toBe(rounded);
        },
      ),
    );
  });

  it('stays as it is where a double is not that fine, and without a resolution', () => {
    for (const resolution of [1e-20, 5e-324, 0, -1, NaN]) {
      for (let i = 1; i < 100; i++) expect(neat(1 / i, resolution)).toBe(1 / i);
    }
    expect(neat(Infinity, 1)).toBe(Infinity);
    expect(neat(NaN, 1)).toBeNaN();
  });
});

describe('the decimals of a number', () => {
  it.each([
    [0.25, 2],
    [3, 0],
    [0, 0],
    [340, -1],
    [1e-7, 7],
    [-1.5e-7, 8],
    [1e20, -20],
  ])('of %d are %d', (x, decimals) => {
    expect(decimalsOf(x)).toBe(decimals);
  });
});
