import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { merge, type Decision, type Merged } from '../../src/schedule/merge.js';
import { scan } from '../../src/schedule/scan.js';
import { pretty } from '../support/protocol.js';

type Entry = readonly string[];
const text = (entries: readonly Entry[] | string) =>
  scan(Buffer.from(typeof entries === 'string' ? entries : pretty(entries)));
const done = (command: string): Entry => ['executed', command];
const due = (command: string): Entry => [command];

/** One letter an entry, in capitals when it is marked. */
const spelled = (letters: string): Entry[] =>
  Array.from(letters, (letter) => (letter === letter.toLowerCase() ? due(letter) : done(letter.toLowerCase())));

function spell(merged: Merged): string {
  if (merged.is === 'conflicts')
    return merged.conflicts
      .map(
        ({ is, argv, mine, theirs }) => `${is} ${argv.join()}: ${mine?.join() ?? '-'} ${theirs?.join() ?? '-'}`,
      )
      .join('; ');
  return (JSON.parse(merged.text.bytes.toString()) as string[][])
    .map((entry) => (entry[0] === 'executed' ? (entry[1] as string).toUpperCase() : entry[0]))
    .join('');
}

const versions = (base: string, mine: string, theirs: string) => ({
  base: text(spelled(base)),
  mine: text(spelled(mine)),
  theirs: text(spelled(theirs)),
});

function decided(all: Decision): ReadonlyMap<string, Decision> {
  return { get: () => all } as unknown as ReadonlyMap<string, Decision>;
}

describe('what an edit and others have done to different entries', () => {
  test.each([
    ['a mark that a worker has set', 'abc', 'abcd', 'Abc', 'Abcd'],
    ['a mark that was taken away by a worker', 'ABc', 'ABcd', 'aBc', 'aBcd'],
    ['a mark that the person has taken away', 'ABc', 'aBc', 'ABC', 'aBC'],
    ['a mark that the person has set', 'abc', 'abC', 'Abc', 'AbC'],
    ['entries that were appended', 'ab', 'xab', 'Abcd', 'xAbcd'],
    ['entries that both have appended', 'ab', 'abx', 'Aby', 'Abyx'],
    ['an entry that came in between', 'abc', 'abcx', 'aybc', 'aybcx'],
    ['an entry that came first', 'abc', 'abcx', 'yabc', 'yabcx'],
    ['an entry that was removed', 'abc', 'Xabc', 'ac', 'Xac'],
    ['the first, removed by others', 'abc', 'abcx', 'bc', 'bcx'],
    ['all, removed by others', 'abc', 'abcx', '', 'x'],
    ['all, removed by the person', 'abc', '', 'abcy', 'y'],
    ['all, replaced by both', 'abc', 'x', 'yz', 'yzx'],
    ['another order', 'abcd', 'dcba', 'AbCd', 'dCbA'],
    ['nothing of nothing', '', '', 'a', 'a'],
    ['the same entry, removed by both', 'abc', 'ac', 'Ac', 'Ac'],
    ['the same change by both', 'abc', 'axc', 'Axc', 'Axc'],
    ['the same mark, taken away by both', 'ABc', 'aBc', 'aBC', 'aBC'],
    ['one of several equal ones', 'aaa', 'aa', 'Aaa', 'Aa'],
    ['marks of several equal ones', 'aaa', 'aaA', 'Aaa', 'AaA'],
    ['equal ones that both have added', 'a', 'aa', 'aA', 'aAa'],
    ['one done by hand, and claimed meanwhile', 'a', 'A', 'A', 'A'],
  ])('%s', (_what, base, mine, theirs, expected) => {
    expect(spell(merge(versions(base, mine, theirs)))).toBe(expected);
  });
});

describe('what only the person can decide', () => {
  test.each([
    ['an entry they removed, claimed meanwhile', 'abc', 'ac', 'aBc', 'claimed b: - b', 'ac', 'aBc'],
    ['an entry they changed, claimed meanwhile', 'abc', 'axc', 'aBc', 'claimed b: x b', 'axc', 'aBc'],
    ['one of two equal ones, both claimed', 'aab', 'ab', 'AAb', 'claimed a: - a', 'Ab', 'AAb'],
    ['an entry that both changed', 'abc', 'axc', 'ayc', 'changed b: x y', 'axc', 'ayc'],
    ['an entry they changed, and others removed', 'abc', 'axc', 'ac', 'removed b: x -', 'axc', 'ac'],
    ['an entry they removed, and others changed', 'abc', 'ac', 'ayc', 'changed b: - y', 'ac', 'ayc'],
    ['an entry they put back, and others removed', 'aBc', 'abc', 'ac', 'removed b: b -', 'abc', 'ac'],
  ])('%s', (_what, base, mine, theirs, conflict, ifMine, ifTheirs) => {
    const all = versions(base, mine, theirs);
    expect(spell(merge(all))).toBe(conflict);
    expect(spell(merge(all, { decisions: decided('mine') }))).toBe(ifMine);
    expect(spell(merge(all, { decisions: decided('theirs') }))).toBe(ifTheirs);
  });
});

