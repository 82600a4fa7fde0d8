import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { render, Text, useInput } from 'ink';
import { createElement } from 'react';
import { expect, test } from 'vitest';
import { keysOf, type Key } from '../../src/view/keys.js';

/** What comes of bytes that a terminal sends. */
async function keysFor(...chunks: readonly string[]): Promise<Key[]> {
  const keys: Key[] = [];
  const Listener = () => {
    useInput((input, key) => void keys.push(...keysOf(input, key)));
    return createElement(Text, null, '');
  };
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  });
  const stdout = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  const { unmount } = render(createElement(Listener), {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    ...{ debug: true, exitOnCtrlC: false, patchConsole: false },
  });
  for (const chunk of chunks) {
    await setImmediate();
    stdin.write(chunk);
    await setImmediate();
    await setImmediate();
  }
  unmount();
  return keys;
}

test.each<[string, string, Key[]]>([
  ['letters', 'j', ['j']],
  ['held letters', 'jjj', ['j', 'j', 'j']],
  ['pasted text', '/lr=é漢👍\r', ['/', 'l', 'r', '=', 'é', '漢', '👍', 'enter']],
  ['arrows', '\u001b[A\u001b[B\u001b[C\u001b[D', ['up', 'down', 'right', 'left']],
  ['arrows in application mode', '\u001bOA\u001bOB', ['up', 'down']],
  [
    'pages and ends',
    '\u001b[5~\u001b[6~\u001b[H\u001b[F\u001b[1~\u001b[4~',
    ['page-up', 'page-down', 'home', 'end', 'home', 'end'],
  ],
  ['Enter', '\r', ['enter']],
  ['Tab and Shift-Tab', '\t\u001b[Z', ['tab', 'shift-tab']],
  ['Backspace', '\u007f', ['backspace']],
  ['Ctrl and a letter', '\u0003', ['ctrl-c']],
  ['Ctrl-Z', '\u001a', ['ctrl-z']],
  ['Ctrl-L', '\f', ['ctrl-l']],
  ['Escape', '\u001b', ['escape']],
  ['Escape twice', '\u001b\u001b', ['escape', 'escape']],
  ['Escape and a letter at once', '\u001bj', ['escape', 'j']],
])('%s', async (_, bytes, keys) => {
  expect(await keysFor(bytes)).toEqual(keys);
});
