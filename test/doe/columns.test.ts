import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/doe/columns.js';
import type { Value } from '../../src/doe/experiment.js';

type Run = Readonly<Record<string, Value>>;

function columns(runs: readonly Run[]): number[][] {
  const made = columnsOf(runs.length, (run) => new Map(Object.entries(runs[run] as Run)));
  return made.map((column) => [...column]);
}

describe('the columns that balancing counts', () => {
  it('number the values of each factor as they come, and 0 is for absent', () => {
    expect(
      columns([{ opt: 'sgd', m: 0.9 }, { opt: 'adam' }, { opt: 'sgd', m: 0.5 }, { opt: 'sgd', m: 0.9 }]),
    ).toEqual([
      [1, 2, 1, 1],
      [1, 0, 2, 1],
    ]);
  });

  it('know a factor that takes part in later runs only', () => {
    expect(columns([{ a: 1 }, { a: 1, late: true }])).toEqual([
      [1, 1],
      [0, 1],
    ]);
  });

  it('tell a number from the text that looks like it', () => {
    expect(columns([{ a: 1 }, { a: '1' }, { a: true }, { a: 'true' }])).toEqual([[1, 2, 3, 4]]);
  });

  it('cut many different numbers into eight shares of equal size, in their order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.double({ noNaN: true }), { minLength: 17, maxLength: 200 }), (numbers) => {
        // 0 and -0 are one value.
        const values = [...new Set(numbers.map((x) => x + 0))];
        fc.pre(values.length > 16);
        const [column = []] = columns(values.map((x) => ({ x })));
        const sizes = Array.from({ length: 8 }, (_, i) => column.filter((share) => share === i + 1).length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(sizes.reduce((sum, size) => sum + size)).toBe(values.length);
        const inOrder = values.map((x, i) => [x, column[i] as number] as const).sort(([a], [b]) => a - b);
        const shares = inOrder.map(([, share]) => share);
        expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      }),
    );
  });

  it('leave up to sixteen numbers, and any number of texts, as they are', () => {
    const levels = (column: readonly number[] | undefined): number => new Set(column).size;
    expect(levels(columns(Array.from({ length: 16 }, (_, a) => ({ a })))[0])).toBe(16);
    expect(levels(columns(Array.from({ length: 17 }, (_, a) => ({ a })))[0])).toBe(8);
    expect(levels(columns(Array.from({ length: 17 }, (_, a) => ({ a: `v${a}` })))[0])).toBe(17);
  });

  it('are none where nothing varies', () => {
    expect(columns([{}, {}])).toEqual([]);
  });
});
