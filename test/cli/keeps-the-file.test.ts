import { chmodSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const BOM = '\ufeff';

describe("the user's bytes stay, only marks are put in", () => {
  test.each([
    [
      'one line, as json.dump writes it',
      '[["echo", "a"], ["echo", "b"]]',
      '[["executed", "echo", "a"], ["executed", "echo", "b"]]',
    ],
    ['no spaces', '[["echo","a"],["echo","b"]]', '[["executed","echo","a"],["executed","echo","b"]]'],
    [
      'a line an entry',
      '[\n["echo", "a"],\n["echo", "b"]\n]\n',
      '[\n["executed", "echo", "a"],\n["executed", "echo", "b"]\n]\n',
    ],
    [
      'indent=4',
      '[\n    [\n        "echo",\n        "a"\n    ]\n]',
      '[\n    [\n        "executed",\n        "echo",\n        "a"\n    ]\n]',
    ],
    ['tabs and CRLF', '[\r\n\t["echo",\t"a"]\r\n]\r\n', '[\r\n\t["executed",\t"echo",\t"a"]\r\n]\r\n'],
    ['a BOM', `${BOM}[["echo", "a"]]\n`, `${BOM}[["executed", "echo", "a"]]\n`],
    [
      'escapes, numbers and blanks as they were written',
      ' [ [ "\\u0065cho" , 1.50e+2 , true,"\\/ü" ] ]  \n\n',
      ' [ [ "executed", "\\u0065cho" , 1.50e+2 , true,"\\/ü" ] ]  \n\n',
    ],
  ])('%s', async (_, before, after) => {
    folder.write('exp.json', before);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(stderr).toContain('All experiments completed.');
    expect(code).toBe(0);
    expect(folder.read('exp.json')).toBe(after);
  });

  test('and taken out again byte for byte when an entry is put back', async () => {
    const text = '[\n    [\n        "sleep",\n        "60"\n    ],\n    ["echo", "b"]\n]\n';
    folder.write('exp.json', text);
    const program = folder.start(['run', 'exp.json']);
    await program.says('Running');
    expect(folder.marks()).toBe('x.');
    program.signal('SIGTERM');
    await program.ended;
    expect(folder.read('exp.json')).toBe(text);
  });

  test.each([0o600, 0o664, 0o444])('and its mode %o', async (mode) => {
    folder.schedule([['true']]);
    chmodSync(folder.in('exp.json'), mode);
    await folder.cooperate('run', 'exp.json');
    expect(statSync(folder.in('exp.json')).mode & 0o777).toBe(mode);
    expect(folder.marks()).toBe('x');
  });
});

describe('a schedule behind a symbolic link', () => {
  test('gets its marks where it lies, and the link stays', async () => {
    mkdirSync(folder.in('real'));
    folder.schedule([['echo', 'a']], 'real/target.json');
    symlinkSync('real/target.json', folder.in('exp.json'));
    const { code } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(0);
    expect(lstatSync(folder.in('exp.json')).isSymbolicLink()).toBe(true);
    expect(readlinkSync(folder.in('exp.json'))).toBe('real/target.json');
    expect(folder.marks('real/target.json')).toBe('x');
    expect(folder.names()).toEqual(['exp.json', 'real']);
    expect(folder.names('real')).toEqual(['target.json', 'target.json.cooperate']);
  });

  test('that leads nowhere is missing, and one that leads to itself is told', async () => {
    symlinkSync('nowhere.json', folder.in('exp.json'));
    const missing = await folder.cooperate('run', 'exp.json');
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('there is no schedule exp.json'),
    ]);
    symlinkSync('round.json', folder.in('round.json'));
    const round = await folder.cooperate('run', 'round.json');
    expect(round.stderr).toContain('ELOOP');
  });
});

describe('comments and trailing commas', () => {
  const LOOSE = '[\n  // the first\n  ["echo", "a"],\n  ["echo", "b",], /* and */\n]\n';

  test('are read with a warning; the file becomes strict and the version of the user is kept', async () => {
    folder.write('exp.json', LOOSE, 0o640);
    const { code, stdout, stderr } = await folder.cooperate('run', 'exp.json');
    expect([code, stdout]).toEqual([0, 'a\nb\n']);
    expect(stderr).toContain('cooperate: exp.json has comments or trailing commas; it is read all the same');
    expect(stderr).toContain('cooperate: exp.json becomes strict JSON; your version is kept as exp.json.bak.');
    expect(JSON.parse(folder.read('exp.json'))).toEqual([
      ['executed', 'echo', 'a'],
      ['executed', 'echo', 'b'],
    ]);
    expect(folder.read('exp.json.bak')).toBe(LOOSE);
    expect(statSync(folder.in('exp.json.bak')).mode & 0o777).toBe(0o640);
  });

  test('never cost an older version that was kept', async () => {
    folder.write('exp.json', LOOSE);
    folder.write('exp.json.bak', 'older');
    const { stderr } = await folder.cooperate('run', 'exp.json');
    expect(stderr).toContain('kept as exp.json.bak.1');
    expect([folder.read('exp.json.bak'), folder.read('exp.json.bak.1')]).toEqual(['older', LOOSE]);
  });

  test('stay as long as nothing is written', async () => {
    const text = '[["executed", "echo", "a"],] // done';
    folder.write('exp.json', text);
    expect((await folder.cooperate('progress', 'exp.json')).stdout).toContain('1/1');
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.read('exp.json')).toBe(text);
    expect(folder.names()).not.toContain('exp.json.bak');
  });
});
