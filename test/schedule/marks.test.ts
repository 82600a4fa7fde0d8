import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from '../../src/schedule/edit.js';
import { scan } from '../../src/schedule/scan.js';
import { facts, scanned } from './outcome.js';
import { parsed, schedules } from './spelling.js';

function marked(text: string, ...mark: number[]): string {
  return editText(scanned(text), { mark, unmark: [] }).toString();
}

function unmarked(text: string, ...unmark: number[]): string {
  return editText(scanned(text), { mark: [], unmark }).toString();
}

describe('editText', () => {
  it.each([
    ['a space after the comma', '[["a", "b"]]', '[["executed", "a", "b"]]'],
    ['no space after the comma', '[["a","b"]]', '[["executed","a","b"]]'],
    ['one argument only', '[["a"]]', '[["executed", "a"]]'],
    [
      'lines of their own',
      '[\n  [\n    "a",\n    "b"\n  ]\n]',
      '[\n  [\n    "executed",\n    "a",\n    "b"\n  ]\n]',
    ],
    ['Windows lines', '[[\r\n\t"a"]]', '[[\r\n\t"executed",\r\n\t"a"]]'],
    ['the first on the bracket’s line', '[["a",\n  "b"]]', '[["executed",\n  "a",\n  "b"]]'],
    ['numbers', '[[1,2]]', '[["executed",1,2]]'],
    ['a byte order mark', '\ufeff[["a"]]', '\ufeff[["executed", "a"]]'],
  ])('marks in the owner’s style: %s', (_name, before, after) => {
    expect(marked(before, 0)).toBe(after);
    expect(unmarked(after, 0)).toBe(before);
  });

  it('marks and unmarks several entries at once, whatever their order', () => {
    const text = scanned('[["a"], ["executed", "b"], ["c"]]');
    expect(editText(text, { mark: [2, 0, 2], unmark: [1] }).toString()).toBe(
      '[["executed", "a"], ["b"], ["executed", "c"]]',
    );
  });

  it('does not mark twice, nor unmark what has no mark', () => {
    expect(marked('[["executed","a"]]', 0)).toBe('[["executed","a"]]');
    expect(unmarked('[[ "a" ]]', 0)).toBe('[[ "a" ]]');
  });

  it('takes away all leading marks, however they are spelled, and no other word', () => {
    expect(unmarked('[["executed" ,\n "\\u0065xecuted","a", "executed"]]', 0)).toBe('[["a", "executed"]]');
  });

  it('refuses loose text, unknown entries and contradictions', () => {
    expect(() => marked('[["a"],]', 0)).toThrow(/strict/);
    expect(() => marked('[["a"]]', 1)).toThrow(RangeError);
    expect(() => unmarked('[["a"]]', -1)).toThrow(RangeError);
    expect(() => editText(scanned('[["a"]]'), { mark: [0], unmark: [0] })).toThrow(/both/);
  });

  it('only inserts: the same value with the mark in front, and the same bytes after unmarking', () => {
    const choice = schedules().chain((schedule) => {
      const pending = schedule.entries.flatMap((entry, i) => (entry.marked ? [] : [i]));
      return fc.tuple(fc.constant(schedule), fc.subarray(pending));
    });
    const property = fc.property(choice, ([{ bytes }, mark]) => {
      const original = scan(Buffer.from(bytes));
      const after = editText(original, { mark, unmark: [] });
      const value = parsed(bytes) as unknown[][];
      expect(parsed(after)).toEqual(
        value.map((entry, i) => (mark.includes(i) ? ['executed', ...entry] : entry)),
      );
      expect(isSubsequence(bytes, after)).toBe(true);
      const text = scan(after);
      expect(Array.from(text.group)).toEqual(Array.from(original.group));
      expect(editText(text, { mark: [], unmark: mark }).equals(bytes)).toBe(true);
      expect(original.bytes.equals(bytes)).toBe(true);
      expect(facts(original)).toEqual(facts(scan(bytes)));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

function isSubsequence(part: Buffer, whole: Buffer): boolean {
  let found = 0;
  for (const byte of whole) if (byte === part[found]) found++;
  return found === part.length;
}
