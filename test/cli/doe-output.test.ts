import { execFile } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, PROGRAM } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** What a shell prints that knows `cooperate`. */
async function shell(script: string): Promise<string> {
  const cooperate = `cooperate() { "${process.execPath}" "${PROGRAM}" "$@"; }`;
  const options = { cwd: folder.path, env: folder.env };
  return (await promisify(execFile)('sh', ['-c', `${cooperate}\n${script}`], options)).stdout;
}

const SETS = ['--set', 'a=1,2,2', '--set', 'b=x,y'];
const BEHIND = ['--where', 'a != 1 or b != "y"', '--', 'c', "it's"];
const RUNS = [
  ['c', "it's", '--a', '1', '--b', 'x'],
  ['c', "it's", '--a', '2', '--b', 'x'],
  ['c', "it's", '--a', '2', '--b', 'y'],
] as const;
const SPEC = { command: ['c', "it's"], factors: { a: '1,2,2', b: 'x,y' }, where: ['a != 1 or b != "y"'] };
const COMMON = { version: 1, schedule: 'exp.json', duplicates: 2, excluded: 1, facts: [], spec: SPEC };

describe('the name of the schedule', () => {
  test.each([
    [['--doe', 'exp']],
    [['--doe=exp']],
    [['--doe', 'exp.json']],
    [['doe', 'exp']],
    [['--append', '--doe', 'exp']],
    [['doe', './exp']],
  ])('%j is exp.json, as in the original', async (args) => {
    const { code, stderr } = await folder.cooperate(...args, '--set', 'a=1', '--', 'c');
    expect([code, folder.names()]).toEqual([0, ['exp.json', 'exp.json.cooperate']]);
    expect(stderr).toContain('1 entry written to');
  });

  test('may be one that a shell has to be told in quotes', async () => {
    const { stderr } = await folder.cooperate('doe', 'my exp', '--set', 'a=1', '--', 'echo', 'ran');
    const [, again = ''] = /^Work through it.*: (cooperate .*)$/m.exec(stderr) ?? [];
    expect(await shell(again)).toBe('ran --a 1\n');
  });

  test('is refused where it is taken, and the file stays as it is', async () => {
    folder.schedule([['mine']]);
    const { code, stderr } = await folder.cooperate('doe', 'exp.json', ...SETS, ...BEHIND);
    expect([code, stderr]).toEqual([
      2,
      `cooperate: exp.json is there already.
Give --append to add to it, --replace to write it anew (the old one is kept as .bak), or another name.
`,
    ]);
    expect([folder.read('exp.json'), folder.names()]).toEqual(['[["mine"]]', ['exp.json']]);
  });
});

describe('--dry-run', () => {
  test('prints the commands as a shell takes them, tells the rest, and writes nothing', async () => {
    const ended = await folder.cooperate('doe', 'exp', ...SETS, '--dry-run', ...BEHIND);
    expect(ended).toEqual({
      code: 0,
      stdout: ['--a 1 --b x', '--a 2 --b x', '--a 2 --b y'].map((run) => `c 'it'\\''s' ${run}\n`).join(''),
      stderr: `1 point left out: the conditions do not hold.
2 points left out that would make the same command again.
3 runs; nothing was written.
`,
    });
    expect(folder.names()).toEqual([]);
  });

  test('of an append prints what would be added', async () => {
    folder.schedule([['executed', ...RUNS[1]]]);
    const { stdout } = await folder.cooperate('doe', 'exp', '--append', ...SETS, '--dry-run', ...BEHIND);
    expect(stdout.match(/--a . --b ./g)).toEqual(['--a 1 --b x', '--a 2 --b y']);
    expect(folder.names()).toEqual(['exp.json']);
  });

  test('says that the name is taken', async () => {
    folder.schedule([]);
    const { code, stderr } = await folder.cooperate('doe', 'exp', ...SETS, '--dry-run', ...BEHIND);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^exp\.json is there already: it takes --append or --replace\.$/m),
    ]);
  });

  test('ends well when nobody reads on', async () => {
    const all = 'cooperate doe exp --set a=1..1000 --set b=1..100 --yes --dry-run -- c';
    expect(await shell(`{ ${all}; echo "$?" > code; } | head -n 1`)).toBe('c --a 1 --b 1\n');
    expect(folder.read('code')).toBe('0\n');
  });
});

describe('--json', () => {
  test('is one value on stdout, and nothing on stderr', async () => {
    const write = await folder.cooperate('doe', 'exp', ...SETS, '--json', ...BEHIND);
    expect([write.code, write.stderr]).toEqual([0, '']);
    expect(write.stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(write.stdout)).toEqual({ ...COMMON, how: 'created', entries: 3, present: 0 });
    const append = await folder.cooperate('doe', 'exp', '--append', ...SETS, '--json', '--', 'c', "it's");
    expect(JSON.parse(append.stdout)).toMatchObject({ how: 'appended', entries: 1, present: 3 });
    const replace = await folder.cooperate('doe', 'exp', '--replace', ...SETS, '--json', ...BEHIND);
    expect(JSON.parse(replace.stdout)).toMatchObject({
      how: 'replaced',
      entries: 3,
      backup: expect.stringMatching(/\/exp\.json\.bak$/),
    });
  });

  test('of a dry run has the runs', async () => {
    const { stdout } = await folder.cooperate('doe', 'exp', ...SETS, '--json', '--dry-run', ...BEHIND);
    expect(JSON.parse(stdout)).toEqual({ ...COMMON, runs: RUNS });
  });

  test('of a mistake has its message', async () => {
    const { code, stdout, stderr } = await folder.cooperate('doe', 'exp', '--set', 'a=', '--json', '--', 'c');
    const [problem, remedy] = ['a has no values.', 'Give it some, such as a=1,2,3 or a=lin:0..1:5.'];
    expect([code, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout)).toEqual({
      error: { reason: 'usage', problem, remedy, message: `${problem}\n${remedy}` },
    });
  });
});

