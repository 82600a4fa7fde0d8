import { expect, test } from 'vitest';
import { KeyReader, type Key } from '../../src/view/keys.js';

test.each<[string, string, Key[]]>([
  ['letters', 'j', ['j']],
  ['held letters', 'jjj', ['j', 'j', 'j']],
  ['pasted text', '/lr=é漢👍\r', ['/', 'l', 'r', '=', 'é', '漢', '👍', 'enter']],
  ['arrows', '\x1b[A\x1b[B\x1b[C\x1b[D', ['up', 'down', 'right', 'left']],
  ['arrows in application mode', '\x1bOA\x1bOB', ['up', 'down']],
  ['arrows with Shift', '\x1b[1;2A', ['up']],
  ['pages', '\x1b[5~\x1b[6~', ['page-up', 'page-down']],
  [
    'ends, as different terminals send them',
    '\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~',
    ['home', 'end', 'home', 'end', 'home', 'end', 'home', 'end'],
  ],
  ['Enter', '\r', ['enter']],
  ['Tab and Shift-Tab', '\t\x1b[Z', ['tab', 'shift-tab']],
  ['Backspace', '\x7f\b', ['backspace', 'backspace']],
  ['Ctrl and a letter', '\x03\x1a\f\x15', ['ctrl-c', 'ctrl-z', 'ctrl-l', 'ctrl-u']],
  ['function keys, which mean nothing here', '\x1b[15~\x1bOP\x1b[[A', []],
  ['Escape and a letter at once', '\x1bj', ['escape', 'j']],
  ['Escape twice and more at once', '\x1b\x1b/a\r', ['escape', 'escape', '/', 'a', 'enter']],
  ['Escape and an arrow at once', '\x1b\x1b[A', ['escape', 'up']],
])('%s', (_, text, keys) => {
  const reader = new KeyReader();
  expect(reader.push(text)).toEqual(keys);
  expect(reader.isWaiting).toBe(false);
});

test('Escape is known when nothing follows', () => {
  const reader = new KeyReader();
  expect(reader.push('\x1b')).toEqual([]);
  expect(reader.isWaiting).toBe(true);
  expect(reader.flush()).toEqual(['escape']);
  expect(reader.isWaiting).toBe(false);
});

test('what comes in pieces is one key, wherever it is broken', () => {
  for (const text of ['\x1b[A', '\x1bOA', '\x1b[1;5A']) {
    for (let at = 1; at < text.length; at++) {
      const reader = new KeyReader();
      expect([...reader.push(`j${text.slice(0, at)}`), ...reader.push(`${text.slice(at)}k`)]).toEqual([
        'j',
        'up',
        'k',
      ]);
    }
  }
});
