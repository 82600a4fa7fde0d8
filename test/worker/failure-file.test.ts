import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/ports/fs.js';
import { realFileSystem } from '../../src/ports/fs-real.js';
import { writeFailureFile, type FailedRun } from '../../src/worker/failure-file.js';
import { memoryFileSystem } from '../support/fs-memory.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'failure-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const failed = (changes: Partial<FailedRun> = {}): FailedRun => ({
  argv: ['python', 'main.py', '--lr', '0.1'],
  entry: 3,
  attempt: 1,
  host: 'node07',
  gpu: undefined,
  directory: folder,
  end: { is: 'exited', code: 1 },
  timeoutMs: undefined,
  durationMs: 3210,
  finished: new Date('2025-01-02T03:04:05Z'),
  output: ['Traceback', '  ValueError: x'],
  ...changes,
});

const refuse = (fs: FileSystem, operation: keyof FileSystem, code: string): FileSystem =>
  Object.assign(Object.create(fs) as FileSystem, {
    [operation]: () => Promise.reject(Object.assign(new Error(code), { code })),
  });

const text = (n: number): string => readFileSync(join(folder, `cooperate_${n}`), 'utf8');

describe('a failure file', () => {
  test('says what failed, how, where, and what it printed last', async () => {
    const result = await writeFailureFile(realFileSystem(), failed({ gpu: '2' }));
    expect(result).toEqual({ is: 'written', path: join(folder, 'cooperate_0') });
    expect(text(0)).toBe(`python main.py --lr 0.1
# entry: 3
# attempt: 1
# host: node07
# gpu: 2
# directory: ${folder}
# exit code: 1
# duration: 3.2s
# finished: 2025-01-02T03:04:05.000Z
# output (last 20 lines):
#   Traceback
#     ValueError: x
`);
    expect(readdirSync(folder)).toEqual(['cooperate_0']);
  });

  test('tells a signal and a command that never started', async () => {
    await writeFailureFile(realFileSystem(), failed({ end: { is: 'killed', signal: 'SIGSEGV' }, output: [] }));
    expect(text(0)).toMatch(/^# signal: SIGSEGV$/m);
    expect(text(0)).toMatch(/# output: none\n$/);
    const end = { is: 'unstartable', code: 'ENOENT', problem: 'no such command' } as const;
    await writeFailureFile(realFileSystem(), failed({ end }));
    expect(text(1)).toMatch(/^# could not be started: no such command$/m);
  });

  test('names what the run was in, and the command that runs the entry in it again', async () => {
    const again = (entry: number) => ['cooperate', 'one', 'exp.json', `--entry=${entry}`, '--setup=a b'];
    await writeFailureFile(realFileSystem(), failed({ inside: { what: "--setup 'a b'", again } }));
    expect(text(0)).toContain(
      `\n# environment: --setup 'a b'\n# again in it: cooperate one exp.json --entry=3 '--setup=a b'\n`,
    );
  });

  test('runs the command again, and nothing but the command, when given to sh', async () => {
    const argv = ['printf', '%s|', "it's", 'a\nb', '$HOME', '`id`', '#', ''];
    const evil = 'x\necho injected';
    const run = failed({ argv, host: evil, gpu: evil, output: ['echo injected'] });
    await writeFailureFile(realFileSystem(), run);
    expect(execFileSync('sh', [join(folder, 'cooperate_0')], { encoding: 'utf8' })).toBe(
      "it's|a\nb|$HOME|`id`|#||",
    );
  });

  test('takes the first free number and never one that is taken', async () => {
    for (const n of [0, 1, 3]) writeFileSync(join(folder, `cooperate_${n}`), 'mine');
    for (const n of [2, 4])
      expect(await writeFailureFile(realFileSystem(), failed())).toMatchObject({
        path: join(folder, `cooperate_${n}`),
      });
    expect(text(0)).toBe('mine');
  });
});

const faults: [string, (fs: FileSystem) => FileSystem][] = [
  ['with links', (fs) => fs],
  [
    'with an empty listing, as an old one would be',
    (fs) => Object.assign(Object.create(fs) as FileSystem, { list: () => Promise.resolve([]) }),
  ],
  ['without links', (fs) => refuse(fs, 'link', 'EPERM')],
  [
    'without links and with an empty listing',
    (fs) => Object.assign(refuse(fs, 'link', 'ENOTSUP'), { list: () => Promise.resolve([]) }),
  ],
];

test.each(faults)(
  'twenty writers at once, %s: each has its number, and nothing else is left',
  async (_name, wrap) => {
    const fs = wrap(realFileSystem());
    const runs = Array.from({ length: 20 }, (_, entry) => writeFailureFile(fs, failed({ entry })));
    const paths = (await Promise.all(runs)).map((result) => result.path);
    expect(new Set(paths).size).toBe(20);
    expect(readdirSync(folder)).toHaveLength(20);
    for (const [entry, path] of paths.entries())
      expect(readFileSync(path, 'utf8')).toContain(`# entry: ${entry}\n`);
  },
);

test('a name that sshfs refuses with EPERM because it is taken is not taken again', async () => {
  const real = realFileSystem();
  const fs = Object.assign(Object.create(real) as FileSystem, {
    list: () => Promise.resolve([]),
    link: (from: string, to: string) =>
      real.link(from, to).catch(() => Promise.reject(Object.assign(new Error(), { code: 'EPERM' }))),
  });
  writeFileSync(join(folder, 'cooperate_0'), 'mine');
  expect(await writeFailureFile(fs, failed())).toMatchObject({ path: join(folder, 'cooperate_1') });
  expect(text(0)).toBe('mine');
});

test('a link whose reply got lost is taken for what it is', async () => {
  const real = realFileSystem();
  const fs = Object.assign(Object.create(real) as FileSystem, {
    link: async (from: string, to: string) => {
      await real.link(from, to);
      await real.link(from, to);
    },
  });
  expect(await writeFailureFile(fs, failed())).toMatchObject({ path: join(folder, 'cooperate_0') });
  expect(readdirSync(folder)).toEqual(['cooperate_0']);
});

test.each([
  ['write', 'ENOSPC'],
  ['link', 'EDQUOT'],
] as const)(
  'that cannot be written is told of, and nothing is left behind: %s, %s',
  async (operation, code) => {
    const result = await writeFailureFile(refuse(realFileSystem(), operation, code), failed());
    expect(result).toEqual({ is: 'unwritten', path: join(folder, 'cooperate_<n>'), code });
    expect(readdirSync(folder)).toEqual([]);
  },
);

test('a folder that is gone is told of', async () => {
  const result = await writeFailureFile(realFileSystem(), failed({ directory: join(folder, 'gone') }));
  expect(result).toMatchObject({ is: 'unwritten', code: 'ENOENT' });
});

test('works on the filesystem of the other tests as well', async () => {
  const fs = memoryFileSystem();
  await fs.makeDirectory('/work');
  const paths = await Promise.all([1, 2, 3].map(() => writeFailureFile(fs, failed({ directory: '/work' }))));
  expect(paths.map(({ path }) => path).sort()).toEqual([0, 1, 2].map((n) => `/work/cooperate_${n}`));
});
