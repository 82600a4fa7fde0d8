import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distinct } from '../../src/doe/distinct.js';

/** Whether each of the keys is new, when they come one after another. */
function news(keys: readonly string[]): boolean[] {
  const distinct = new Distinct(({ row }) => keys[row] as string);
  return keys.map((key, row) => distinct.isNew(key, { block: 0, row }));
}

describe('telling keys apart', () => {
  it('finds new those that no key before equals', () => {
    const key = fc.oneof(fc.string({ maxLength: 2 }), fc.nat({ max: 300 }).map(String));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 600 }), (keys) => {
        expect(news(keys)).toEqual(keys.map((one, i) => keys.indexOf(one) === i));
      }),
    );
  });

  it('holds beyond the size that its table begins with', () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `--a ${i}`);
    expect(news([...keys, ...keys])).toEqual([...keys.map(() => true), ...keys.map(() => false)]);
  });

  it('keeps apart what has the same hash', () => {
    // Found by search.
    const [a, b] = ['k32728', 'k261234'];
    expect(news([a, b, a, b])).toEqual([true, true, false, false]);
  });

  it('asks for the key of the block where it was first seen', () => {
    const blocks = [
      ['x', 'y'],
      ['y', 'z', 'x'],
    ] as const;
    const distinct = new Distinct(({ block, row }) => (blocks[block] as readonly string[])[row] as string);
    const found = blocks.map((keys, block) => keys.map((key, row) => distinct.isNew(key, { block, row })));
    expect(found).toEqual([
      [true, true],
      [false, true, false],
    ]);
  });
});
