import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const check = (...args: string[]) => folder.cooperate('check', 'exp.json', ...args);
const isValid = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('schema/check.json', 'utf8')) as object,
);
async function checkJson(...args: string[]): Promise<Record<string, unknown>> {
  const value = JSON.parse((await check('--json', ...args)).stdout) as Record<string, unknown>;
  expect(isValid(value), JSON.stringify(isValid.errors)).toBe(true);
  return value;
}

describe('a valid schedule', () => {
  test('is counted, and nothing is written', async () => {
    folder.write('exp.json', '[["a"], ["executed", "b"], ["a"]]');
    const { code, stdout, stderr } = await check();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'exp.json is a valid schedule: 3 entries, 1 marked, 2 pending.\n1 entry equals an earlier one; each runs all the same.\n',
    );
    expect((await check('--fix')).code).toBe(0);
    expect(folder.names()).toEqual(['exp.json']);
    expect(await checkJson()).toEqual({
      ...{ version: 1, schedule: 'exp.json', valid: true, problems: [], more: 0, byHand: 0, fixed: null },
      facts: {
        ...{ entries: 3, marked: 1, pending: 2, duplicates: 1 },
        ...{ loose: 0, byteOrderMark: false, carriageReturns: false },
      },
      records: null,
    });
  });

  test('with comments is told, and made strict by --fix', async () => {
    const loose = '\ufeff[\r\n  ["a"], // first\r\n  ["b",],\r\n]\r\n';
    folder.write('exp.json', loose, 0o640);
    const { code, stdout } = await check();
    expect(code).toBe(0);
    expect(stdout).toContain(
      '3 comments and trailing commas, the first in line 2, column 10: read all the same.',
    );
    expect(stdout).toContain('byte order mark');
    expect(stdout).toContain('CRLF');
    expect((await check('--fix')).stdout).toBe(
      'exp.json: 3 comments and trailing commas: left out\n' +
        'exp.json is a valid schedule now: 2 entries, 0 marked, 2 pending.\n' +
        'It begins with a byte order mark, which stays.\nIts lines end as on Windows (CRLF), which stays.\n' +
        'Your version is kept as exp.json.bak.\n',
    );
    expect(folder.read('exp.json')).toBe('\ufeff[\r\n  ["a"], \r\n  ["b"]\r\n]\r\n');
    expect(folder.read('exp.json.bak')).toBe(loose);
    expect(statSync(folder.in('exp.json')).mode & 0o777).toBe(0o640);
    expect((await check('--fix')).stdout).not.toContain('.bak');
  });

  test('with records says what is wrong with them', async () => {
    folder.schedule([['true'], ['executed', 'b']]);
    await folder.cooperate('run', 'exp.json');
    expect((await check()).stdout).toContain('1 mark has no history');
    const journals = folder.in('exp.json.cooperate/1/journals');
    const [journal] = readdirSync(journals);
    writeFileSync(`${journals}/${journal}`, 'rubbish\n', { flag: 'a' });
    expect((await check()).stdout).toContain('1 line of the journals cannot be read');
    expect(await checkJson()).toMatchObject({ records: { epoch: 1, unreadable: 1, unaccounted: 1 } });
    folder.write('exp.json.cooperate/1/format.json', 'rubbish');
    const { code, stdout } = await check();
    expect(code).toBe(3);
    expect(stdout).toContain('exp.json.cooperate/1/format.json holds something else than it should.');
    expect(await checkJson()).toMatchObject({ valid: true, records: { damaged: expect.anything() as string } });
  });

  test('that is not there is an error', async () => {
    const { code, stderr } = await check();
    expect(code).toBe(2);
    expectReadable(stderr);
    expect(await checkJson()).toMatchObject({ error: { reason: 'schedule-missing' } });
  });
});