describe('a merge that may have been done before', () => {
  test.each([
    ['ab', 'abx', 'abx', 'abx'],
    ['ab', 'aabX', 'AabX', 'AabX'],
    ['ab', 'ax', 'ax', 'ax'],
    ['AB', 'aB', 'aB', 'aB'],
    ['AB', 'aB', 'AB', 'aB'],
    ['aab', 'ab', 'Ab', 'Ab'],
  ])('%s edited to %s, found as %s', (base, mine, theirs, expected) => {
    expect(spell(merge(versions(base, mine, theirs), { maybeAgain: true }))).toBe(expected);
  });
});

describe('the bytes', () => {
  test('are those of the person, and marks come into them', () => {
    const mine = '[ ["a" , "1"],\r\n\r\n\t["b"],   ["new", 1e5] ]\n';
    const merged = merge({
      base: text([['a', '1'], ['b']]),
      mine: text(mine),
      theirs: text([
        ['a', '1'],
        ['executed', 'b'],
      ]),
    });
    expect(merged.is === 'merged' && merged.text.bytes.toString()).toBe(
      '[ ["a" , "1"],\r\n\r\n\t["executed", "b"],   ["new", 1e5] ]\n',
    );
  });

  test('of what others added are theirs, in the style of the person', () => {
    const theirs = '[\n  ["a"],\n  ["b", 1.50]\n]\n';
    const merged = merge({ base: text([['a']]), mine: text('[["a"], ["c"]]'), theirs: text(theirs) });
    expect(merged.is === 'merged' && merged.text.bytes.toString()).toBe('[["a"], ["b", 1.50], ["c"]]');
  });

  test("of a list without entries are the person's", () => {
    const merged = merge({ base: text('[]'), mine: text('[ ]'), theirs: text('[]\n') });
    expect(merged.is === 'merged' && merged.text.bytes.toString()).toBe('[ ]');
  });

  test('keep comments and trailing commas as long as nothing has to be put in', () => {
    const mine = '[\n  ["a"], // first\n  ["b"],\n]\n';
    const base = text([['a']]);
    const same = merge({ base, mine: text(mine), theirs: base });
    expect(same.is === 'merged' && same.text.bytes.toString()).toBe(mine);
    const merged = merge({ base, mine: text(mine), theirs: text([['executed', 'a']]) });
    expect(merged.is === 'merged' && merged.text.bytes.toString()).toBe(
      '[\n  ["executed", "a"], \n  ["b"]\n]\n',
    );
  });
});

/** Lists of few different commands, so that there are equal ones. */
const entry = fc
  .tuple(fc.constantFrom(...Array.from('abcde')), fc.boolean())
  .map(([c, marked]) => (marked ? c.toUpperCase() : c));
const list = fc.array(entry, { maxLength: 8 });
type Op = readonly ['mark' | 'unmark' | 'toggle' | 'remove' | 'change' | 'insert' | 'move', number, string];
const opsOf = (...names: Op[0][]) =>
  fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(20), entry), { maxLength: 6 });
const ofWorkers = opsOf('mark', 'mark', 'mark', 'unmark');
const ofPeople = opsOf('toggle', 'remove', 'change', 'insert', 'move');

function after(base: readonly string[], ops: readonly Op[]): string[] {
  const now = [...base];
  for (const [op, where, value] of ops) {
    const at = now.length === 0 ? 0 : where % now.length;
    const old = now[at];
    if (op === 'insert') now.splice(where % (now.length + 1), 0, value);
    if (old === undefined) continue;
    if (op === 'mark') now[at] = old.toUpperCase();
    if (op === 'unmark') now[at] = old.toLowerCase();
    if (op === 'toggle') now[at] = old === old.toUpperCase() ? old.toLowerCase() : old.toUpperCase();
    if (op === 'remove') now.splice(at, 1);
    if (op === 'change') now[at] = value;
    if (op === 'move') now.splice(where % now.length, 0, ...now.splice(0, 1));
  }
  return now;
}

