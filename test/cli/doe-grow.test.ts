import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const doe = (...args: string[]) => folder.cooperate('doe', 'exp.json', ...args);
const doeBeside = (...args: string[]) => folder.start(['doe', 'exp.json', ...args]).ended;
const commands = (name = 'exp.json'): string[] =>
  (JSON.parse(folder.read(name)) as string[][]).map((argv) => argv.join(' '));

/** Writes its value into the file `ran`, and waits for the file `go`. */
const WAITS = sh(`echo "$2" >> "$COOPERATE_TEST_FOLDER/ran"; ${until('$COOPERATE_TEST_FOLDER/go')}`, 'run');

describe('--append while workers are at work', () => {
  test('adds what is new, keeps the marks, and each entry runs once', async () => {
    await doe('--set', 'a=1..4', '--', ...WAITS);
    const workers = [1, 2].map(() => folder.start(['run', 'exp.json']));
    await folder.hasLines('ran', 2);
    const marks = folder.marks();
    const { code, stderr } = await doe('--append', '--set', 'a=3..6', '--', ...WAITS);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^2 entries added to exp\.json\.\n2 runs were there/),
    ]);
    expect(folder.marks()).toBe(`${marks}..`);
    // What ran before is known as well as what waits.
    expect((await doe('--append', '--set', 'a=1..6', '--', ...WAITS)).stderr).toBe(
      '0 entries added to exp.json.\n6 runs were there already.\n',
    );
    folder.write('go', '');
    for (const worker of workers) expect((await worker.ended).code).toBe(0);
    expect(folder.lines('ran').sort()).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(folder.marks()).toBe('xxxxxx');
  });

  test('by several at once adds nothing twice, and loses nothing', async () => {
    folder.schedule([['mine']]);
    const ends = ['1..4', '3..6', '1..6', '5..8'].map((a) =>
      doeBeside('--append', '--set', `a=${a}`, '--', 'c'),
    );
    for (const { code } of await Promise.all(ends)) expect(code).toBe(0);
    const expected = [1, 2, 3, 4, 5, 6, 7, 8].map((a) => `c --a ${a}`);
    expect(commands().sort()).toEqual([...expected, 'mine']);
  });

  test('by several at once makes a schedule that does not exist yet', async () => {
    const ends = ['1..3', '2..4', '3..5'].map((a) => doeBeside('--append', '--set', `a=${a}`, '--', 'c'));
    for (const { code } of await Promise.all(ends)) expect(code).toBe(0);
    expect(commands().sort()).toEqual([1, 2, 3, 4, 5].map((a) => `c --a ${a}`));
  });

  test('is what it takes: without it one of several makes the schedule, and the others are refused', async () => {
    const ends = await Promise.all([1, 2, 3].map((a) => doeBeside('--set', `a=${a}`, '--', 'c')));
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 2, 2]);
    expect(commands()).toEqual([`c --a ${1 + ends.findIndex(({ code }) => code === 0)}`]);
  });

  test('keeps the way a person has laid the file out, and knows numbers as they are spelled', async () => {
    folder.write('exp.json', '[\n\t["c", "--a", 1],   ["executed","c","--a","2"]\n]\n');
    await doe('--append', '--set', 'a=1..3', '--', 'c');
    expect(folder.read('exp.json')).toMatch(
      /^\[\n\t\["c", "--a", 1\], {3}\["executed","c","--a","2"\],\s+\["c", "--a", "3"\]\s+\]\n$/,
    );
  });

  test('counts what is repeated', async () => {
    folder.schedule([
      ['c', '--a', '1'],
      ['executed', 'c', '--a', '2'],
      ['c', '--a', '2'],
    ]);
    await doe('--append', '--set', 'a=1..2', '--repeat', '2', '--', 'c');
    expect(commands().slice(3)).toEqual(['c --a 1']);
  });

  test('to one that is missing is the first that made it, also where an older one has left its records', async () => {
    await doe('--set', 'a=1', '--', 'c');
    rmSync(folder.in('exp.json'));
    const { stderr } = await doe('--append', '--set', 'a=2', '--', 'c');
    expect(stderr).toContain('1 entry written to exp.json.');
    expect((await doe('--show')).stdout).toBe('cooperate doe exp.json --set a=2 -- c\n');
  });
});

