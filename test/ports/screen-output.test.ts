import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SafeOutput } from '../../src/ports/screen-output.js';

function shown(text: string, coloured = true): string {
  const safe = new SafeOutput({ coloured });
  return safe.add(Buffer.from(text)) + safe.end();
}

test.each([
  ['plain\ttext\n', 'plain\ttext\n'],
  ['\x1b[1;38;5;3mcolour\x1b[0m\n', '\x1b[1;38;5;3mcolour\x1b[0m\n'],
  ['\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n', 'alink\n'],
  ['\x1b[2J\x1b[10;3Ha\x1b[?25lb\x1b[Kc\x1b7\x1b8\x1bc\x1b(0\x1b=d\n', 'abcd\n'],
  ['\x1bPsixel\x1b\\\x1b_apc\x07\x1b^pm\x1b\\a\n', 'a\n'],
  ['\x1b]0;never ends\n', '\\x1b]0;never ends\n'],
  ['\x1b\x1b[31;5Hm\n', '\\x1bm\n'],
  ['\x1b]0;\x1b[2J\n', '\\x1b]0;\n'],
  ['bell \x07 \x9b2J \u202e\n', 'bell \\x07 \\x9b2J \\u202e\n'],
  ['1%\r2%\r3%\n', '3%\n'],
  ['1%\r2%\r', '2%'],
  ['windows\r\n', 'windows\n'],
  ['\r\r\n', '\n'],
  ['\x1b[31m1%\r2%\n', '\x1b[31m2%\n'],
  ['no end', 'no end'],
  ['漢字 ✓ é\n', '漢字 ✓ é\n'],
])('%j is shown as %j', (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test('without colours those go too', () => {
  expect(shown('\x1b[31mred\x1b[0m\n', false)).toBe('red\n');
});

test('wherever chunks end, the same is shown', () => {
  const text = '漢字 \x1b[31mred\x1b[0m\x1b]0;title\x07\r\n1%\r2%\r\x1b[1A3%\n\x1b[2Jé no end';
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const safe = new SafeOutput({ coloured: true });
    const parts = [safe.add(bytes.subarray(0, cut)), safe.add(bytes.subarray(cut)), safe.end()];
    expect(parts.join('')).toBe(shown(text));
  }
});

test('a line that has not ended can be seen as it stands', () => {
  const safe = new SafeOutput({ coloured: true });
  expect(safe.add(Buffer.from('a\n10%\r20%\r'))).toBe('a\n');
  expect(safe.begun).toBe('20%');
  expect(safe.add(Buffer.from('30%'))).toBe('');
  expect(safe.begun).toBe('30%');
  expect(safe.end()).toBe('30%');
});

test('a line without an end takes no more memory than a screen is worth', () => {
  const safe = new SafeOutput({ coloured: true });
  let length = 0;
  for (let i = 0; i < 100; i++) length += safe.add(Buffer.from('x'.repeat(10_000))).length;
  expect(length + safe.end().length).toBe(1_000_000);
  for (let i = 0; i < 100; i++) safe.add(Buffer.from(`${'x'.repeat(10_000)}\r`));
  expect(safe.begun.length).toBeLessThan(100_000);
});

test('whatever is printed, no command but colours reaches the terminal', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '0',
      ';',
      'm',
      'J',
      '\x07',
      '\\',
      '\r',
      '\n',
      '\x9b',
      'P',
      '\x18',
      '?',
      ' ',
    ),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (pieces, cut) => {
      const safe = new SafeOutput({ coloured: true });
      const text = [
        safe.add(Buffer.from(pieces.slice(0, cut).join(''))),
        safe.add(Buffer.from(pieces.slice(cut).join(''))),
        safe.end(),
      ].join('');
      // eslint-disable-next-line no-control-regex -- it is about them
      expect(text.replace(/\x1b\[[\d;:]*m/g, '')).toMatch(/^[^\0-\x08\x0b-\x1f\x7f-\x9f]*$/);
    }),
    { numRuns: 2000 },
  );
});