const countOf = (letters: Iterable<string>, letter: string): number =>
  Array.from(letters).filter((one) => one === letter).length;

describe('any edit and anything others do meanwhile', () => {
  const anything = fc.record({
    base: list,
    mine: ofPeople,
    theirs: fc.oneof(
      ofWorkers,
      fc.tuple(ofWorkers, ofPeople).map((ops) => ops.flat()),
    ),
  });

  function made({ base, mine, theirs }: { base: string[]; mine: Op[]; theirs: Op[] }) {
    const lists = {
      base: base.join(''),
      mine: after(base, mine).join(''),
      theirs: after(base, theirs).join(''),
    };
    return { ...lists, versions: versions(lists.base, lists.mine, lists.theirs) };
  }

  test('can be merged once everything is decided', () => {
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom<Decision>('mine', 'theirs'),
        fc.boolean(),
        (ops, all, maybeAgain) => {
          const merged = merge(made(ops).versions, { decisions: decided(all), maybeAgain });
          expect(merged.is).toBe('merged');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('loses no mark that was set meanwhile, unless the person says so', () => {
    fc.assert(
      fc.property(anything, (ops) => {
        const { base, theirs, versions } = made(ops);
        for (const options of [{}, { decisions: decided('theirs') }]) {
          const merged = merge(versions, options);
          if (merged.is === 'conflicts') continue;
          const result = spell(merged);
          for (const letter of 'ABCDE') {
            const set = countOf(theirs, letter) - countOf(base, letter);
            expect(countOf(result, letter)).toBeGreaterThanOrEqual(set);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('loses no entry that either has added, and brings none back that either has removed', () => {
    fc.assert(
      fc.property(anything, (ops) => {
        const { base, mine, theirs, versions } = made(ops);
        const merged = merge(versions);
        if (merged.is === 'conflicts') return;
        const count = (letters: string, letter: string) => countOf(letters.toLowerCase(), letter);
        for (const letter of 'abcde') {
          const [before, my, their] = [base, mine, theirs].map((one) => count(one, letter)) as [
            number,
            number,
            number,
          ];
          const found = count(spell(merged), letter);
          expect(found).toBeLessThanOrEqual(Math.max(before, my, their, my + their - before));
          expect(found).toBeGreaterThanOrEqual(Math.max(0, Math.min(before, my, their)));
          if (my >= before && their >= before && my > before !== their > before)
            expect(found).toBe(Math.max(my, their));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('is what the one has made of it where the other has done nothing', () => {
    fc.assert(
      fc.property(anything, (ops) => {
        const {
          versions: { base, mine, theirs },
        } = made(ops);
        const merged = merge({ base, mine, theirs: base });
        expect(merged.is === 'merged' && merged.text.bytes.equals(mine.bytes)).toBe(true);
        const others = merge({ base, mine: base, theirs });
        expect(others.is === 'merged' && others.text.bytes.equals(theirs.bytes)).toBe(true);
      }),
    );
  });

  test('keeps every byte of the person, whatever others have marked', () => {
    const layouts = [
      (entries: unknown) => JSON.stringify(entries),
      (entries: unknown) => JSON.stringify(entries, undefined, 3),
    ];
    fc.assert(
      fc.property(list, ofWorkers, ofPeople, fc.constantFrom(...layouts), (base, workers, people, layout) => {
        const mine = text(layout(spelled(after(base, people).join(''))));
        const merged = merge({ ...made({ base, mine: people, theirs: workers }).versions, mine });
        if (merged.is === 'conflicts') return;
        const bare = (bytes: Buffer) => bytes.toString().replaceAll(/"executed",\s*/g, '');
        expect(bare(merged.text.bytes)).toBe(bare(mine.bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('gives the same when it is merged once more', () => {
    fc.assert(
      fc.property(list, ofPeople, ofWorkers, (base, mine, theirs) => {
        const { versions } = made({ base, mine, theirs });
        const once = merge(versions);
        if (once.is === 'conflicts') return;
        const again = merge(
          { ...versions, theirs: once.text },
          { maybeAgain: true, decisions: decided('mine') },
        );
        const sorted = (merged: Merged) => Array.from(spell(merged).toLowerCase()).toSorted().join('');
        expect(sorted(again)).toBe(sorted(once));
      }),
      { numRuns: 1000 },
    );
  });
});