describe('--show prints commands that make the same schedule, byte for byte:', () => {
  async function expectSameAgain(shown: readonly (string | RegExp)[]): Promise<void> {
    const { code, stdout, stderr } = await folder.cooperate('doe', 'exp', '--show');
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toEqual(shown.map((line): unknown => expect.stringMatching(line)));
    renameSync(folder.in('exp.json'), folder.in('first.json'));
    await shell(lines.join(' 2>> told && '));
    expect(folder.read('exp.json')).toBe(folder.read('first.json'));
    expect((await folder.cooperate('doe', 'exp', '--show')).stdout.split('\n')).toHaveLength(shown.length + 1);
  }
  const doe = (...args: string[]) => folder.cooperate('doe', 'exp.json', ...args);

  test('flags with everything that quotes can go wrong with', async () => {
    await doe(
      ...['--set', "o=[--a 'b c' --d=\"it's\"],[]", '--set', 's=flag,"flag","1..3",\'x, "y"\',$HOME,zwölf'],
      ...['--set', '-q=0.10,1e-3', '--set', 'amp=flag', '--as', 'equals', '--as', 's=positional'],
      ...['--where', 's != "it\'s" and q < 1', '--when', '-q=s == "flag"', '--repeat', 'seed=1..2'],
      ...['--order', 'shuffled', '--', 'c', '', '{s}/{q}', '--x', '*', "it's"],
    );
    await expectSameAgain([/^cooperate doe exp\.json --set .* --seed 0 .* -- c '' /]);
  });

  test('a baseline, and centre points', async () => {
    await doe(
      '--set',
      'a=1..3',
      '--set',
      'b=x,"y, z"',
      '--design',
      'oat',
      '--baseline',
      'a=2,b="y, z"',
      '--',
      'c',
    );
    await doe(
      '--append',
      '--set',
      'x=lin:0..1:2',
      '--set',
      'y=0..8',
      '--design',
      'ccd',
      '--centers',
      '0',
      '--',
      'c',
    );
    await expectSameAgain([/--baseline/, /--append .*--centers 0/]);
  });

  test('a sequence that has grown, with something else between', async () => {
    const sample = ['--set', 'x=uniform:0..1', '--set', 'n=int:1..9', '--design', 'sobol', '--runs', '4'];
    await doe(...sample, '--seed', '3', '--', 'c');
    await doe('--append', '--runs', '3');
    await doe('--append', '--set', 'x=0.5', '--set', 'n=1..3', '--', 'c');
    await doe('--append', '--runs', '2');
    await expectSameAgain([
      /--runs 4 /,
      /--append .*--runs 4\+3 /,
      /--append .*n=1\.\.3/,
      /--runs 4\+3\+2 --seed 3/,
    ]);
  });

  test('blocks of a spec file, which can have changed since', async () => {
    folder.write(
      's.json',
      JSON.stringify({ command: 'c', blocks: [{ factors: { a: '1..2' } }, { factors: { b: 'flag' } }] }),
    );
    await doe('--spec', 's.json');
    folder.write('s.json', '{}');
    await expectSameAgain([/^cooperate doe exp\.json --spec exp\.json\.cooperate\/doe\/1\.[\w-]+\.json$/]);
  });

  test('more runs than are made without a yes, in the place of older ones', async () => {
    await doe('--set', 'a=1', '--', 'c');
    await doe('--replace', '--yes', '--set', 'a=1..11', '--set', 'b=1..1000', '--', 'c');
    await expectSameAgain([/^cooperate doe exp\.json --replace --yes --set/]);
  });

  test('and with --json the records; of a schedule written by hand it knows nothing', async () => {
    await doe(...SETS, ...BEHIND);
    const { stdout } = await doe('--show', '--json');
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      schedule: 'exp.json',
      designs: [
        {
          ...{ version: 1, how: 'created', entries: 3, spec: SPEC },
          program: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          path: expect.stringMatching(/exp\.json\.cooperate\/doe\/1\.[\w-]+\.json$/),
        },
      ],
    });
    folder.schedule([['mine']], 'hand.json');
    const hand = await folder.cooperate('doe', 'hand.json', '--show');
    expect([hand.code, hand.stdout, folder.names()]).toEqual([
      2,
      '',
      expect.not.arrayContaining(['hand.json.cooperate']),
    ]);
    expect(hand.stderr).toContain('Nothing is known about how hand.json was made');
  });

  test('kept beside the schedule itself, also when it is named by a link', async () => {
    mkdirSync(folder.in('elsewhere'));
    await folder.cooperate('doe', 'elsewhere/real', '--set', 'a=1', '--', 'c');
    await shell('ln -s elsewhere/real.json link.json');
    expect((await folder.cooperate('doe', 'link', '--show')).stdout).toBe(
      'cooperate doe link.json --set a=1 -- c\n',
    );
  });
});
