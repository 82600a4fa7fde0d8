import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cloudOf, picture, type Cloud } from '../../src/doe/picture.js';
import { planOf } from '../../src/doe/plan.js';
import { experimentOf } from '../../src/doe/spec/spec.js';
import type { Spec } from '../../src/doe/spec/spec-schema.js';

const cloudOfSpec = (spec: Omit<Spec, 'command'>): Cloud | undefined =>
  cloudOf(planOf(experimentOf({ command: ['true'], ...spec })));

const drawn = (spec: Omit<Spec, 'command'>, columns = 44, isUnicode = false): string => {
  const cloud = cloudOfSpec(spec);
  return cloud ? picture(cloud, { columns, isUnicode }).join('\n') : '';
};

describe('a picture of a design', () => {
  test('has its first two numeric factors on its axes, log where they are', () => {
    const factors = { opt: 'adam,sgd', lr: 'log:1e-4..1e-1:4', batch: '32,64,128', wd: '0,0.1' };
    expect(drawn({ factors })).toBe(`\
       batch
  128 |4           4           4           4
      |
      |
      |
      |
      |4           4           4           4
      |
      |
   32 |4           4           4           4
      +-------------------------------------
       0.0001                            0.1
                     lr (log)
       2-9: so many points in one place; #: ten or more`);
  });

  test('is a strip when only one factor is a number', () => {
    expect(drawn({ factors: { lr: 'lin:0..1:5', amp: 'flag' } }, 29)).toBe(`\
   |2     2     2     2     2
   +-------------------------
    0                       1
               lr
    2-9: so many points in one place; #: ten or more`);
  });

  test('has a star for each point that lies alone', () => {
    const rows = drawn({ factors: { x: '1,2,3', y: '1,2,3' }, design: 'zip' }, 16).split('\n');
    expect(rows.slice(1, 10)).toEqual([
      '  3 |          *',
      ...Array<string>(3).fill('    |'),
      '    |     *',
      ...Array<string>(3).fill('    |'),
      '  1 |*',
    ]);
  });

  test('shows the whole range of values that are drawn, though no point may lie at its ends', () => {
    const rows = drawn({ factors: { x: 'uniform:0..10' }, design: 'sobol', runs: 2 }).split('\n');
    expect(rows[2]).toMatch(/^ +0 +10$/);
  });

  test('goes beyond the range where the points do', () => {
    const spec = { factors: { x: 'uniform:-1..1', y: 'uniform:-1..1' }, design: 'ccd:circumscribed' };
    expect(drawn(spec)).toMatch(/-1\.41421\d* +1\.41421/);
  });

  test('has dots for many points where the terminal can show them', () => {
    const spec = { factors: { x: 'uniform:0..1', y: 'uniform:0..1' }, design: 'sobol', runs: 512 };
    expect(drawn(spec, 80, true)).toMatch(/[\u2801-\u28ff]/);
    expect(drawn(spec, 80, false)).not.toMatch(/[^\n -~]/);
    expect(drawn({ ...spec, runs: 64 }, 80, true)).not.toMatch(/[^\n -~]/);
  });

  test('has each dot in its place', () => {
    const points = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? [0, 0] : [1, 1]));
    const axis = { low: 0, high: 1, isLog: false };
    const cloud = {
      axes: [
        { name: 'x', ...axis },
        { name: 'y', ...axis },
      ],
      points,
    };
    const rows = picture(cloud, { columns: 40, isUnicode: true });
    expect(rows[1]).toMatch(/^ {2}1 \| +\u2808$/);
    expect(rows[9]).toBe('  0 |\u2840');
  });

  test('leaves out factors that are no numbers, or always the same', () => {
    const factors = { opt: 'adam,sgd', mixed: '1,two', fixed: '3', on: 'true,false', x: '1,2' };
    expect(cloudOfSpec({ factors })?.axes.map(({ name }) => name)).toEqual(['x']);
    expect(cloudOfSpec({ factors: { opt: 'adam,sgd', fixed: '3' } })).toBeUndefined();
  });

  test('leaves out the runs in which one of its factors takes no part', () => {
    const factors = { opt: 'adam,sgd', lr: '1,2,3', momentum: { space: '0.8,0.9', when: 'opt == "sgd"' } };
    const cloud = cloudOfSpec({ factors });
    expect(cloud?.axes.map(({ name }) => name)).toEqual(['lr', 'momentum']);
    expect(cloud?.points).toHaveLength(6);
  });

  test('has the points of all blocks', () => {
    const cloud = cloudOfSpec({ blocks: [{ factors: { x: '1,2' } }, { factors: { x: 'log:10..1000:3' } }] });
    expect(cloud).toMatchObject({ axes: [{ name: 'x', low: 1, high: 1000, isLog: true }] });
    expect(cloud?.points).toEqual([[1], [2], [10], [100], [1000]]);
  });

  test('is made of some of very many runs, first and last parts alike', () => {
    const cloud = cloudOfSpec({ factors: { x: '1..100000' } });
    expect(cloud?.points.length).toBeLessThanOrEqual(4000);
    expect(cloud?.points[0]).toEqual([1]);
    expect(cloud?.points.at(-1)?.[0]).toBeGreaterThan(99_900);
  });

  test('fits its ranges and its width, whatever they are', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
    const axis = fc.record({
      ends: fc.tuple(number, number),
      name: fc.string({ maxLength: 6 }),
      isLog: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(axis, { minLength: 1, maxLength: 2 }),
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
          { maxLength: 300 },
        ),
        fc.integer({ min: 0, max: 200 }),
        fc.boolean(),
        (given, shares, columns, isUnicode) => {
          const axes = given.map(({ name, ends, isLog }) => {
            const low = Math.min(...ends);
            const high = Math.max(...ends) > low ? Math.max(...ends) : low + Math.abs(low) + 1;
            return { name, low, high, isLog: isLog && low * Math.sign(high) > 0 };
          });
          const points = shares.map((share) =>
            axes.map(({ low, high }, a) =>
              Math.min(high, Math.max(low, low + (share[a] as number) * (high / 2 - low / 2) * 2)),
            ),
          );
          const rows = picture({ axes, points }, { columns, isUnicode });
          const frame = axes.length === 2 ? rows.slice(1, 11) : rows.slice(0, 2);
          const label = (frame.at(-1) as string).indexOf('+');
          for (const row of frame) expect(row.length).toBeLessThanOrEqual(Math.max(columns, label + 11));
          // As many signs as there are points, where each can be counted.
          const signs = frame.slice(0, -1).flatMap((row) => Array.from(row.slice(row.indexOf('|') + 1)));
          const counted = signs.filter((sign) => sign !== ' ');
          expect(counted.length > 0).toBe(points.length > 0);
          if (counted.every((sign) => /[*2-9]/.test(sign)))
            expect(counted.reduce((sum, sign) => sum + (sign === '*' ? 1 : Number(sign)), 0)).toBe(
              points.length,
            );
        },
      ),
    );
  });
});
