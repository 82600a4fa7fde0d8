import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isFile, isFolder, isOnPath, shellEnvironment, type ShellEnd } from '../../src/ports/shell-env.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cooperate-shell-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const said: string[] = [];
beforeEach(() => said.splice(0));

function run(script: string, env: NodeJS.ProcessEnv = { PATH: process.env['PATH'] }): Promise<ShellEnd> {
  return shellEnvironment({ script, env, cwd: folder, onMessage: (chunk) => said.push(chunk.toString()) });
}

const PRINT = `printf '\\0'; env -0; printf '\\0'`;

describe('the environment of a script', () => {
  test('is taken over whole, and its messages are handed on', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}`).join('\n');
    const ended = await run(`export LONG="$(seq -f 'line %.0f' 0 1999)" EMPTY=; echo hello >&2; ${PRINT}`);
    expect(ended).toMatchObject({ is: 'captured', env: { LONG: lines, EMPTY: '' } });
    expect(said.join('')).toBe('hello\n');
  });

  test.each([
    ['has no end', `printf 'first\\0second\\0\\0'; env -0`, 'second', 0],
    ['was never printed', `printf 'first\\0'; exit 3`, 'first', 3],
    ['was printed, and then it failed', `printf 'first\\0'; ${PRINT}; exit 3`, 'first', 3],
    ['and nothing else either', 'exit 3', undefined, 3],
  ])('is unknown when it %s', async (_what, script, at, code) => {
    expect(await run(script)).toEqual({ is: 'failed', at, end: { is: 'exited', code } });
  });

  test('needs a shell', async () => {
    expect(await run(PRINT, { PATH: folder })).toMatchObject({ is: 'failed', end: { is: 'unstartable' } });
  });

  test('does not read what a person has set up for shells', async () => {
    writeFileSync(join(folder, '.bashrc'), 'export FROM_BASHRC=1');
    writeFileSync(join(folder, '.bash_profile'), 'export FROM_PROFILE=1');
    const ended = await run(PRINT, { PATH: process.env['PATH'], HOME: folder });
    expect(ended.is === 'captured' && Object.keys(ended.env).sort()).toEqual(['HOME', 'PATH']);
  });
});

test('files, folders and commands are told apart', () => {
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'plain'), '');
  writeFileSync(join(folder, 'tool'), '');
  chmodSync(join(folder, 'tool'), 0o755);
  const at = (name: string): string => join(folder, name);
  expect([isFile(at('plain')), isFile(at('sub')), isFile(at('none')), isFile(at('plain/x'))]).toEqual([
    ...[true, false, false, false],
  ]);
  expect([isFolder(at('sub')), isFolder(at('plain')), isFolder(at('none'))]).toEqual([true, false, false]);
  const path = `/nowhere:${folder}`;
  expect(['tool', 'plain', 'sub', 'none'].map((name) => isOnPath(name, path))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(isOnPath('tool', undefined)).toBe(false);
});
