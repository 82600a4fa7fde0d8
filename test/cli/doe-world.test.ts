import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoTrace, expectReadable, Folder } from '../support/cli.js';
import { canMount, Mount } from '../support/cli-mount.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const MANY = ['--set', 'a=1..10000', '--', 'a-command-that-is-long-enough'];
const FEW = ['--set', 'a=1,2', '--', 'c'];

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while it waits for the lock ends it, and nothing was changed', async (signal, expected) => {
    folder.schedule([['mine']]);
    // As somebody elsewhere leaves it, who may be alive.
    mkdirSync(folder.in('exp.json.lock'));
    folder.write('exp.json.lock/elsewhere-1-abcdef.7', '');
    const program = folder.start(['doe', 'exp.json', '--append', ...FEW]);
    // The last thing that it does before.
    await vi.waitFor(() => expect(folder.names('exp.json.cooperate/1/heartbeats')).toHaveLength(1), 10_000);
    program.signal(signal);
    const { code, stdout, stderr } = await program.ended;
    expect([code, stdout, stderr]).toEqual([expected, '', 'cooperate: stopping.\n']);
    expect(folder.read('exp.json')).toBe('[["mine"]]');
    expect(folder.names('exp.json.lock')).toEqual(['elsewhere-1-abcdef.7']);
  });

  test('while a large schedule is written leaves nothing behind', async () => {
    const sets = ['--set', 'a=1..1000', '--set', 'b=1..1000'];
    const program = folder.start(['doe', 'exp.json', ...sets, '--yes', '--', 'c']);
    await vi.waitFor(() => expect(folder.names()).not.toEqual([]), { timeout: 15_000, interval: 1 });
    program.signal('SIGINT');
    const { code, stderr } = await program.ended;
    // On a machine that is too busy the signal comes too late.
    if (code === 0) expect(folder.lines('exp.json')).toHaveLength(1_000_002);
    else expect([code, stderr, folder.names()]).toEqual([130, 'cooperate: stopping.\n', []]);
  });
});

describe.skipIf(!canMount)('a disk that is', () => {
  let mount: Mount;
  const exp = () => join(mount.path, 'exp.json');
  beforeEach(async () => {
    mount = new Mount(folder.in('disk'));
    expect((await folder.cooperate('doe', join(mount.path, 'old'), ...FEW)).code).toBe(0);
  });
  afterEach(() => mount.close());

  test.each([
    ['full', () => mount.fill(), /the disk is full \(ENOSPC\)\.\nFree some space there/],
    ['nearly full', () => nearlyFill(), /the disk is full \(ENOSPC\)\.\nFree some space there/],
    ['read-only', () => mount.remount('ro'), /read-only \(EROFS\)\.\n/],
  ] as const)(
    '%s: refused with exit code 3, nothing is made and the old schedule is whole',
    async (_, spoil, words) => {
      const old = folder.read('disk/old.json');
      spoil();
      const before = folder.names('disk');
      for (const args of [
        [exp()],
        [exp(), '--append'],
        [join(mount.path, 'old'), '--append'],
        [join(mount.path, 'old'), '--replace'],
      ]) {
        const { code, stdout, stderr } = await folder.cooperate('doe', ...args, ...MANY);
        expect([code, stdout, stderr]).toEqual([3, '', expect.stringMatching(words)]);
        expectReadable(stderr);
      }
      expect([folder.names('disk'), folder.read('disk/old.json')]).toEqual([before, old]);
      expect((await folder.cooperate('doe', join(mount.path, 'old'), '--show')).code).toBe(0);
      mount.remount('rw');
    },
  );

  /** Room for the sidecar, and not for the schedule. */
  function nearlyFill(): void {
    mount.fill();
    mount.free();
    folder.write('disk/filling', Buffer.alloc(700 * 1024, 'x'));
  }
});

test.skipIf(process.getuid?.() !== 0)('a folder of somebody else is refused with exit code 3', async () => {
  chmodSync(folder.path, 0o755);
  const { code, stdout, stderr } = await folder.start(['doe', 'exp.json', ...FEW], { asNobody: true }).ended;
  expect([code, stdout, folder.names()]).toEqual([3, '', []]);
  expect(stderr).toMatch(/permission denied \(EACCES\)\.\nCheck the permissions of it and its folder/);
  expectReadable(stderr);
});

test('records that cannot be kept are told, and the schedule is written all the same', async () => {
  mkdirSync(folder.in('exp.json.cooperate'));
  folder.write('exp.json.cooperate/doe', 'in the way');
  const { code, stderr } = await folder.cooperate('doe', 'exp.json', ...FEW);
  expectNoTrace(stderr);
  expect([code, folder.marks()]).toEqual([0, '..']);
  expect(stderr).toMatch(/2 entries written to exp\.json/);
  expect(stderr).toMatch(/--show/);
});
