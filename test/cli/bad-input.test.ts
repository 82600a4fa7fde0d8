import { mkdirSync, statSync, truncateSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder, PROGRAM } from '../support/cli.js';
import { spawnSync } from 'node:child_process';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** Runs it on what cannot be a schedule: exit code 2, a readable message, and not a byte touched. */
async function refused(content: string | Uint8Array, ...args: string[]): Promise<string> {
  const path = folder.write('exp.json', content);
  const before = statSync(path, { bigint: true });
  const { code, stdout, stderr } = await folder.here(...(args.length ? args : ['run', 'exp.json']));
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expectReadable(stderr);
  const after = statSync(path, { bigint: true });
  expect([after.ino, after.size, after.mtimeNs, after.ctimeNs]).toEqual([
    before.ino,
    before.size,
    before.mtimeNs,
    before.ctimeNs,
  ]);
  expect(folder.names()).toEqual(['exp.json']);
  return stderr;
}

describe('is refused, told where, and never written to:', () => {
  test('what is not JSON, with line, column and the line itself', async () => {
    expect(await refused('[\n  ["python", "a.py"],\n  ["python" "b.py"]\n]\n')).toBe(
      'cooperate: exp.json:3:13: a comma is missing before this: after an argument comes a comma or the closing ]\n' +
        '  ["python" "b.py"]\n' +
        '            ^ nothing was run and the file is untouched; mend this and run again\n',
    );
  });

  test('what ends too early', async () => {
    expect(await refused('[["python", "a.py"],\n["python"')).toMatch(
      /exp\.json:2:10: .*a closing \] is missing/,
    );
  });

  test('a schedule with a merge conflict left in it', async () => {
    expect(await refused('[\n<<<<<<< HEAD\n["a"],\n=======\n["b"],\n>>>>>>> x\n]')).toMatch(
      /exp\.json:2:1: a merge conflict/,
    );
  });

  test('a Python file', async () => {
    expect(await refused('import sys\nprint(sys.argv)\n')).toMatch(/exp\.json:1:1: i cannot stand here/);
  });

  test('what is not a list', async () => {
    expect(await refused('{"experiments": [["a"]]}')).toMatch(
      /exp\.json:1:1: .*a schedule is a list of entries/,
    );
    expect(await refused('"python main.py"')).toMatch(/exp\.json:1:1: .*a schedule is a list of entries/);
    expect(await refused('null')).toMatch(/exp\.json:1:1: .*a schedule is a list of entries/);
  });

  test('an entry that is not a list', async () => {
    expect(await refused('[["a"], "python main.py"]')).toMatch(
      /exp\.json:1:9: an entry is a list, .*this is a string/,
    );
    expect(await refused('["python", "main.py"]')).toMatch(/exp\.json:1:2: an entry is a list/);
  });

  test('an empty entry', async () => {
    expect(await refused('[["a"], []]')).toMatch(/exp\.json:1:9: this entry is empty; it needs a command/);
  });

  test.each([
    ['{"lr": 1}', /not an object/],
    ['["x"]', /not a list/],
    ['null', /null is not an argument; an empty one is written ""/],
    ['None', /None is Python/],
    ['NaN', /NaN is written in double quotes/],
    ["'x'", /a string is written in plain double quotes/],
  ])('an argument that is no string, number, true or false: %s', async (argument, words) => {
    expect(await refused(`[["a", ${argument}]]`)).toMatch(words);
  });

  test('a mark without a command', async () => {
    expect(await refused('[["a"], ["executed"]]')).toMatch(
      /exp\.json:1:9: this entry has the mark "executed" and no command/,
    );
  });

  test('an empty file', async () => {
    expect(await refused('')).toMatch(/exp\.json is not a usable schedule: the file is empty; .*written \[\]/);
    expect(await refused('\n \n')).toMatch(/written \[\]/);
  });

  test.each([
    ['written out', '[["echo", "a\0b"]]'],
    ['as an escape', '[["echo", "a\\u0000b"]]'],
  ])('an argument with a NUL %s', async (_, text) => {
    expect(await refused(text)).toMatch(/exp\.json:1:\d+: an argument cannot contain a NUL character/);
  });

  test.each([
    ['with a byte order mark', Buffer.from('\ufeff[["a"]]', 'utf16le')],
    ['without one', Buffer.from('[["a"]]', 'utf16le')],
    ['the other way round', Buffer.from('\ufeff[["a"]]', 'utf16le').swap16()],
  ])('UTF-16 %s', async (_, bytes) => {
    expect(await refused(bytes)).toMatch(/the file is UTF-16 text; save it as UTF-8/);
  });

  test('Latin-1', async () => {
    expect(await refused(Buffer.from('[["echo", "grün"]]', 'latin1'))).toMatch(
      /exp\.json:1:14: the file is not UTF-8/,
    );
  });

  test('whatever stands in it: no escape sequence reaches the terminal', async () => {
    const stderr = await refused('[["a", \x1b[2J\x1b]0;title\x07 x]]');
    // eslint-disable-next-line no-control-regex -- it is about them
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  test('by every command alike', async () => {
    for (const args of [
      ['one', 'exp.json'],
      ['one', 'exp.json', '--entry', '0'],
      ['progress', 'exp.json'],
    ]) {
      expect(await refused('[["a"] ["b"]]', ...args)).toMatch(/exp\.json:1:8: a comma is missing/);
    }
  });
});

test.each([['run'], ['one'], ['progress']])('%s says that a directory is one', async (verb) => {
  mkdirSync(folder.in('exp.json'));
  const { code, stderr } = await folder.cooperate(verb, 'exp.json');
  expect([code, stderr]).toEqual([
    2,
    'cooperate: exp.json is a directory, not a schedule.\nName the JSON file in it.\n',
  ]);
  expect(folder.names('exp.json')).toEqual([]);
});

test.each([['run'], ['one'], ['progress']])('%s says that there is no such file', async (verb) => {
  const { code, stderr } = await folder.cooperate(verb, 'nope.json');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^cooperate: there is no schedule nope\.json\.\nCheck the name/);
  expectReadable(stderr);
  expect(folder.names()).toEqual([]);
});

describe('200 MB that are no schedule are refused quickly and within bounds', () => {
  test.each([
    ['zeros', '', 0],
    ['an open string', '[["', 0x78],
    ['open lists', '[', 0x5b],
    ['a long line behind a good beginning', '[["a"],', 0x78],
  ])('%s', (_, beginning, filling) => {
    const path = folder.write(
      'exp.json',
      Buffer.concat([Buffer.from(beginning), Buffer.alloc(200e6, filling)]),
    );
    if (filling === 0) truncateSync(path, 200e6);
    const began = performance.now();
    const ended = spawnSync(
      '/bin/sh',
      ['-c', `ulimit -v unlimited; exec "$0" "$1" run exp.json`, process.execPath, PROGRAM],
      {
        cwd: folder.path,
        env: { ...folder.env, NODE_OPTIONS: '--max-old-space-size=64' },
        encoding: 'utf8',
      },
    );
    expect(ended.status).toBe(2);
    expectReadable(ended.stderr);
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(folder.names()).toEqual(['exp.json']);
  });
});
