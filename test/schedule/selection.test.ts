import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/failure.js';
import { parseSelection } from '../../src/schedule/selection.js';

const of = (selection: string, count = 10) => parseSelection(selection, count, 'exp.json');

function reasonOf(selection: string, count = 10): string {
  try {
    return of(selection, count).join();
  } catch (error) {
    return (error as Failure).detail.reason;
  }
}

describe('a selection', () => {
  test.each([
    ['3', [3]],
    ['1,4,7-9', [1, 4, 7, 8, 9]],
    [' 9 , 0', [0, 9]],
    ['2-3,3-4,2', [2, 3, 4]],
    ['last', [9]],
    ['0,last', [0, 9]],
    ['all', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('%j names its entries in order, each once', (selection, entries) => {
    expect(of(selection)).toEqual(entries);
  });

  test('of all of an empty schedule is nothing, and it has no last entry', () => {
    expect(of('all', 0)).toEqual([]);
    expect(reasonOf('last', 0)).toBe('entry-unknown');
  });

  test('of entries that are not there is told as that', () => {
    expect([reasonOf('10'), reasonOf('3-10'), reasonOf('0-999999999999999')]).toEqual(
      Array(3).fill('entry-unknown'),
    );
  });

  test.each(['', ',', '1,', '-1', '3-', '4-2', '1.5', 'failed', 'All', '1 2', '1;2', '9'.repeat(400)])(
    '%j is refused, and a spelling that is right is named',
    (selection) => {
      expect(reasonOf(selection)).toBe('usage');
    },
  );
});
