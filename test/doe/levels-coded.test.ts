import { describe, expect, it } from 'vitest';
import { coded } from '../../src/doe/factors/levels.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import type { Space } from '../../src/doe/factors/space.js';

const factor = (space: Space) => ({ name: 'x', space, style: 'option' as const });
const at = (space: Space, ...coordinates: number[]) =>
  coordinates.map((c) => coded(factor(space))(c).text).join(' ');

describe('a level at a coded coordinate', () => {
  it.each([
    [{ is: 'uniform', low: 0, high: 1 }, [-1, 0, 1, Math.SQRT1_2, 1.4], '0 0.5 1 0.853553 1.2'],
    [{ is: 'uniform', low: 1 / 3, high: 1 }, [-1, 0, 1], '0.3333333333333333 0.6666667 1'],
    [{ is: 'lin', low: 1, high: 0, count: 9 }, [-1, 0, 1], '1 0.5 0'],
    [{ is: 'log', low: 1e-4, high: 1e-2, count: 2 }, [-2, -1, 0, 1, 2], '0.00001 0.0001 0.001 0.01 0.1'],
    [{ is: 'loguniform', low: 1, high: 2 }, [-1, 0, 1], '1 1.4142136 2'],
    [{ is: 'loguniform', low: -100, high: -1 }, [-1, 0, 1], '-100 -10 -1'],
    [{ is: 'int', low: 1, high: 4 }, [-1, 0, 1, -2, 2], '1 3 4 0 6'],
    [{ is: 'int', low: -10, high: 10 }, [-1, 0, 1, 1.68], '-10 0 10 17'],
    [{ is: 'range', low: 0, high: 10, step: 4 }, [-1, 0, 1], '0 4 8'],
    [{ is: 'range', low: 10, high: 0, step: -1 }, [-1, 0, 1], '10 5 0'],
    [{ is: 'range', low: 0, high: 1, step: 0.3 }, [-1, 0, 1], '0 0.45 0.9'],
    [{ is: 'values', values: ['a', 'b'] }, [-1, 1], 'a b'],
    [{ is: 'values', values: [64, 256, 128], texts: ['64', '256', '0128'] }, [-1, 0, 1], '64 256 0128'],
    [{ is: 'groups', groups: [['-a'], ['-b', '1']] }, [-1, 1], '-a -b 1'],
    [{ is: 'flag' }, [-1, 1], ' --x'],
  ] as [Space, number[], string][])('of %o at %o: %s', (space, coordinates, expected) => {
    expect(at(space, ...coordinates)).toBe(expected);
  });

  it('is 0 and never -0', () => {
    expect(coded(factor({ is: 'int', low: 1, high: 4 }))(-2).value).toBe(0);
    expect(coded(factor({ is: 'uniform', low: -1, high: 1 }))(-1e-9).value).toBe(0);
  });

  it.each([
    [{ is: 'values', values: ['a', 'b'] }, 0, 'x=a,b has no value between its ends'],
    [{ is: 'values', values: ['a', 'b', 'c'] }, 0.5, 'has no value between its ends'],
    [{ is: 'values', values: ['a', 'b', 'c'] }, 1.4, 'has no value beyond its ends'],
    [{ is: 'values', values: ['a'] }, 1, 'has one value only'],
    [{ is: 'values', values: [1, 2, 3, 4] }, 1, 'has 4 values, and this design has room for two or three'],
    [{ is: 'values', values: [] }, 1, 'has no values'],
    [{ is: 'flag' }, 0, 'has no value between its ends'],
    [{ is: 'groups', groups: [['a'], ['b'], ['c'], ['d']] }, 1, 'has 4 values'],
    [{ is: 'normal', mean: 0, sd: 1 }, 1, 'has no low and high end'],
    [{ is: 'lin', low: 1, high: 2, count: 1 }, 1, 'has one value only'],
    [{ is: 'range', low: 1, high: 1, step: 1 }, 1, 'has one value only'],
    [{ is: 'range', low: 0.5, high: 0.5, step: 0.7 }, 1, 'has one value only'],
    [{ is: 'int', low: 7, high: 7 }, 1, 'has one value only'],
    [{ is: 'int', low: 1, high: 2 }, 0, 'needs a whole number between its ends'],
    [{ is: 'int', low: 1, high: 2 }, 1.4, 'needs a whole number beyond its ends'],
    [{ is: 'log', low: 0, high: 2, count: 3 }, 1, 'touches 0'],
    [{ is: 'loguniform', low: 1e-300, high: 1e300 }, 2, 'reaches too far'],
  ] as [Space, number, string][])('of %o at %d: none, for it %s', (space, coordinate, problem) => {
    const attempt = () => at(space, coordinate);
    expect(attempt).toThrow(DesignProblem);
    expect(attempt).toThrow(problem);
  });
});
