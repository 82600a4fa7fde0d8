import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fit, harmless } from '../../src/ports/screen-text.js';

test('what would act on the terminal is shown instead', () => {
  expect(harmless('a\nb\r\t\x1b[2J\x07\x9b\x7f')).toBe('a\\nb\\r\\t\\x1b[2J\\x07\\x9b\\x7f');
  expect(harmless('a\u202eb\u2028')).toBe('a\\u202eb\\u2028');
  expect(harmless('\ud800x')).toBe('\\ud800x');
  expect(harmless('grün 漢字 👍🏽')).toBe('grün 漢字 👍🏽');
});

test.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['漢字漢字', 8, '漢字漢字'],
  ['漢字漢字', 7, '漢字漢…'],
  ['漢字漢字', 6, '漢字…'],
  ['漢字', 1, '…'],
  ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ['👍👍', 3, '👍…'],
  ['a\nb', 3, 'a\\…'],
  ['abc', 0, ''],
])('%j in %i columns is %j', (text, columns, expected) => {
  expect(fit(text, columns)).toBe(expected);
});

test('is quick with a command of megabytes', () => {
  expect(fit('x'.repeat(50_000_000), 5)).toBe('xxxx…');
  expect(fit('\u0301'.repeat(1000), 5)).toMatch(/…$/);
});

test('never takes more code points than columns, but for marks', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
      const shown = fit(text, columns);
      expect(Array.from(shown.replace(/[\p{M}\u200b-\u200d]/gu, '')).length).toBeLessThanOrEqual(columns);
    }),
  );
});
