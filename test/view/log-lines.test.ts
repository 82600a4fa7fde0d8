import { describe, expect, test } from 'vitest';
import { LogReader } from '../../src/view/log-lines.js';

function linesOf(...pieces: readonly (string | Buffer)[]): readonly string[] {
  const reader = new LogReader(true);
  for (const piece of pieces) reader.push(Buffer.from(piece as string));
  return reader.view(false).lines;
}

describe('a log is shown as a terminal would show it', () => {
  test.each<[string, string, string[]]>([
    ['line by line', 'a\nb\n', ['a', 'b']],
    ['with the line that is not yet ended', 'a\nb', ['a', 'b']],
    ['with empty lines', 'a\n\nb\n', ['a', '', 'b']],
    ['a progress bar as it is now', '10%\r50%\r99%', ['99%']],
    ['a progress bar that begins anew', '10%\r50%\r', ['50%']],
    ['lines that end as on Windows', 'a\r\nb\r\n', ['a', 'b']],
    ['without colours', '\x1b[31mred\x1b[0m \x1b[38;5;9mtoo\x1b[m', ['red too']],
    ['without titles and links', '\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b\x1b(B', ['ab']],
    ['with tabs', 'a\tb\tc', ['a       b       c']],
  ])('%s', (_, text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });
});

test('characters and lines may come in pieces', () => {
  const bytes = Buffer.from('héllo 漢\nnext\n');
  for (let at = 0; at <= bytes.length; at++) {
    expect(linesOf(bytes.subarray(0, at), bytes.subarray(at))).toEqual(['héllo 漢', 'next']);
  }
});

test('of a very long log the end is kept, and said to be the end', () => {
  const reader = new LogReader(true);
  for (let i = 0; i < 30; i++) {
    reader.push(Buffer.from(Array.from({ length: 1000 }, (_, j) => `line ${i * 1000 + j}\n`).join('')));
  }
  const { lines, cut } = reader.view(true);
  expect(lines.length).toBeLessThanOrEqual(20_000);
  expect(lines.length).toBeGreaterThan(10_000);
  expect(lines.at(-1)).toBe('line 29999');
  expect(cut).toBe(true);
});

test('a line that never ends takes no more room than one that is long', () => {
  const reader = new LogReader(true);
  for (let i = 0; i < 50; i++) reader.push(Buffer.from('x'.repeat(100_000)));
  expect(reader.view(false).lines).toEqual(['x'.repeat(10_000)]);
  for (let i = 0; i < 50; i++) reader.push(Buffer.from(`\r${i} ${'#'.repeat(1000)}`));
  expect(reader.view(false).lines[0]).toMatch(/^49 #+$/);
});