describe('what is no schedule', () => {
  const PYTHON = `[['python', 'main.py', "--lr", .5], # first
 ["python", "main.py", True]
 ("python", "main.py", '3'),
 "python main.py --lr 3",
 ["python", "main.py", "--lr
`;

  test('is shown place by place, with what --fix would make of it', async () => {
    folder.write('exp.json', PYTHON);
    const { code, stdout } = await check();
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "exp.json:1:3: a string is written in plain double quotes: "..."; --fix: written as JSON has it (3 places, the last in line 3)
        [['python', 'main.py', "--lr", .5], # first
          ^
      exp.json:1:32: this is not a number as JSON writes it; put it in double quotes; --fix: written ".5"
        [['python', 'main.py', "--lr", .5], # first
                                       ^
      exp.json:1:37: a comment starts with // or /*; --fix: left out
        [['python', 'main.py', "--lr", .5], # first
                                            ^
      exp.json:2:24: True is Python; JSON writes true; --fix: written true
         ["python", "main.py", True]
                               ^
      exp.json:3:2: a comma is missing before this; --fix: put in
         ("python", "main.py", '3'),
         ^
      exp.json:3:2: a tuple is Python; JSON has lists; --fix: written with [ and ]
         ("python", "main.py", '3'),
         ^
      exp.json:4:2: an entry is a list, such as ["python", "main.py"]; this is a string; --fix: split into words as a shell does
         "python main.py --lr 3",
         ^
      exp.json:5:2: the text ends inside an entry: a closing ] is missing; --fix: this entry is left out, and the list closed
         ["python", "main.py", "--lr
         ^
      exp.json is not a valid schedule.
      It can be mended: cooperate check exp.json --fix
      "
    `);
    expect(folder.names()).toEqual(['exp.json']);
    expect(await checkJson()).toMatchObject({ valid: false, byHand: 0, facts: null, fixed: null });
  });

  test('is mended, and the version of its owner kept beside the older ones', async () => {
    folder.write('exp.json', PYTHON, 0o640);
    folder.write('exp.json.bak', 'older');
    const { code, stdout } = await check('--fix');
    expect(code).toBe(0);
    expect(stdout).toContain(
      'exp.json:5:2: the text ends inside an entry: a closing ] is missing: this entry is left out',
    );
    expect(stdout).toContain('exp.json is a valid schedule now: 4 entries, 0 marked, 4 pending.');
    expect(stdout).toContain('Your version is kept as exp.json.bak.1.');
    expect(JSON.parse(folder.read('exp.json'))).toEqual([
      ['python', 'main.py', '--lr', '.5'],
      ['python', 'main.py', true],
      ['python', 'main.py', '3'],
      ['python', 'main.py', '--lr', '3'],
    ]);
    expect([folder.read('exp.json.bak'), folder.read('exp.json.bak.1')]).toEqual(['older', PYTHON]);
    expect(statSync(folder.in('exp.json')).mode & 0o777).toBe(0o640);
    expect((await check()).code).toBe(0);
  });

  test('keeps its marks and its history when it is mended', async () => {
    folder.schedule([['true'], ['false']]);
    await folder.cooperate('run', 'exp.json', '--keep-going');
    folder.write('exp.json', folder.read('exp.json').replace('],[', ']['));
    expect((await check('--fix')).code).toBe(0);
    expect(folder.marks()).toBe('xx');
    expect((await folder.cooperate('run', 'exp.json')).stderr).not.toContain('Running');
  });

  test('is left as it is where one thing would be a guess', async () => {
    const text = `[["a", foo],\n ["b" "c"],\n ['d']]`;
    folder.write('exp.json', text);
    const { code, stdout } = await check('--fix');
    expect(code).toBe(2);
    expect(stdout).toMatchInlineSnapshot(`
      "exp.json:1:8: an argument such as foo is written in double quotes
        [["a", foo],
               ^
      exp.json:2:7: a comma is missing before this: after an argument comes a comma or the closing ]
         ["b" "c"],
              ^
      exp.json:3:3: a string is written in plain double quotes: "..."; --fix: written as JSON has it
         ['d']]
          ^
      exp.json is not a valid schedule, and nothing was written.
      2 places are to be mended by hand, since the meaning would be a guess; --fix does the rest afterwards.
      "
    `);
    expect(folder.names()).toEqual(['exp.json']);
    expect(folder.read('exp.json')).toBe(text);
    expect(await checkJson('--fix')).toMatchObject({ byHand: 2, fixed: null });
  });

  test('is listed up to ten times', async () => {
    folder.write('exp.json', `[\n${'  ["a", foo],\n'.repeat(30)}]\n`);
    const { stdout } = await check();
    expect(stdout.match(/exp\.json:\d+:9: an argument such as foo/g)).toHaveLength(10);
    expect(stdout).toContain('and 20 more\n');
    expect(await checkJson()).toMatchObject({ more: 20, byHand: 30 });
  });

  test.each(['', '{}', '\u0000', 'hello'])('(%j) cannot be mended, and says so', async (text) => {
    folder.write('exp.json', text);
    const { code, stdout, stderr } = await check('--fix');
    expect([code, stderr]).toEqual([2, '']);
    expect(stdout).toContain('exp.json is not a valid schedule, and nothing was written.');
    await checkJson();
  });
});
