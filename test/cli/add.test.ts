import { mkdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder, leavesItsName, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const add = (...args: string[]) => folder.cooperate('add', 'exp.json', ...args);
const addBeside = (...args: string[]) => folder.start(['add', 'exp.json', ...args]).ended;
const addList = (list: string, ...args: string[]) =>
  folder.start(['add', 'exp.json', '--file', '-', ...args], { input: list }).ended;
const entries = (): string[][] => JSON.parse(folder.read('exp.json')) as string[][];

const isValid = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('schema/add.json', 'utf8')) as object,
);
function parsed(stdout: string): unknown {
  const value = JSON.parse(stdout) as unknown;
  expect(isValid(value), JSON.stringify(isValid.errors)).toBe(true);
  return value;
}

describe('add', () => {
  test('puts a command behind the others, and says which number it has', async () => {
    folder.write('exp.json', '[\n\t["a"],\n\t["executed","b"]\n]\n');
    const { code, stdout, stderr } = await add('--', 'python', 'main.py', '--lr', '0.5');
    expect([code, stdout, stderr]).toEqual([0, '', '1 entry added to exp.json: 2.\n']);
    expect(folder.read('exp.json')).toBe(
      '[\n\t["a"],\n\t["executed","b"],\n\t["python", "main.py", "--lr", "0.5"]\n]\n',
    );
  });

  test('makes a schedule that is missing, and says so', async () => {
    const { code, stderr } = await add('--times', '3', '--', 'echo', 'hi');
    expect([code, stderr]).toEqual([0, '3 entries added to exp.json, which is new: 0-2.\n']);
    expect((await folder.cooperate('run', 'exp.json')).stdout).toBe('hi\nhi\nhi\n');
  });

  test('says that an equal one is there, and --new leaves it out', async () => {
    folder.schedule([
      ['a', 1],
      ['executed', 'b'],
    ] as never);
    expect((await add('--', 'a', '1')).stderr).toBe(
      '1 entry added to exp.json: 2.\nAn equal one was there already; --new leaves such out.\n',
    );
    expect((await add('--new', '--', 'b')).stderr).toBe(
      '0 entries added to exp.json.\n1 entry left out: there already.\n',
    );
    expect((await addList('a 1\na 1\na 1\nc\n', '--new')).stderr).toBe(
      '2 entries added to exp.json: 3-4.\n2 entries left out: there already.\n',
    );
  });

  test('runs an entry again that was removed after it had run', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b')]);
    await folder.cooperate('run', 'exp.json');
    folder.write('exp.json', JSON.stringify(entries().slice(1)));
    await folder.cooperate('run', 'exp.json');
    await add('--', ...leavesItsName('a'));
    await folder.cooperate('run', 'exp.json');
    expect(folder.lines('ran')).toEqual(['a', 'b', 'a']);
  });

  test('reaches workers that are at work, from several shells at once', async () => {
    const go = until('$COOPERATE_TEST_FOLDER/go');
    folder.schedule([leavesItsName('a', go), leavesItsName('b', go)]);
    const workers = [1, 2].map(() => folder.start(['run', 'exp.json']));
    await folder.hasLines('ran', 2);
    await Promise.all(Array.from('cdef').map((name) => addBeside('--', ...leavesItsName(name))));
    folder.write('go', '');
    for (const worker of workers) expect((await worker.ended).code).toBe(0);
    expect(folder.lines('ran').sort()).toEqual(Array.from('abcdef'));
    expect(folder.marks()).toBe('xxxxxx');
  });

  test('prints one JSON value, also when it fails', async () => {
    expect(parsed((await add('--json', '--', 'a')).stdout)).toEqual({
      ...{ version: 1, schedule: 'exp.json', created: true, added: 1, entries: '0' },
      ...{ equal: 0, present: 0, marked: 0 },
    });
    expect(parsed((await add('--json', '--new', '--', 'a')).stdout)).toMatchObject({
      added: 0,
      entries: null,
      present: 1,
    });
    expect(parsed((await add('--json')).stdout)).toMatchObject({ error: { reason: 'usage' } });
    expect(parsed((await add('--json', '--times', 'x', '--', 'a')).stdout)).toMatchObject({ error: {} });
  });
});

