import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashGroups } from '../../src/schedule/group-hashes.js';
import { scan } from '../../src/schedule/scan.js';
import { SlotHasher } from '../../src/schedule/slot-hasher.js';
import { argvOf, slotHash } from '../../src/schedule/slots.js';

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

function hashesOf(schedule: string): [quick: string[], slow: string[]] {
  const text = scan(Buffer.from(schedule));
  const hasher = new SlotHasher();
  const quick = Array.from({ length: text.count }, (_, entry) => {
    hasher.hash(text, entry);
    return `${hex(hasher.high)}${hex(hasher.middle)}${hasher.low.toString(16).padStart(4, '0')}`;
  });
  return [quick, quick.map((_, entry) => slotHash(argvOf(text, entry)))];
}

test('hashes entries however they are spelled', () => {
  const schedule = `[
    ["a"], ["executed", "a"], [ "executed" , "executed","a" ], ["a\\u0062c", "\\n"], [1, true, -2.50e3, "1"],
    ["executed", "x", "executed"], ["é", "😀", "\\ud83d\\ude00", ""], ["executed", 7], ["\\u0065xecuted", "b"], ["/", "\\/", "\u007f"]
  ]`;
  const [quick, slow] = hashesOf(schedule);
  expect(quick).toEqual(slow);
  expect(new Set(quick).size).toBe(8);
});

test('hashes entries with the commas and comments that are tolerated', () => {
  const [quick, slow] = hashesOf(
    `[["a", "b",], ["executed", "a", "b" , ], ["a" /* why */, "b"], ["a,]", "b"],]`,
  );
  expect(quick).toEqual(slow);
  expect(new Set(quick).size).toBe(2);
});

test('hashes groups in their order', () => {
  const text = scan(Buffer.from('[["a"], ["b"], ["executed", "a"], [7], ["b"]]'));
  const { high } = hashGroups(text);
  expect(Array.from(high, hex)).toEqual(['a', 'b', '7'].map((word) => slotHash([word]).slice(0, 8)));
});

test('hashes entries of every length, block by block', () => {
  const entries = Array.from({ length: 300 }, (_, length) => ['x'.repeat(length)]);
  const [quick, slow] = hashesOf(JSON.stringify([...entries, ['y'.repeat(100_000)], ['z']]));
  expect(quick).toEqual(slow);
});

test('hashes whatever arguments there may be', () => {
  const argument = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'));
  const entry = fc.array(argument, { minLength: 1 }).filter((argv) => argv.some((word) => word !== 'executed'));
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const [quick, slow] = hashesOf(JSON.stringify(entries));
      expect(quick).toEqual(slow);
    }),
  );
});
