import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scan } from '../../src/schedule/scan.js';
import { makeStrict } from '../../src/schedule/strict.js';
import { outcome } from './outcome.js';
import { parsed, schedules } from './spelling.js';

describe('scan of mutated bytes', () => {
  it.each(['[["a\\u00e4", 1.5e2], [true]]', ' [ ["executed","a", -0 ] ]'])(
    'accepts what JSON.parse accepts with any one byte put in, or in place of another: %s',
    (legal) => {
      const bytes = Buffer.from(legal);
      for (let at = 0; at <= bytes.length; at++) {
        for (let byte = 0; byte < 256; byte++) {
          for (const deleted of [0, 1]) {
            const parts = [bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at + deleted)];
            expectVerdict(Buffer.concat(parts));
          }
        }
      }
    },
  );

  it('accepts exactly what JSON.parse accepts and has the shape of a schedule', () => {
    const property = fc.property(schedules({ maxEntries: 4 }), mutations, ({ bytes }, edits) => {
      const mutated = edits.reduce((before, edit) => edit(before), bytes);
      expectVerdict(mutated);
    });
    fc.assert(property, { numRuns: 5_000 });
  });
});

/** The verdict on the bytes is the reference's; plain comparisons, for expect is slow in tens of thousands. */
function expectVerdict(mutated: Buffer): void {
  const result = outcome(() => scan(mutated));
  if ('problem' in result) {
    if (isSchedule(mutated)) throw new Error(`refused: ${mutated.toString()}: ${result.problem}`);
    expect(result.offset ?? 0).toBeLessThanOrEqual(mutated.length);
    return;
  }
  const strict = result.loose.length === 0 ? mutated : makeStrict(scan(mutated));
  if (!isSchedule(strict)) throw new Error(`accepted: ${mutated.toString()}`);
  if (result.loose.length > 0 && isSchedule(mutated))
    throw new Error(`not loose at all: ${mutated.toString()}`);
}

const snippet = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    ',',
    '[',
    ']',
    '[]',
    '["a"]',
    ',["executed"]',
    'null',
    '{}',
    '//',
    '/*',
    '*/',
    '\n',
    '\0',
  ),
  fc.constantFrom(
    '\\u',
    '\\u0000',
    '\\ud800',
    '\\udc00',
    '01',
    '1.',
    '.5',
    '+1',
    'e',
    '-',
    'tru',
    'NaN',
    ' ',
    '\t',
    '\x7f',
  ),
  fc.string({ maxLength: 3 }),
);

const mutations = fc.array(
  fc
    .tuple(
      fc.nat(),
      fc.oneof(
        snippet.map((inserted) => Buffer.from(inserted)),
        fc.uint8Array({ maxLength: 2 }),
      ),
      fc.nat(3),
    )
    .map(([where, inserted, deleted]) => (bytes: Buffer) => {
      const at = where % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + deleted)]);
    }),
  { minLength: 1, maxLength: 3 },
);

/** The reference: the shape of a schedule, told from the outside. */
function isSchedule(bytes: Buffer): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    const value = parsed(bytes);
    return Array.isArray(value) && value.every(isEntry);
  } catch {
    return false;
  }
}

function isEntry(entry: unknown): boolean {
  return Array.isArray(entry) && entry.every(isArgument) && entry.some((argument) => argument !== 'executed');
}

function isArgument(value: unknown): boolean {
  if (typeof value === 'string') return !/[\0\p{Surrogate}]/u.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}