describe('a list', () => {
  test('has a command a line, with quotes as in a shell', async () => {
    const list = [
      '# a comment, and a blank line',
      '',
      `python main.py --name "two words" 'and $three' a\\ b  # and why`,
      'sh -c "echo a#b; echo \\"c\\""',
      'python main.py \\',
      '  --lr 0.5',
      `printf '%s\\n' "it's"`,
    ];
    expect((await addList(`${list.join('\r\n')}\r\n`)).code).toBe(0);
    expect(entries()).toEqual([
      ['python', 'main.py', '--name', 'two words', 'and $three', 'a b'],
      ['sh', '-c', 'echo a#b; echo "c"'],
      ['python', 'main.py', '--lr', '0.5'],
      ['printf', '%s\\n', "it's"],
    ]);
  });

  test('is a file, or a schedule, whose marked entries are left out', async () => {
    folder.schedule([['x', '1.50'], ['executed', 'y'], ['z']], 'other.json');
    const { stderr } = await add('--file', 'other.json');
    expect(stderr).toBe(
      '2 entries added to exp.json, which is new: 0-1.\n1 entry of the list left out: marked "executed".\n',
    );
    expect(entries()).toEqual([['x', '1.50'], ['z']]);
  });

  test('has JSON lines, with numbers as they are spelled', async () => {
    await addList('["a", 1e-3, true]\n\n# no\n["b", "\\u00e9"]\n');
    expect(entries()).toEqual([
      ['a', '1e-3', 'true'],
      ['b', 'é'],
    ]);
  });

  test.each([
    ['a\npython a.py | tee log', /standard input:2: \| is for a shell/],
    ['python a.py > log', /:1: > is for a shell/],
    ['python a.py &', /:1: & is for a shell/],
    ['python a.py --out $HOME/x', /:1: \$HOME is for a shell/],
    ['python a.py --out "$HOME/x"', /:1: \$HOME is for a shell/],
    ['python a.py `date`', /:1: ` is for a shell/],
    ['python a.py ~/data', /:1: ~ is for a shell/],
    ['CUDA_VISIBLE_DEVICES=0 python a.py', /:1: CUDA_VISIBLE_DEVICES=0 would be taken for the program/],
    ['python "a.py', /:1: .*a quote is not closed/],
    ['["a", 1]\n["b" 2]', /:2:6: a comma is missing/],
    ['[["a"],\n["b" 2]]', /:2:6: a comma is missing/],
    ['["a"\n', /:1:2: an entry is a list/],
    ['{"argv": ["a"]}', /standard input is no list of commands: it holds JSON objects/],
    ['executed a', /"executed"/],
  ])('with a mistake (%j) adds nothing', async (list, message) => {
    const { code, stderr } = await addList(list);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expectReadable(stderr);
    expect(folder.names()).toEqual([]);
  });

  test.each([
    [['--', 'python main.py'], /is one word/],
    [['python', 'main.py'], /stands where only options can/],
    [[], /what is to be added\?/],
    [['--file', 'nope'], /there is no file nope/],
    [['--file', '.'], /is a directory/],
    [['--file', 'list', '--', 'a'], /Give one of them/],
  ])('or a command that is wrong (%j) is told', async (args, message) => {
    const { code, stderr } = await add(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expectReadable(stderr);
    expect(folder.names()).toEqual([]);
  });

  test('for a schedule in a folder that is not there is refused', async () => {
    const { code, stderr } = await folder.cooperate('add', 'no/exp.json', '--', 'a');
    expect(code).toBe(2);
    expect(stderr).toContain('Make it first: mkdir -p no/');
    mkdirSync(folder.in('no'));
    expect((await folder.cooperate('add', 'no/exp.json', '--', 'a')).code).toBe(0);
  });

  test('for a schedule that is none leaves it as it is', async () => {
    folder.write('exp.json', '[["a"');
    const { code } = await add('--', 'b');
    expect(code).toBe(2);
    expect(folder.read('exp.json')).toBe('[["a"');
    expect(folder.names()).toEqual(['exp.json']);
  });
});
