import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log } from '../../src/doe/factors/exp-log.js';
import { inverseNormal } from '../../src/doe/factors/inverse-normal.js';

const ULP = 2 ** -52;

describe('exponential and logarithm', () => {
  it('agree with those of the machine to two units in the last place', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(3 * ULP);
      }),
    );
    fc.assert(
      fc.property(
        fc.double({ min: -300, max: 300, noNaN: true }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (e, m) => {
          const x = m * 10 ** e;
          expect(Math.abs(log(m / 5) - Math.log(m / 5))).toBeLessThanOrEqual(3 * ULP);
          expect(Math.abs(log(x) - Math.log(x))).toBeLessThanOrEqual(
            3 * ULP * Math.max(1, Math.abs(Math.log(x))),
          );
        },
      ),
    );
  });

  // Bit for bit: the same operations on doubles in Python give these.
  it('are the same on every machine', () => {
    expect([exp(0), exp(1), exp(-0.5), exp(690), exp(-690)]).toEqual([
      1, 2.7182818284590455, 0.6065306597126334, 4.60460640478299e299, 2.1717382813898268e-300,
    ]);
    expect([log(1), log(2), log(10), log(1e-300), log(0.9)]).toEqual([
      0, 0.6931471805599453, 2.302585092994046, -690.7755278982137, -0.10536051565782627,
    ]);
  });

  it('leave the range of numbers as they should', () => {
    expect(exp(800)).toBe(Infinity);
    expect(exp(-800)).toBe(0);
  });
});

describe('the inverse normal distribution', () => {
  // scipy.stats.norm.ppf of scipy 1.17
  it.each([
    [2 ** -33, -6.3379577545537895],
    [1e-9, -5.9978070150076865],
    [1e-5, -4.264890793922825],
    [0.001, -3.090232306167813],
    [0.02425, -1.972961051311885],
    [0.074999, -1.4395385353452306],
    [0.075, -1.4395314709384563],
    [0.1, -1.2815515655446004],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.6, 0.2533471031357997],
    [0.925, 1.4395314709384563],
    [0.95, 1.6448536269514722],
    [0.99, 2.3263478740408408],
    [0.999999, 4.753424308817087],
    [1 - 2 ** -33, 6.3379577545537895],
  ])('at %d is %d', (p, z) => {
    expect(Math.abs(inverseNormal(p) - z)).toBeLessThanOrEqual(4e-15 * Math.max(1, Math.abs(z)));
  });

  it('rises, is odd about a half, and never infinite', () => {
    expect(inverseNormal(0)).toBe(inverseNormal(2 ** -33));
    expect(inverseNormal(1)).toBe(-inverseNormal(0));
    let before = -Infinity;
    for (let i = 0; i <= 1024; i++) {
      const z = inverseNormal(i / 1024);
      expect(z).toBeGreaterThan(before);
      expect(inverseNormal(1 - i / 1024)).toBe(0 - z);
      before = z;
    }
  });
});
