import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName } from '../support/cli.js';

const ORIGINAL = fileURLToPath(new URL('../support/original.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `entry-${String(i).padStart(3, '0')}`);

test('two workers started together finish the list once, while a reader always finds valid JSON', async () => {
  const all = names(150);
  folder.schedule(all.map((name) => leavesItsName(name, 'sleep 0.01')));
  const workers = [folder.start(['run', 'exp.json']), folder.start(['--run', 'exp.json'])];
  let over = false;
  const ended = Promise.all(workers.map((worker) => worker.ended)).finally(() => (over = true));
  let looks = 0;
  while (!over) {
    expect(JSON.parse(folder.read('exp.json'))).toHaveLength(all.length);
    looks++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { code, stderr } of await ended) {
    expect(code).toBe(0);
    expect(stderr).toMatch(/Running: /);
  }
  expect(looks).toBeGreaterThan(10);
  expect(folder.lines('ran').sort()).toEqual(all);
  expect(folder.marks()).toBe('x'.repeat(all.length));
  expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate', 'ran']);
});

describe.skipIf(!hasPython)('in turns with the original', () => {
  /** `steps`: after so many entries it is the other's turn. */
  function original(...args: string[]): Promise<{ code: number | null; stdout: string }> {
    const child = spawn('python3', [ORIGINAL, ...args], {
      cwd: folder.path,
      env: folder.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout })));
  }

  test('each sees the marks of the other, and every entry runs once', async () => {
    const all = names(9);
    folder.schedule(all.map((name) => leavesItsName(name, `[ "$0" != entry-002 ]`)));
    expect((await original('--run', 'exp.json', '3')).code).toBe(0);
    expect(folder.marks()).toBe('......xxx');
    expect((await folder.cooperate('--progress', 'exp.json')).stdout).toContain('3/9');

    // It stops at the one that fails.
    expect((await folder.cooperate('--run', 'exp.json')).code).toBe(1);
    expect(folder.marks()).toBe('xxx...xxx');
    expect((await original('--progress', 'exp.json')).stdout).toMatch(/^6\/9 /);

    expect((await original('--run', 'exp.json', '1')).code).toBe(0);
    expect(folder.marks()).toBe('xxx..xxxx');

    const last = await folder.cooperate('--run', 'exp.json');
    expect([last.code, last.stderr]).toEqual([0, expect.stringMatching(/All experiments completed\.\n$/)]);
    expect((await original('--run', 'exp.json')).stdout).toBe('All experiments completed.\n');
    expect(folder.lines('ran').sort()).toEqual(all);
  });

  test('entries that the user put back are pending for both', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b', '[ -e mended ]')]);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(1);
    folder.write('mended', '');
    folder.schedule([['executed', ...leavesItsName('a')], leavesItsName('b', '[ -e mended ]')]);
    expect((await original('--run', 'exp.json')).code).toBe(0);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['a', 'b', 'b']);
  });

  test('failure files of both have numbers of their own', async () => {
    folder.schedule([leavesItsName('a', 'false'), leavesItsName('b', 'false')]);
    expect((await original('--run', 'exp.json')).code).toBe(1);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(1);
    expect(folder.read('cooperate_0')).toMatch(/b$/);
    expect(folder.read('cooperate_1').split('\n')[0]).toMatch(/a$/);
  });
});