describe('--append --runs', () => {
  const DRAWN = ['--set', 'x=uniform:0..1', '--set', 'n=int:1..1000', '--seed', '5'];
  const LISTED = ['--set', 'a=1..30', '--set', 'b=1..30', '--seed', '5'];

  test.each([
    ['sobol', DRAWN],
    ['halton', DRAWN],
    ['random', DRAWN],
    ['random', LISTED],
    ['lhs', DRAWN],
    ['lhs:centred', [...DRAWN, '--where', 'x > 0.1']],
    ['sobol', [...DRAWN, '--where', 'x > 0.5', '--repeat', 'seed=1..2']],
  ])('goes on with %s where it was left: %j', async (design, sets) => {
    await doe(...sets, '--design', design, '--runs', '8', '--', 'c');
    const before = commands();
    for (const runs of ['3', '5']) expect((await doe('--append', '--runs', runs)).code).toBe(0);
    expect(commands().slice(0, before.length)).toEqual(before);
    expect(new Set(commands()).size).toBe(commands().length);
    const whole = design.startsWith('lhs') ? '8+3+5' : '16';
    await folder.cooperate('doe', 'whole.json', ...sets, '--design', design, '--runs', whole, '--', 'c');
    expect(commands().toSorted()).toEqual(commands('whole.json').toSorted());
  });

  test('makes a Latin hypercube of twice as many points', async () => {
    await doe(...DRAWN, '--design', 'lhs', '--runs', '8', '--', 'c');
    await doe('--append', '--runs', '8');
    const strata = commands().map((command) => Math.floor(Number(command.split(' ')[2]) * 16));
    expect(new Set(strata).size).toBe(16);
  });

  test('makes no point again that was deleted, or is there for another reason', async () => {
    await doe(...LISTED, '--design', 'random', '--runs', '8', '--', 'c');
    const eight = JSON.parse(folder.read('exp.json')) as string[][];
    await folder.cooperate('doe', 'more.json', ...LISTED, '--design', 'random', '--runs', '12', '--', 'c');
    const twelve = JSON.parse(folder.read('more.json')) as string[][];
    folder.schedule([...eight.slice(1), twelve[9] as string[]]);
    const { stderr } = await doe('--append', '--runs', '4');
    expect(stderr).toMatch(/^3 entries added to exp\.json\.\n1 run was there already\.\n/);
    const added = [8, 10, 11].map((i) => twelve[i] as string[]);
    expect(JSON.parse(folder.read('exp.json'))).toEqual([...eight.slice(1), twelve[9], ...added]);
  });

  test('by two at once leaves the beginning of the sequence, each point once', async () => {
    await doe(...DRAWN, '--design', 'sobol', '--runs', '4', '--', 'c');
    const ends = await Promise.all([1, 2].map(() => doeBeside('--append', '--runs', '4')));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    await folder.cooperate('doe', 'whole.json', ...DRAWN, '--design', 'sobol', '--runs', '12', '--', 'c');
    // Whether the second one knew of the first is chance.
    expect([8, 12]).toContain(commands().length);
    expect(commands()).toEqual(commands('whole.json').slice(0, commands().length));
  });

  test('goes on with the last design that can, whatever was added since', async () => {
    await doe(...DRAWN, '--design', 'sobol', '--runs', '4', '--', 'c');
    await doe('--append', '--set', 'a=1..2', '--', 'c');
    expect((await doe('--append', '--runs', '2')).stderr).toMatch(/^2 entries added[^]*--x 0\.\d+ --n \d+/);
  });
});

describe('--replace', () => {
  test('keeps the old schedule as .bak, and workers at work go on with the new one', async () => {
    await doe('--set', 'a=1..3', '--', ...WAITS);
    const worker = folder.start(['run', 'exp.json']);
    await folder.hasLines('ran', 1);
    const old = folder.read('exp.json');
    const { code, stderr } = await doe('--replace', '--set', 'a=3..5', '--', ...WAITS);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^3 entries written anew to exp\.json\.\nThe old schedule is kept as exp\.json\.bak\.\n/,
      ),
    ]);
    expect([folder.read('exp.json.bak'), folder.marks(), folder.marks('exp.json.bak')]).toEqual([
      old,
      '...',
      'x..',
    ]);
    folder.write('go', '');
    expect((await worker.ended).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['1', '3', '4', '5']);
    expect(folder.marks()).toBe('xxx');
  });

  test('again keeps each of the old ones, and makes one where none is', async () => {
    for (const a of ['1', '2', '3'])
      expect((await doe('--replace', '--set', `a=${a}`, '--', 'c')).code).toBe(0);
    expect(folder.names()).toEqual(['exp.json', 'exp.json.bak', 'exp.json.bak.1', 'exp.json.cooperate']);
    expect([commands(), commands('exp.json.bak'), commands('exp.json.bak.1')]).toEqual([
      ['c --a 3'],
      ['c --a 1'],
      ['c --a 2'],
    ]);
  });

  test('also what is no schedule', async () => {
    folder.write('exp.json', '[["broken"');
    expect((await doe('--replace', '--set', 'a=1', '--', 'c')).code).toBe(0);
    expect([commands(), folder.read('exp.json.bak')]).toEqual([['c --a 1'], '[["broken"']);
  });
});
