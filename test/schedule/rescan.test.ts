import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from '../../src/schedule/edit.js';
import { rescan } from '../../src/schedule/rescan.js';
import { scan } from '../../src/schedule/scan.js';
import type { ScheduleText } from '../../src/schedule/text.js';
import { facts, outcome, scanned } from './outcome.js';
import { schedules } from './spelling.js';

type Change = (text: ScheduleText) => Buffer;

function spliced(bytes: Buffer, at: number, deleted: number, inserted: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + deleted)]);
}

const inserted = fc.oneof(
  fc.constantFrom(
    '',
    '"',
    '\\',
    ',',
    ']',
    '[',
    '["a"],',
    ',["a"]',
    '"executed",',
    '],["b"',
    '/*',
    '*/',
    '//',
    ' ',
    '\n',
    'ä',
  ),
  fc.constantFrom('"],["', '/*"*/', '\\"', '""', '" ,"', '],', '["a"', '\xe4'),
  fc.string({ maxLength: 4 }),
);

/** Marks, as workers make them. */
const marks: fc.Arbitrary<Change> = fc
  .tuple(fc.array(fc.nat(), { maxLength: 4 }), fc.boolean())
  .map(([numbers, mark]) => (text) => {
    if (text.count === 0 || text.loose.length > 0) return text.bytes;
    const chosen = numbers.map((number) => number % text.count);
    return editText(text, mark ? { mark: chosen, unmark: [] } : { mark: [], unmark: chosen });
  });

/** Bytes, as editors and accidents do. */
const splice: fc.Arbitrary<Change> = fc.tuple(fc.nat(), fc.oneof(fc.constant(0), fc.nat(12)), inserted).map(
  ([where, deleted, text]) =>
    ({ bytes }) =>
      spliced(bytes, where % (bytes.length + 1), deleted, Buffer.from(text)),
);

/** Whole entries gone, doubled or swapped. */
const entries: fc.Arbitrary<Change> = fc.tuple(fc.nat(), fc.nat(3)).map(([where, kind]) => (text) => {
  if (text.count < 2) return text.bytes;
  const i = where % (text.count - 1);
  const first = text.bytes.subarray(text.starts[i], text.ends[i]);
  const second = text.bytes.subarray(text.starts[i + 1], text.ends[i + 1]);
  const comma = Buffer.from(',');
  const put = kind === 0 ? [first] : kind === 1 ? [first, comma, first, comma, second] : [second, comma, first];
  return spliced(text.bytes, text.starts[i]!, text.ends[i + 1]! - text.starts[i]!, Buffer.concat(put));
});

const truncation: fc.Arbitrary<Change> = fc.nat().map(
  (where) =>
    ({ bytes }) =>
      bytes.subarray(0, where % (bytes.length + 1)),
);

const garbage: fc.Arbitrary<Change> = fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 6 })).map(
  ([where, noise]) =>
    ({ bytes }) =>
      spliced(bytes, where % (bytes.length + 1), noise.length, noise),
);

const change = fc.oneof(
  { weight: 4, arbitrary: marks },
  { weight: 4, arbitrary: splice },
  { weight: 2, arbitrary: entries },
  { weight: 1, arbitrary: truncation },
  { weight: 1, arbitrary: garbage },
);

/** Applies the changes one after the other and compares after each; a text that is none ends the chain. */
function expectSameAsScan(first: ScheduleText, changes: readonly Change[]): void {
  let previous = first;
  for (const each of changes) {
    const bytes = Buffer.from(each(previous));
    const before = facts(previous);
    const result = outcome(() => rescan(previous, bytes));
    expect(result).toEqual(outcome(() => scan(bytes)));
    expect(facts(previous)).toEqual(before);
    if ('problem' in result) return;
    previous = rescan(previous, bytes);
    expect(previous.bytes).toBe(bytes);
  }
}

describe('rescan', () => {
  it('says what scan says, after any changes', () => {
    const property = fc.property(
      schedules(),
      fc.array(change, { minLength: 1, maxLength: 5 }),
      ({ bytes }, changes) => expectSameAsScan(scan(bytes), changes),
    );
    fc.assert(property, { numRuns: 4_000 });
  });

  it('says what scan says when the text before was loose', () => {
    const property = fc.property(schedules({ loose: true }), change, ({ bytes }, each) =>
      expectSameAsScan(scan(bytes), [each]),
    );
    fc.assert(property, { numRuns: 500 });
  });

  it('says what scan says about changes around the edges of its chunks', () => {
    const row = '["python","mäin😀.py","--seed","1"]';
    const bytes = Buffer.from(`[${Array<string>(5_000).fill(row).join(', ')}]`);
    const text = scan(bytes);
    const near = fc.tuple(fc.constantFrom(65_536, 131_072), fc.integer({ min: -40, max: 40 }), fc.boolean());
    const property = fc.property(near, fc.nat(80), inserted, ([edge, offset, fromEnd], deleted, put) => {
      const at = fromEnd ? bytes.length - edge + offset : edge + offset;
      expectSameAsScan(text, [() => spliced(bytes, at, deleted, Buffer.from(put))]);
    });
    fc.assert(property, { numRuns: 150 });
  });

  it('reads only what changed when a peer marks: the groups are the ones from before', () => {
    const previous = scanned(`[${'["a"], ["b", "ä"], '.repeat(50)}["c"]]`);
    const peers = editText(previous, { mark: [7, 8, 40], unmark: [] });
    const text = rescan(previous, peers);
    expect(text.group).toBe(previous.group);
    expect(facts(text)).toEqual(facts(scan(peers)));
    expect(rescan(text, previous.bytes).group).toBe(previous.group);
    expect(facts(rescan(text, previous.bytes))).toEqual(facts(previous));
  });

  it('notices an argument that changes behind equal marks', () => {
    const previous = scanned('[["a"], ["b"], ["a"]]');
    expect(Array.from(rescan(previous, Buffer.from('[["a"], ["a"], ["a"]]')).group)).toEqual([0, 0, 0]);
  });

  it('reads on when a new quote swallows what used to be entries', () => {
    const previous = scanned('[["a"], ["b"], ["c"], ["d"]]');
    const bytes = Buffer.from('[["a", "], ["], ["b"], ["c"], ["d"]]');
    expect(outcome(() => rescan(previous, bytes))).toEqual(outcome(() => scan(bytes)));
  });
});
