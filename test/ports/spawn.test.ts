import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { isAlive, openDescriptors, runReal, sh, startReal } from '../support/real-run.js';

const folder = mkdtempSync(join(tmpdir(), 'spawn-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe('how a run ends', () => {
  test('with its exit code', async () => {
    expect((await runReal(sh('exit 7'))).end).toEqual({ is: 'exited', code: 7 });
    expect((await runReal(['true'])).end).toEqual({ is: 'exited', code: 0 });
  });

  test('by a signal', async () => {
    expect((await runReal(sh('kill -SEGV $$'))).end).toEqual({ is: 'killed', signal: 'SIGSEGV' });
  });

  test.each([
    ['no such command', ['cooperate-no-such-command'], 'ENOENT', 'no such command'],
    ['no such file', ['/nowhere/program'], 'ENOENT', 'no such command'],
    ['an empty name', [''], 'ENOENT', 'the command is empty'],
    ['no name at all', [], 'ENOENT', 'the command is empty'],
    ['a folder', [tmpdir()], 'EACCES', 'not executable, or permission denied'],
    ['a NUL byte', ['echo', 'a\0b'], 'EINVAL', 'an argument holds a NUL byte'],
    [
      'a long argument',
      ['true', 'x'.repeat(200_000)],
      'E2BIG',
      'its arguments and environment are too long for the system',
    ],
  ])('not at all: %s', async (_name, argv, code, problem) => {
    const run = startReal(argv);
    expect(run.pid).toBeUndefined();
    expect(await run.ended).toEqual({ is: 'unstartable', code, problem });
    run.signal('SIGTERM');
  });

  test('not at all: a file that is not executable, or whose interpreter is missing', async () => {
    expect((await runReal([file('plain', 'x', 0o644)])).end).toMatchObject({ code: 'EACCES' });
    expect((await runReal([file('crlf', '#!/bin/sh\r\necho\r\n')])).end).toMatchObject({
      code: 'ENOENT',
      problem: 'its interpreter (the #! line) does not exist',
    });
  });

  test.each([true, false])(
    'not at all: a bad directory is not taken for a bad command (inherit: %s)',
    async (inherit) => {
      const gone = join(folder, 'gone');
      expect((await runReal(['true'], { cwd: gone, inherit })).end).toEqual({
        is: 'unstartable',
        code: 'ENOENT',
        problem: `no such directory: ${gone}`,
      });
      const plain = file('not-a-directory', '', 0o644);
      expect((await runReal(['true'], { cwd: plain, inherit })).end).toMatchObject({
        code: 'ENOTDIR',
        problem: `not a directory: ${plain}`,
      });
      expect((await runReal(['no-such-command'], { cwd: folder, inherit })).end).toMatchObject({
        problem: 'no such command',
      });
    },
  );

  test('not at all, a hundred times over, leaves no descriptor open', async () => {
    await runReal(['no-such-command']);
    const before = openDescriptors();
    for (let i = 0; i < 50; i++) {
      await runReal(['no-such-command']);
      await runReal(['true', 'x'.repeat(200_000)]);
      await runReal(['true']);
    }
    await vi.waitFor(() => expect(openDescriptors()).toBeLessThanOrEqual(before));
  });
});

describe('what a run is given', () => {
  test('its arguments, untouched by any shell', async () => {
    const argument = fc
      .string({ unit: 'binary' })
      .filter((text) => !text.includes('\0') && !/\p{Cs}/u.test(text));
    const sample = fc.sample(fc.array(argument, { minLength: 1 }), 20).flat();
    const hard = ['$HOME', '`id`', '*', "it's", 'a b', 'a\nb', '\x01\x1b', '', '-n', '\\', ...sample];
    const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const { out } = await runReal([process.execPath, '-e', script, '--', ...hard]);
    expect(JSON.parse(out)).toEqual(hard);
  });

  test('its environment and directory, and nothing else', async () => {
    const env = { PATH: process.env['PATH'], COOPERATE_ENTRY: '3' };
    const { out } = await runReal(sh('echo $COOPERATE_ENTRY $HOME; pwd -P'), { env, cwd: folder });
    expect(out).toBe(`3\n${folder}\n`);
  });

  test('a session of its own', async () => {
    const { out } = await runReal(sh('echo $$; ps -o pid=,pgid=,sid= -p $$'));
    const [pid, ...ids] = out.trim().split(/\s+/);
    expect(ids).toEqual([pid, pid, pid]);
  });

  test('real pipes: /dev/stdout and /dev/stderr can be opened by name', async () => {
    const { end, out, err } = await runReal(sh('echo a > /dev/stderr; echo b | tee /dev/stdout'));
    expect({ end, out, err }).toEqual({ end: { is: 'exited', code: 0 }, out: 'b\nb\n', err: 'a\n' });
  });

  test('runs at the same time get pipes of their own', async () => {
    const runs = Array.from({ length: 8 }, (_, i) => runReal(sh(`for j in 1 2 3 4 5; do echo ${i}; done`)));
    for (const [i, { out }] of (await Promise.all(runs)).entries()) expect(out).toBe(`${i}\n`.repeat(5));
  });
});

describe('signals', () => {
  test('reach all of the run, those in groups of their own too, and end it', async () => {
    const run = startReal(
      sh('echo $$; sleep 1000 & echo $!; timeout 1000 sleep 1000 & echo $!; echo ready; wait'),
    );
    await vi.waitFor(() => expect(run.out()).toContain('ready'));
    const pids = run.out().split('\n').slice(0, 3).map(Number);
    // `timeout` makes itself a group of its own a moment after it starts.
    run.signal('SIGTERM');
    expect(await run.ended).toEqual({ is: 'killed', signal: 'SIGTERM' });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('of an inheriting run reach its descendants', async () => {
    const path = join(folder, 'pids');
    const run = startReal(sh(`sleep 1000 & echo $$ $! > ${path}.new; mv ${path}.new ${path}; wait`), {
      inherit: true,
    });
    const pids = await vi.waitFor(async () => {
      const { readFile } = await import('node:fs/promises');
      return (await readFile(path, 'utf8')).trim().split(' ').map(Number);
    });
    expect(pids).toHaveLength(2);
    run.signal('SIGKILL');
    expect(await run.ended).toEqual({ is: 'killed', signal: 'SIGKILL' });
    await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]));
  });

  test('after the end reach nobody', async () => {
    const run = startReal(['true']);
    await run.ended;
    const kill = vi.spyOn(process, 'kill');
    run.signal('SIGKILL');
    expect(kill).not.toHaveBeenCalled();
    kill.mockRestore();
  });
});
