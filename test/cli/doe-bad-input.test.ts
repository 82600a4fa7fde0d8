import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** Nothing but a clear message: exit code 2, and no file made, changed or left. */
async function expectRefused(args: readonly string[], words: RegExp): Promise<void> {
  const before = folder.names().map((name) => [name, name.includes('.') ? folder.read(name) : '']);
  const { code, stdout, stderr } = await folder.cooperate(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(words);
  expectReadable(stderr);
  expect(folder.names().map((name) => [name, name.includes('.') ? folder.read(name) : ''])).toEqual(before);
}

const A = ['--set', 'a=1,2'];
const C = ['--', 'c'];

describe('flags that make no sense are refused', () => {
  test.each<[args: string[], words: RegExp]>([
    // Factors.
    [['--set', 'lr=', ...C], /lr has no values\.\nGive it some, such as lr=1,2,3/],
    [
      ['--set', 'lr', '0.1,0.2', ...C],
      /0\.1,0\.2 stands where only options can\.\nThe command comes last, behind --/,
    ],
    [['--set', 'lr=0.1', '0.2', ...C], /0\.2 stands where only options can\..*\n.*--set lr=0\.1,0\.01/],
    [['--set', 'lr', ...C], /lr comes without values\.\nAdd some: lr=0\.1,0\.01/],
    [['--set', 'a=[1,2]', ...C], /not a list of values\.\nWrite 1,2,3 without brackets/],
    [['--set', 'a=5..1', ...C], /the range goes down, and the step is missing\.\nAdd it, such as 5\.\.1:-1/],
    [['--set', 'a=0.1..0.5', ...C], /only whole numbers can do without a step/],
    [['--set', 'lr=log:0..1:4', ...C], /touches 0, which has no logarithm\.\nGive two ends above 0/],
    [['--set', 'lr=logg:1..2:3', ...C], /"logg" is no kind of values\.\nDid you mean log:1\.\.2:3/],
    [
      ['--set', 'lr=uniform:0..1', ...C],
      /has no list of values to go through\.\nGive steps, .* --design sobol --runs/,
    ],
    [[...A, '--set', 'a=3', ...C], /two --set for a\.\nPut all its values into one/],
    [[...A, '--as', 'b=bare', ...C], /no --set for it\.\nThe factors are a/],
    // Designs.
    [[...A, '--design', 'sobl', '--runs', '4', ...C], /no design "sobl"\.\nDid you mean sobol\?/],
    [
      [...A, '--set', 'b=1,2,3', '--design', 'zip', ...C],
      /their numbers differ: a has 2, b has 3\.\nGive each/,
    ],
    [
      [...A, '--design', 'random', '--runs', '3', ...C],
      /only 2 different ones\.\nGive --runs 2, or more values/,
    ],
    [[...A, '--design', 'sobol', ...C], /none is given\.\nSay how many: --runs 64/],
    [[...A, '--runs', '2', ...C], /decides by itself how many runs.*\nTake out runs, or choose/],
    [[...A, '--design', 'sobol', '--runs', '0', ...C], /runs is 0\.\nGive a whole number, 1 or more/],
    [[...A, '--seed', '-1', ...C], /It must be a whole number, 0 or more/],
    [[...A, '--centers', '2', ...C], /has no centre points\.\nTake out centers/],
    [[...A, '--design', 'oat', '--baseline', 'a=3', ...C], /none of its values\.\nChoose one of 1, 2/],
    [[...A, '--baseline', 'a=1', ...C], /has no baseline\.\nTake it out, or choose oat/],
    [['--set', 'a=1..3', '--set', 'b=x,y,z,q', '--design', 'ccd', ...C], /b=x,y,z,q has 4 values/],
    [['--set', 'a=1..101', '--set', 'b=1..100', ...C], /up to 10,100 runs\.\nGive --yes/],
    [['--set', 'a=1..9000000', '--set', 'b=1..9', '--yes', ...C], /81,000,000 points.*\nTake fewer values/],
    [[...A, '--order', 'random', ...C], /as-given, shuffled, balanced/],
    [[...A, '--repeat', '0', ...C], /repeat is 0\.\nGive a whole number, 1 or more, or a factor/],
    [[...A, '--repeat', 'a=1..3', ...C], /two factors a/],
    // Conditions.
    [
      ['--set', 'learning=1,2', '--where', 'learnin > 1', ...C],
      /learnin is no factor\.\nDid you mean learning\?/,
    ],
    [[...A, '--where', 'a = 2', ...C], /not understood from column 3 on.*\nWrite == to compare/],
    [[...A, '--where', 'a > 9', ...C], /no combination is allowed\.\nCheck a > 9/],
    [[...A, '--when', 'b=a == 1', ...C], /no --set for it/],
    // The command.
    [A, /There is no command to run\.\nName it last: -- python main\.py/],
    [[...A, '--'], /There is no command to run/],
    [[...A, '--', ''], /There is no command to run/],
    [[...A, '--', 'executed'], /would be "executed", which marks an entry that has run/],
    [['--set', 'p=executed,c', '--', '{p}'], /would be "executed"/],
    [['--set', "p='',c", '--', '{p}'], /no program to run/],
    [[...A, '--', 'c', '{A}'], /no such factor\.\nDid you mean \{a\}\?/],
    [
      [...A, 'python', 'main.py'],
      /python main\.py stands where only options can\.\nThe command comes last, behind --/,
    ],
    [[...A, 'python', 'main.py', '--epochs', '10'], /unknown option '--epochs'\n.*come behind --/],
    [['sweep.yaml'], /sweep\.yaml stands where only options can\.\nDid you mean --spec sweep\.yaml\?/],
    // What to do with it.
    [[], /There is no terminal to ask on\.\nGive it as flags/],
    [['--append', '--replace', ...A, ...C], /cannot be used with/],
    [['--append', '--runs', '4'], /there is no schedule exp\.json/],
    [['--append', '--runs', '4', '--seed', '2'], /goes on with the design that is there, so --seed cannot/],
    [['--sett', 'a=1', ...C], /Did you mean --set\?/],
    [['--spec', 'nope.yaml'], /There is no spec file nope\.yaml/],
    [['--spec', '.'], /is a folder, not a spec file/],
  ])('%j', async (args, words) => expectRefused(['doe', 'exp.json', ...args], words));

  test.each([
    ['nodir/exp', /no folder nodir\/\nMake it first: mkdir -p nodir\//],
    ['sub/', /no name for a/],
    ['', /no name/],
    ['..', /no name/],
  ] as const)('as is the name %j', async (name, words) => {
    mkdirSync(folder.in('sub'));
    await expectRefused(['doe', name, ...A, ...C], words);
  });
});

describe('what is there already is not touched by', () => {
  test.each<[args: string[], words: RegExp]>([
    [[...A, ...C], /is there already\.\nGive --append to add to it, --replace to write it anew/],
    [['--append', ...A, '--', 'executed'], /would be "executed"/],
    [['--replace', ...A, '--', 'executed'], /would be "executed"/],
    [['--append', '--set', 'a=', ...C], /a has no values/],
    [['--append', '--runs', '3'], /Nothing is known about how exp\.json was made/],
    [['--append', '--runs', 'x'], /runs is "x"/],
  ])('%j', async (args, words) => {
    folder.write('exp.json', ' [["mine"] ]');
    await expectRefused(['doe', 'exp.json', ...args], words);
  });

  test.each([['[["c"]'], ['{"a": 1}'], ['']])('an append to %j, which is no schedule', async (text) => {
    folder.write('exp.json', text);
    await expectRefused(['doe', 'exp.json', '--append', ...A, ...C], /exp\.json/);
  });

  test.each([[[]], [['--append']], [['--replace']]])('%j where a folder has the name', async (how) => {
    mkdirSync(folder.in('exp.json'));
    const { code, stderr } = await folder.cooperate('doe', 'exp.json', ...how, ...A, ...C);
    expect([code, stderr, folder.names()]).toEqual([
      2,
      expect.stringContaining('is a directory'),
      ['exp.json'],
    ]);
  });

  test('a design without next points that is asked for some', async () => {
    await folder.cooperate('doe', 'exp.json', ...A, ...C);
    const before = folder.read('exp.json');
    const { code, stderr } = await folder.cooperate('doe', 'exp.json', '--append', '--runs', '3');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/made by a factorial design, which has no next points\.\nSay/),
    ]);
    expect(folder.read('exp.json')).toBe(before);
  });
});

