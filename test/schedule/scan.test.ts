import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntryReader } from '../../src/schedule/entries.js';
import { scan } from '../../src/schedule/scan.js';
import { makeStrict } from '../../src/schedule/strict.js';
import { argvs, facts, scanned } from './outcome.js';
import { parsed, schedules, type SpelledSchedule } from './spelling.js';

describe('scan', () => {
  it('finds entries, marks and equal entries', () => {
    const text = scanned('[["a", "b"], ["executed", "a", "b"], ["c"]]');
    expect(facts(text)).toEqual({
      count: 3,
      pending: 2,
      starts: [1, 13, 37],
      ends: [11, 35, 42],
      marked: [0, 1, 0],
      group: [0, 0, 1],
      groupCount: [2, 1],
      groupMarked: [1, 0],
      loose: [],
    });
    expect(argvs(text)).toEqual([['a', 'b'], ['a', 'b'], ['c']]);
  });

  it('reads an empty list as a schedule of no entries', () => {
    expect(scanned('[]').count).toBe(0);
    expect(scanned('\ufeff \r\n[\t]\n').count).toBe(0);
  });

  it('takes numbers, true and false as they are spelled, as a command too', () => {
    const text = scanned('[["a", 1e5, -0, 0.10, true], [1, false], [true]]');
    expect(argvs(text)).toEqual([['a', '1e5', '-0', '0.10', 'true'], ['1', 'false'], ['true']]);
    expect(text.pending).toBe(3);
  });

  it('sees the mark however it is escaped, and several as one', () => {
    const text = scanned(
      String.raw`[["\u0065xecuted", "a"], ["executed","exec\u0075ted","a"], ["a", "executed"]]`,
    );
    expect(Array.from(text.marked)).toEqual([1, 1, 0]);
    expect(argvs(text)).toEqual([['a'], ['a'], ['a', 'executed']]);
    expect(Array.from(text.group)).toEqual([0, 0, 1]);
  });

  it('calls entries equal by what a process would get', () => {
    const same = String.raw`[["a",1], [ "\u0061" , "1" ], ["a"
      ,"\u0031"], ["a1"], ["a","1",""], ["ä"], ["\u00e4"], ["😀"], ["\ud83d\ude00"], ["a\/b"], ["a/b"]]`;
    expect(Array.from(scanned(same).group)).toEqual([0, 0, 0, 1, 2, 3, 3, 4, 4, 5, 5]);
  });

  it('notes comments and trailing commas in the order they stand', () => {
    const source = '// all\n[["a", /* why */ ], ["b" // it\n],\n /* x */ ]// end';
    const text = scanned(source);
    expect(argvs(text)).toEqual([['a'], ['b']]);
    expect(text.loose.map(([from, to]) => source.slice(from, to))).toEqual([
      '// all',
      ',',
      '/* why */',
      '// it',
      ',',
      '/* x */',
      '// end',
    ]);
  });

  it('finds equal entries far apart in a large schedule', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `["a",${i}]`);
    const text = scanned(`[${[...rows, ...rows].join(',')}]`);
    expect(text.groupCount.length).toBe(rows.length);
    expect(text.groupCount.every((count) => count === 2)).toBe(true);
    expect(text.group.every((group, i) => group === i % rows.length)).toBe(true);
  });

  it('stays fast when every entry is equal', () => {
    const text = scan(Buffer.from(`[${Array<string>(100_000).fill('["true"]').join(',')}]`));
    expect(Array.from(text.groupCount)).toEqual([100_000]);
  }, 2_000);

  it('stays fast when equal entries are spelled in different ways', () => {
    const text = scan(Buffer.from(`[${Array<string>(50_000).fill('["true"], ["tru\\u0065" ]').join(',')}]`));
    expect(Array.from(text.groupCount)).toEqual([100_000]);
  }, 2_000);

  it('tells entries apart whose hashes agree', () => {
    const entries = [...colliding(200_000)];
    expect(entries.length).toBeGreaterThan(1);
    expect(new Set(entries.map(hashOf)).size).toBeLessThan(entries.length);
    const text = scanned(`[${entries.join(',')}]`);
    expect(Array.from(text.groupCount)).toEqual(entries.map(() => 1));
  });
});

function hashOf(entry: string): number {
  const reader = new EntryReader(Buffer.from(entry), 0);
  reader.readEntry();
  return reader.hash;
}

/** Different entries among `many`, each of which has the hash of another. */
function colliding(many: number): Set<string> {
  const first = new Map<number, string>();
  const found = new Set<string>();
  for (let i = 0; i < many; i++) {
    const entry = `["${Math.imul(i, 0x9e3779b1).toString(36)}"]`;
    const hash = hashOf(entry);
    const other = first.get(hash);
    if (other === undefined) first.set(hash, entry);
    else if (other !== entry) found.add(other).add(entry);
  }
  return found;
}

describe('scan of any legal schedule in any spelling', () => {
  it('agrees with JSON.parse about argvs, marks and groups', () => {
    fc.assert(
      fc.property(schedules(), (schedule) => expectAgreement(schedule)),
      { numRuns: 1_000 },
    );
  });

  it('agrees about loose text as well, and strictness changes nothing but the looseness', () => {
    const property = fc.property(schedules({ loose: true }), ({ bytes, entries }) => {
      const text = scan(bytes);
      const strict = makeStrict(text);
      expectAgreement({ bytes: strict, entries });
      expect(argvs(text)).toEqual(entries.map((entry) => entry.argv));
      expect({ ...facts(scan(strict)), starts: 0, ends: 0 }).toEqual({
        ...facts(text),
        loose: [],
        starts: 0,
        ends: 0,
      });
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

function expectAgreement({ bytes, entries }: SpelledSchedule): void {
  const text = scan(bytes);
  expect(text.loose).toEqual([]);
  expect(argvs(text)).toEqual(entries.map((entry) => entry.argv));
  expect(Array.from(text.marked, Boolean)).toEqual(entries.map((entry) => entry.marked));
  expect(text.pending).toBe(entries.filter((entry) => !entry.marked).length);
  expect(spans(text.bytes, text.starts, text.ends)).toEqual(
    entries.map((entry) => parsed(Buffer.from(strictly(entry.spelling)))),
  );
  expect(parsed(bytes)).toEqual(spans(text.bytes, text.starts, text.ends));
  const keys = entries.map((entry) => JSON.stringify(entry.argv));
  const groups = [...new Set(keys)];
  expect(Array.from(text.group)).toEqual(keys.map((key) => groups.indexOf(key)));
  expect(Array.from(text.groupCount)).toEqual(
    groups.map((group) => keys.filter((key) => key === group).length),
  );
  expect(Array.from(text.groupMarked)).toEqual(
    groups.map((group) => keys.filter((key, i) => key === group && entries[i]!.marked).length),
  );
}

function strictly(entry: string): string {
  return makeStrict(scanned(`[${entry}]`))
    .toString()
    .slice(1, -1);
}

function spans(bytes: Buffer, starts: Uint32Array, ends: Uint32Array): unknown[] {
  return Array.from(starts, (start, i) => parsed(bytes.subarray(start, ends[i])));
}
