import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from '../../src/schedule/edit.js';
import { contentHash } from '../../src/schedule/file.js';
import { NewText } from '../../src/schedule/new-text.js';
import { scan } from '../../src/schedule/scan.js';
import { makeStrict } from '../../src/schedule/strict.js';
import { argvs, facts, scanned } from './outcome.js';
import { schedules } from './spelling.js';

function appended(text: string, ...append: string[]): string {
  return editText(scanned(text), { mark: [], unmark: [], append }).toString();
}

const D = '["d"]';
const E = '["e", "f"]';

describe('appending to the text of a schedule', () => {
  it.each([
    ['one entry a line', '[\n  ["a"],\n  ["b"]\n]\n', `[\n  ["a"],\n  ["b"],\n  ${D},\n  ${E}\n]\n`],
    ['one line', '[["a"], ["b"]]', `[["a"], ["b"], ${D}, ${E}]`],
    ['one line without spaces', '[["a"],["b"]]', `[["a"],["b"],${D},${E}]`],
    ['the comma in front', '[["a"]\n,["b"]\n]', `[["a"]\n,["b"]\n,${D}\n,${E}\n]`],
    ['tabs', '[\n\t["a"],\n\t["b"]\n]', `[\n\t["a"],\n\t["b"],\n\t${D},\n\t${E}\n]`],
    ['Windows lines', '[\r\n ["a"],\r\n ["b"]\r\n]\r\n', `[\r\n ["a"],\r\n ["b"],\r\n ${D},\r\n ${E}\r\n]\r\n`],
    [
      'entries of several lines',
      '[\n [\n  "a"\n ],\n [\n  "b"\n ]\n]',
      `[\n [\n  "a"\n ],\n [\n  "b"\n ],\n ${D},\n ${E}\n]`,
    ],
    ['the last two alone count', '[["a"],\n\n["b"], ["c"]]', `[["a"],\n\n["b"], ["c"], ${D}, ${E}]`],
    ['one entry on its line', '[\n  ["a"]\n]', `[\n  ["a"],\n  ${D},\n  ${E}\n]`],
    ['one entry on the line of the bracket', '[["a"]\n]', `[["a"], ${D}, ${E}\n]`],
    ['one entry behind a space', '[ ["a"] ]', `[ ["a"], ${D}, ${E} ]`],
    ['a byte order mark', '\ufeff[["a"]]', `\ufeff[["a"], ${D}, ${E}]`],
    ['none', '[]', `[\n  ${D},\n  ${E}\n]`],
    ['none, and a last line end', '[]\n', `[\n  ${D},\n  ${E}\n]\n`],
    ['none, and a space', ' [ ] ', ` [ \n  ${D},\n  ${E}\n] `],
    ['none, on two lines', '[\n]\n', `[\n  ${D},\n  ${E}\n]\n`],
    ['none, with Windows lines', '[\r\n]\r\n', `[\r\n  ${D},\r\n  ${E}\r\n]\r\n`],
    ['none, with a Windows line end', '[]\r\n', `[\r\n  ${D},\r\n  ${E}\r\n]\r\n`],
    ['none, behind a byte order mark', '\ufeff[]', `\ufeff[\n  ${D},\n  ${E}\n]`],
  ])('keeps the style: %s', (_name, before, after) => {
    expect(appended(before, D, E)).toBe(after);
  });

  it('changes nothing for no entries', () => {
    expect(appended('[["a"] ]\n')).toBe('[["a"] ]\n');
    expect(appended(' [ ]')).toBe(' [ ]');
  });

  it('goes with marks in one edit, also of the last entry', () => {
    const text = scanned('[["a"], ["executed", "b"]]');
    const both = editText(text, { mark: [0], unmark: [1], append: [D] });
    expect(both.toString()).toBe(`[["executed", "a"], ["b"], ${D}]`);
  });

  it('refuses loose text', () => {
    expect(() => appended('[["a"],]', D)).toThrow(/strict/);
  });

  it('takes a hundred thousand entries', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `["python", "main.py", "--n", "${i}", "ä"]`);
    const text = scan(Buffer.from(appended('[\n  ["a"]\n]\n', ...lines)));
    expect(text.count).toBe(100_001);
    expect(argvs(text).at(-1)).toEqual(['python', 'main.py', '--n', '99999', 'ä']);
  });

  const entries = fc.array(fc.array(words(), { minLength: 1, maxLength: 4 }), { maxLength: 5 });

  it.each([false, true])('only inserts, behind the last entry, in any legal text (comments: %s)', (loose) => {
    const property = fc.property(schedules({ loose }), entries, ({ bytes }, added) => {
      const before = scan(makeStrict(scan(bytes)));
      const after = editText(before, {
        mark: [],
        unmark: [],
        append: added.map((argv) => JSON.stringify(argv)),
      });
      const text = scan(after);
      expect(argvs(text)).toEqual([...argvs(before), ...added]);
      expect(Array.from(text.marked)).toEqual([...before.marked, ...added.map(() => 0)]);
      // Every other byte: what was put in lies between what was in front of it and what was behind.
      const at = firstDifference(before.bytes, after);
      const rest = before.bytes.subarray(at);
      expect(after.subarray(after.length - rest.length).equals(rest)).toBe(true);
      expect(at).toBeGreaterThanOrEqual(before.ends.at(-1) ?? 0);
      if (added.length === 0) expect(after.equals(before.bytes)).toBe(true);
      expect(facts(before)).toEqual(facts(scan(before.bytes)));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('puts the same between all, when there were two', () => {
    const property = fc.property(schedules(), fc.integer({ min: 1, max: 4 }), ({ bytes }, count) => {
      const before = scan(bytes);
      fc.pre(before.count > 1);
      const text = scan(
        editText(before, { mark: [], unmark: [], append: Array.from({ length: count }, () => D) }),
      );
      const gap = (i: number): string => text.bytes.toString('utf8', text.ends[i], text.starts[i + 1]);
      for (let i = before.count - 1; i < text.count - 1; i++) expect(gap(i)).toBe(gap(before.count - 2));
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('a new schedule', () => {
  it('has one entry a line, and knows its hash and how many', () => {
    const text = new NewText([D, E]);
    const bytes = Buffer.concat([...text]);
    expect(bytes.toString()).toBe(`[\n  ${D},\n  ${E}\n]\n`);
    expect([text.entries, text.hash()]).toEqual([2, contentHash(bytes)]);
  });

  it('may have none', () => {
    expect(Buffer.concat([...new NewText([])]).toString()).toBe('[]\n');
  });

  it('comes in pieces of about a megabyte, whatever its entries are', () => {
    const argv = ['ä😀'.repeat(50)];
    function* lines(): Generator<string> {
      for (let i = 0; i < 30_000; i++) yield JSON.stringify(argv);
    }
    const pieces = [...new NewText(lines())];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(8 << 20);
    const text = scan(Buffer.concat(pieces));
    expect([text.count, text.groupCount.length]).toEqual([30_000, 1]);
    expect(argvs(text)[0]).toEqual(argv);
  });

  it('reads back as the entries that it was made of', () => {
    const list = fc.array(fc.array(words(), { minLength: 1, maxLength: 4 }));
    const property = fc.property(list, (made) => {
      const text = scan(Buffer.concat([...new NewText(made.map((argv) => JSON.stringify(argv)))]));
      expect(argvs(text)).toEqual(made);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

function words(): fc.Arbitrary<string> {
  return fc
    .oneof(fc.constantFrom('a', '"', ']', ', [', '\n', '//', ''), fc.string({ unit: 'binary', maxLength: 8 }))
    .map((word) => (word === 'executed' ? 'e' : word.replaceAll('\0', '0')));
}

function firstDifference(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}
