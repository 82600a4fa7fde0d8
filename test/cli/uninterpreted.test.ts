import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { sh } from '../support/cli.js';

const WORDS = [
  '; touch x',
  '$(touch x)',
  '`touch x`',
  'a\ntouch x',
  '--version',
  '-rf',
  '&& touch x',
  '| tee x',
  "' touch x '",
  '" touch x "',
  '$HOME',
  '*',
  '~',
  '> x',
  '',
  '\\',
  '\r\ttouch x',
];

/** Prints its words, each with its length, so that none can pass for two. */
const PRINTS = `for w in "$@"; do printf '%s:%s\\n' "\${#w}" "$w"; done > words`;
const expected = WORDS.map((word) => `${word.length}:${word}\n`).join('');

test.concurrent.for([[[]], [['-j', '2']], [['--inherit']]])(
  'words of a command reach it as they are, with %j',
  async ([options = []], { folder }) => {
    folder.schedule([['sh', '-c', PRINTS, 'sh', ...WORDS]]);
    expect((await folder.cooperate('run', 'exp.json', ...options)).code).toBe(0);
    expect([folder.read('words'), folder.names().includes('x')]).toEqual([expected, false]);
  },
);

test.concurrent('a program of any name is that program', async ({ folder }) => {
  mkdirSync(folder.in('bin'));
  const names = ['$(touch x)', '; touch x', '-c', 'a b'];
  for (const name of names) folder.write(`bin/${name}`, '#!/bin/sh\necho "$0" >> ran\n', 0o755);
  folder.schedule(names.map((name) => [name]));
  const env = { PATH: `${folder.in('bin')}:${folder.env['PATH'] ?? ''}` };
  expect((await folder.start(['run', 'exp.json'], { env }).ended).code).toBe(0);
  expect(folder.lines('ran')).toEqual(names.map((name) => folder.in(`bin/${name}`)));
  expect(folder.names()).not.toContain('x');
});

test.concurrent(
  'names of schedules and folders are not interpreted either, by the editor as little',
  async ({ folder }) => {
    const name = `$(touch x); 'touch x' \`touch x\`.json`;
    mkdirSync(folder.in('a; touch x'));
    folder.schedule([sh('exit 1'), ['true']], `a; touch x/${name}`);
    writeFileSync(folder.in('editor'), '#!/bin/sh\nsed -i s/true/false/ "$1"\n', { mode: 0o755 });
    const cwd = folder.in('a; touch x');
    const env = { EDITOR: folder.in('editor'), COOPERATE_EDITOR: folder.in('editor') };
    await folder.start(['edit', name], { cwd, env }).ended;
    await folder.start(['run', name, '--max-failures', '5'], { cwd, env }).ended;
    await folder.start(['logs', name, 'all'], { cwd }).ended;
    await folder.start(['__complete', 'entries', '', name], { cwd }).ended;
    const { stdout } = await folder.start(['status', name, '--json'], { cwd }).ended;
    expect(JSON.parse(stdout)).toMatchObject({ totals: { failed: 2 } });
    expect([folder.names(), folder.names('a; touch x').includes('x')]).toEqual([
      expect.not.arrayContaining(['x']),
      false,
    ]);
  },
);

test.concurrent('what others are named commands no terminal', async ({ folder }) => {
  const evil = 'a\u001b]0;owned\u0007\u009b31m\r\b\u202etxt\u2066\u200b';
  folder.schedule([['sh', '-c', `printf '%s\\n' "$0" >&2; exit 3`, evil], [evil]]);
  const outputs = [];
  for (const args of [
    ['run', 'exp.json', '--max-failures', '5', '--on-finish', `printf '%s' '${evil}' >&2; false`],
    ['status', 'exp.json', '--entries'],
    ['check', 'exp.json'],
    ['check', evil],
    ['run', evil],
    ['one', evil],
    ['requeue', 'exp.json', '--failed', '--dry-run'],
    ['logs', evil],
    ['stop', evil],
  ]) {
    const { stdout, stderr } = await folder.cooperate(...args);
    // What a run prints itself is the user's own; what is said about it is not.
    outputs.push(
      stdout,
      stderr
        .split('\n')
        .filter((line) => line !== evil)
        .join('\n'),
    );
  }
  // eslint-disable-next-line no-control-regex -- it is about them
  expect(outputs.join('\n').match(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]/g)).toBeNull();
});