describe('a spec file with a mistake is refused, with its place', () => {
  test.each<[text: string, words: RegExp]>([
    [
      'command: c\nfactors:\n  a: 1..2\nrus: 4\n',
      /rus is no key of a spec\. Did you mean runs\?|rus is no key of a spec\.\nDid you mean runs\?/,
    ],
    ['command: c\nfactors:\n  a: { spce: 1..2 }\n', /factors\.a.*\n?.*Did you mean space\?/],
    ['command: c\nfactors:\n  a: log:0..1:4\n', /factors\.a.*touches 0/],
    ['command: c\nfactors:\n  a: [1, 2]\ndesign: sobl\n', /sobl.*\n?.*Did you mean sobol/],
    ['command: c\nfactors:\n  a: [1, 2]\nwhere: [a > 0, b > 1]\n', /where\[1\].*b is no factor/],
    ['command: c\nblocks:\n  - factors: { a: [1, 2] }\n  - factors: { a: [] }\n', /blocks\[1\]\.factors\.a/],
    ['command: c\nfactors: [\n', /sweep\.yaml: line 3, column 1/],
    ['', /sweep\.yaml.*/],
    ['[1, 2]', /The spec is a list/],
    ['command: "c \\0"\nfactors: { a: [1] }\n', /NUL character, which no program can be given/],
    ['command: executed\n', /would be "executed"/],
    ['command: [[c]]\n', /command/],
  ])('%j', async (text, words) => {
    folder.write('sweep.yaml', text);
    await expectRefused(['doe', 'exp.json', '--spec', 'sweep.yaml'], words);
  });

  test('and so is one that is given beside flags', async () => {
    folder.write('sweep.yaml', 'command: c\n');
    await expectRefused(
      ['doe', 'exp', '--spec', 'sweep.yaml', '--seed', '3', ...C],
      /so a command, --seed cannot be given/,
    );
  });
});
