import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/schedule/place.js';

function placed(text: string, needle: string) {
  const bytes = Buffer.from(text);
  return placeOf(bytes, bytes.indexOf(needle));
}

describe('placeOf', () => {
  it('counts lines and columns from one, in characters', () => {
    expect(placed('[\n  ["ä😀", X]\n]', 'X')).toEqual({
      line: 2,
      column: 10,
      excerpt: '  ["ä😀", X]',
      caret: 10,
    });
  });

  it('takes a CRLF as one line end and shows none of it', () => {
    expect(placed('[\r\n["a" X],\r\n]', 'X')).toEqual({ line: 2, column: 6, excerpt: '["a" X],', caret: 5 });
  });

  it('does not count a byte order mark', () => {
    expect(placed('\ufeffX', 'X')).toEqual({ line: 1, column: 1, excerpt: 'X', caret: 0 });
    expect(placeOf(Buffer.from('\ufeffX'), 0)).toEqual({ line: 1, column: 1, excerpt: 'X', caret: 0 });
  });

  it('shows tabs as one space and control characters as pictures', () => {
    expect(placed('\t"\x1b[31m\x00\x7f\u202e" X', 'X')).toMatchObject({ excerpt: ' "␛[31m␀␡�" X', caret: 12 });
  });

  it('puts the caret behind the last character at the end of the text', () => {
    expect(placeOf(Buffer.from('[["a"]'), 6)).toEqual({ line: 1, column: 7, excerpt: '[["a"]', caret: 6 });
    expect(placeOf(Buffer.from('[\n'), 99)).toEqual({ line: 2, column: 1, excerpt: '', caret: 0 });
  });

  it('stays on the line whose end is at fault', () => {
    expect(placed('["a\nb"]', '\n')).toMatchObject({ line: 1, column: 4, excerpt: '["a', caret: 3 });
  });

  it('cuts a long line on both sides of the place', () => {
    const { excerpt, caret, column } = placed(`[${'["a"],'.repeat(100)}X${',["b"]'.repeat(100)}]`, 'X');
    expect(column).toBe(602);
    expect(excerpt).toMatch(/^….*X.*…$/);
    expect(excerpt).toHaveLength(72);
    expect(excerpt[caret]).toBe('X');
  });

  it('shows as much as fits in front of the end of a long line', () => {
    const { excerpt, caret } = placed(`${'["a"],'.repeat(100)}X]`, 'X');
    expect(excerpt).toMatch(/^….*X]$/);
    expect(excerpt).toHaveLength(72);
    expect(caret).toBe(70);
  });

  it('finds the place in a line of many megabytes without decoding it all', () => {
    const bytes = Buffer.alloc(50_000_000, 'ä');
    expect(placeOf(bytes, 40_000_000)).toMatchObject({ line: 1, column: 20_000_001 });
  });

  it('holds its promises for any bytes and offset', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom('\n', '\r', '\t', 'ä', '😀', 'x'), fc.string({ unit: 'binary' })),
      maxLength: 300,
    });
    const bytes = fc.oneof(
      text.map((each) => Buffer.from(each)),
      fc.uint8Array().map((each) => Buffer.from(each)),
    );
    const property = fc.property(bytes, fc.nat(600), (each, offset) => {
      const { line, column, excerpt, caret } = placeOf(each, offset);
      expect(Math.min(line, column)).toBeGreaterThan(0);
      expect(line).toBeLessThanOrEqual(each.filter((byte) => byte === 0x0a).length + 1);
      expect(Array.from(excerpt).length).toBeLessThanOrEqual(72);
      expect(excerpt).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(caret).toBeLessThanOrEqual(excerpt.length);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});
