import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLAIM, END, QuickLine, START } from '../../src/journal/quick-line.js';
import { parseJournalLine, type JournalRecord } from '../../src/journal/records.js';

const claim = fc
  .tuple(fc.stringMatching(/^[0-9a-f]{20}$/), fc.nat(99), fc.nat(9))
  .map(([hash, copy, generation]) => `${hash}.${copy}.${generation}`);
const at = fc
  .date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const entry = fc.nat(2_000_000);
const text = fc.oneof(fc.constantFrom('SIGKILL', 'SIGTERM'), fc.string({ unit: 'binary', maxLength: 9 }));
const took = fc.oneof(
  fc.nat(1e9).map((us) => us / 1000),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
);
const start = fc.record(
  { t: fc.constant('start'), claim, entry, at, slot: fc.nat(7), log: fc.nat() },
  { requiredKeys: ['t', 'claim', 'entry', 'at'] },
);
const end = fc.record(
  {
    ...{ t: fc.constant('end'), claim, entry, at, took },
    ...{ code: fc.nat(255), signal: text, unstartable: text },
    ...{ interrupted: fc.boolean(), timedOut: fc.boolean(), slot: fc.nat(7) },
    ...{ epoch: fc.nat(3), log: fc.tuple(fc.nat(), fc.nat()) },
  },
  { requiredKeys: ['t', 'claim', 'entry', 'at', 'took'] },
);
const claims = fc.record({
  t: fc.constant('claim'),
  claims: fc.array(claim, { maxLength: 4 }),
  revision: fc.nat(),
});
const line = fc
  .tuple(fc.integer({ min: -1 }), fc.oneof(start, end, claims))
  .map(([n, record]) => JSON.stringify({ n, ...record }));

/** A line with something wrong with it, or something new. */
const damaged = fc
  .tuple(
    line,
    fc.nat(),
    fc.constantFrom('', '"', ',', '0', '-', '.', 'e', ' ', '\\', '}', '{', 'é', ',"new":1', '\0'),
    fc.nat(3),
  )
  .map(([whole, place, put, drop]) => {
    const where = place % (whole.length + 1);
    return whole.slice(0, where) + put + whole.slice(where + drop);
  });

/** What it took, as zod has it; with bytes of other lines on both sides. */
function quickly(of: string): unknown {
  const bytes = Buffer.from(`1.5e3"}\n${of}\n{"n":0`);
  const length = Buffer.byteLength(of);
  const quick = new QuickLine();
  if (!quick.read(bytes, 8, 8 + length)) return undefined;
  const { n } = quick;
  const name = (from: number, to: number): string => bytes.toString('utf8', from, to);
  if (quick.kind === CLAIM) {
    const names = quick.claims
      .slice(0, quick.claimed)
      .flatMap((from, i, all) => (i % 2 === 0 ? [name(from, all[i + 1] ?? 0)] : []));
    return { n, record: { t: 'claim', claims: names, revision: quick.revision } };
  }
  const { entry: of_, slot, logFrom, logTo, code, signal, unstartable, interrupted, timedOut } = quick;
  const what = { claim: name(quick.claimFrom, quick.claimTo), entry: of_, at: quick.at };
  const where = slot < 0 ? {} : { slot };
  if (quick.kind === START)
    return { n, record: { t: 'start', ...what, ...where, ...(logFrom < 0 ? {} : { log: logFrom }) } };
  expect(quick.kind).toBe(END);
  return {
    n,
    record: {
      ...{ t: 'end', ...what, ...where, took: quick.took },
      ...(code === undefined ? {} : { code }),
      ...(signal === undefined ? {} : { signal }),
      ...(unstartable === undefined ? {} : { unstartable }),
      ...(interrupted && { interrupted }),
      ...(timedOut && { timedOut }),
      ...(logFrom < 0 ? {} : { log: [logFrom, logTo] }),
    },
  };
}

/** With its time as a number. */
function slowly(of: string): unknown {
  const parsed = parseJournalLine(of);
  if (!parsed) return undefined;
  const record: JournalRecord & { at?: string } = parsed.record;
  const { at: when } = record;
  return { n: parsed.n, record: { ...record, ...(when === undefined ? {} : { at: Date.parse(when) }) } };
}

const asWritten = [
  '{"n":3,"t":"start","claim":"00112233445566778899.0.0","entry":7,"at":"2024-02-28T23:59:59.999Z"}',
  '{"n":3,"t":"start","claim":"00112233445566778899.1.2","entry":7,"at":"2024-03-01T00:00:00.000Z","slot":3,"log":0}',
  '{"n":4,"t":"end","claim":"00112233445566778899.0.0","entry":7,"at":"2000-12-31T00:00:00.001Z","took":0.125,"code":0}',
  '{"n":4,"t":"end","claim":"a0112233445566778899.0.0","entry":7,"at":"2000-01-31T00:00:00.001Z","took":12,"signal":"SIGKILL","timedOut":true,"slot":1,"log":[0,12]}',
  '{"n":4,"t":"end","claim":"a0112233445566778899.0.0","entry":7,"at":"2000-01-31T00:00:00.001Z","took":12,"unstartable":"no such file","log":[0,0]}',
  '{"n":4,"t":"end","claim":"a0112233445566778899.0.0","entry":7,"at":"2000-01-31T00:00:00.001Z","took":12,"code":143,"interrupted":true}',
  '{"n":5,"t":"claim","claims":["00112233445566778899.0.0","10112233445566778899.0.1"],"revision":12}',
];

describe('a line read quickly', () => {
  test.each(asWritten)('says what the patient reading says: %s', (written) => {
    expect(quickly(written)).toBeDefined();
    expect(quickly(written)).toEqual(slowly(written));
  });

  test('says what the patient reading says, or nothing, whatever a worker may write', () => {
    fc.assert(
      fc.property(line, (written) => {
        const quick = quickly(written);
        if (quick !== undefined) expect(quick).toEqual(slowly(written));
      }),
      { numRuns: 2000 },
    );
  });

  test('says what the patient reading says, or nothing, also when it is damaged', () => {
    fc.assert(
      fc.property(damaged, (written) => {
        fc.pre(!written.includes('\n'));
        const quick = quickly(written);
        if (quick !== undefined) expect(quick).toEqual(slowly(written));
      }),
      { numRuns: 5000 },
    );
  });
});
