import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const commands = (name = 'exp.json'): string[] =>
  (JSON.parse(folder.read(name)) as string[][]).map((argv) => argv.join(' '));

/** Of the command `c`, what a design has added to it. */
async function made(...args: string[]): Promise<string[]> {
  const { code, stderr } = await folder.cooperate('doe', 'exp.json', ...args, '--', 'c');
  expect([code, stderr]).toEqual([0, expect.stringContaining('written to exp.json.')]);
  return commands().map((command) => command.replace(/^c ?/, ''));
}

const TWO = ['--set', 'a=1,2', '--set', 'b=x,y'];

test('every combination is written, one entry a line, and what was done is said', async () => {
  const { code, stdout, stderr } = await folder.cooperate(
    ...['doe', 'exp.json', '--set', 'lr=log:1e-4..1e-1:4', '--set', 'batch=32,64,128', '--set', 'seed=1..5'],
    ...['--design', 'factorial', '--', 'python', 'main.py', '--epochs', '10'],
  );
  expect([code, stdout]).toEqual([0, '']);
  const combinations = ['0.0001', '0.001', '0.01', '0.1'].flatMap((lr) =>
    ['32', '64', '128'].flatMap((batch) =>
      ['1', '2', '3', '4', '5'].map(
        (seed) =>
          `  ["python", "main.py", "--epochs", "10", "--lr", "${lr}", "--batch", "${batch}", "--seed", "${seed}"]`,
      ),
    ),
  );
  expect(folder.read('exp.json')).toBe(`[\n${combinations.join(',\n')}\n]\n`);
  expect(stderr).toBe(`60 entries written to exp.json.
  python main.py --epochs 10 --lr 0.0001 --batch 32 --seed 1
  python main.py --epochs 10 --lr 0.0001 --batch 32 --seed 2
  ...
  python main.py --epochs 10 --lr 0.1 --batch 128 --seed 4
  python main.py --epochs 10 --lr 0.1 --batch 128 --seed 5
Work through it, in as many shells as you like: cooperate --run exp.json
`);
  expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate']);
});

describe('every spelling of --set', () => {
  test.each([
    ['lr=log:1e-4..1e-1:4', ['--lr 0.0001', '--lr 0.001', '--lr 0.01', '--lr 0.1']],
    ['x=lin:0..1:5', ['--x 0', '--x 0.25', '--x 0.5', '--x 0.75', '--x 1']],
    ['x=0..0.3:0.1', ['--x 0', '--x 0.1', '--x 0.2', '--x 0.3']],
    ['n=1..3', ['--n 1', '--n 2', '--n 3']],
    ['n=10..0:-5', ['--n 10', '--n 5', '--n 0']],
    ['x=0.10,1e-3,007', ['--x 0.10', '--x 1e-3', '--x 007']],
    ['s=adam,"a, b",it\'s,zwölf', ['--s adam', '--s a, b', "--s it's", '--s zwölf']],
    ['--batch-size=8,16', ['--batch-size 8', '--batch-size 16']],
    ['-b=8,16', ['-b 8', '-b 16']],
    ['amp=flag', ['', '--amp']],
    ['o=[--sgd --momentum 0.9],[--adam]', ['--sgd --momentum 0.9', '--adam']],
  ])('%s', async (set, runs) => {
    expect(await made('--set', set)).toEqual(runs);
  });

  test.each([
    ['x=uniform:0..0.3', (x: number) => x >= 0 && x <= 0.3],
    ['x=loguniform:1e-5..1e-1', (x: number) => x >= 1e-5 && x <= 1e-1],
    ['x=int:1..1000', (x: number) => Number.isInteger(x) && x >= 1 && x <= 1000],
    ['x=normal:5,0.1', (x: number) => Math.abs(x - 5) < 1],
  ])('%s is drawn from', async (set, isIn) => {
    const runs = await made('--set', set, '--design', 'random', '--runs', '40');
    const drawn = runs.map((run) => Number(/^--x (\S{1,14})$/.exec(run)?.[1]));
    expect(drawn.filter(isIn)).toHaveLength(40);
    expect(new Set(drawn).size).toBe(40);
  });
});

describe('a factor enters the command', () => {
  test.each([
    [
      ['--as', 'option'],
      ['c', '--lr', '0.1', '--b', '2'],
    ],
    [
      ['--as', 'equals'],
      ['c', '--lr=0.1', '--b=2'],
    ],
    [
      ['--as', 'bare'],
      ['c', 'lr=0.1', 'b=2'],
    ],
    [
      ['--as', 'positional'],
      ['c', '0.1', '2'],
    ],
    [
      ['--as', 'equals', '--as', 'b=positional'],
      ['c', '--lr=0.1', '2'],
    ],
  ])('%j', async (as, argv) => {
    await folder.cooperate('doe', 'exp.json', '--set', 'lr=0.1', '--set', 'b=2', ...as, '--', 'c');
    expect(JSON.parse(folder.read('exp.json'))).toEqual([argv]);
  });

  test('where its name stands in braces, and there alone', async () => {
    const { stderr } = await folder.cooperate(
      ...['doe', 'exp.json', '--set', 'batch-size=8', '--set', 'model.lr=0.1', '--set', 'x=1'],
      ...['--', 'c', 'out/{model.lr}/b{batch_size}', '{model.lr}', '{"json": 1}', '{0}', '{seeed}'],
    );
    expect(commands()).toEqual(['c out/0.1/b8 0.1 {"json": 1} {0} {seeed} --x 1']);
    expect(stderr).toContain('{seeed} in the command is no factor; it stays as it is.');
  });

  test('in quotes that were meant for a shell the command is told, not split', async () => {
    const { stderr } = await folder.cooperate('doe', 'exp.json', '--set', 'a=1', '--', 'python main.py');
    expect(JSON.parse(folder.read('exp.json'))).toEqual([['python main.py', '--a', '1']]);
    expect(stderr).toContain('"python main.py" is taken for a program with a space in its name');
  });
});

describe('a design is shaped', () => {
  test('by conditions on its runs', async () => {
    expect(await made('--set', 'a=1..3', '--set', 'b=1..3', '--where', 'a < b', '--where', 'b != 2')).toEqual([
      '--a 1 --b 3',
      '--a 2 --b 3',
    ]);
  });

  test('by conditions on a factor, and what would be made twice is left out and told', async () => {
    const { stderr } = await folder.cooperate(
      ...['doe', 'exp.json', '--set', 'opt=sgd,adam', '--set', 'momentum=0.5,0.9'],
      ...['--when', 'momentum=opt == "sgd"', '--', 'c'],
    );
    expect(commands()).toEqual(['c --opt sgd --momentum 0.5', 'c --opt sgd --momentum 0.9', 'c --opt adam']);
    expect(stderr).toContain('1 point left out that would make the same command again.');
  });

  test('by repeating it, or going through the values of one more factor', async () => {
    const once = ['--a 1 --b x', '--a 1 --b y', '--a 2 --b x', '--a 2 --b y'];
    expect(await made(...TWO, '--repeat', '2')).toEqual([...once, ...once]);
    folder.write('exp.json', '[]');
    await folder.cooperate('doe', 'exp.json', '--append', ...TWO, '--repeat', 'seed=7,8', '--', 'c');
    expect(commands()).toEqual(['7', '8'].flatMap((seed) => once.map((run) => `c ${run} --seed ${seed}`)));
  });

  test('by its order: shuffled by a seed, or balanced, and nothing is lost', async () => {
    const given = await made('--set', 'a=1..6', '--set', 'b=x,y');
    const orders = await Promise.all(
      [
        ['--order', 'shuffled'],
        ['--order', 'shuffled', '--seed', '1'],
        ['--order', 'balanced'],
      ].map(async (order, i) => {
        const name = `${i}.json`;
        await folder.cooperate('doe', name, '--set', 'a=1..6', '--set', 'b=x,y', ...order, '--', 'c');
        return commands(name).map((command) => command.slice(2));
      }),
    );
    expect(new Set([given, ...orders].map((runs) => runs.join())).size).toBe(4);
    for (const order of orders) expect(order.toSorted()).toEqual(given.toSorted());
    // Halfway each value of `a` has come once.
    expect(new Set(orders[2]?.slice(0, 6).map((run) => run.split(' ')[1])).size).toBe(6);
  });
});

describe('a spec file', () => {
  const FLAGS = ['--set', 'lr=log:1e-3..1e-1:3', '--set', 'opt=sgd,adam', '--set', 'm=0.5,0.9'];
  const MORE = ['--when', 'm=opt == "sgd"', '--repeat', 'seed=1..2', '--order', 'shuffled', '--seed', '5'];

  test.each([
    [
      'sweep.yaml',
      `# as one writes it
command: python main.py --epochs 10
factors:
  lr: log:1e-3..1e-1:3
  opt: [sgd, adam]
  m: { space: "0.5,0.9", when: opt == "sgd" }
repeat: seed=1..2
order: shuffled
seed: 5
`,
    ],
    [
      'sweep.json',
      JSON.stringify({
        command: ['python', 'main.py', '--epochs', 10],
        factors: {
          lr: 'log:1e-3..1e-1:3',
          opt: ['sgd', 'adam'],
          m: { space: [0.5, 0.9], when: 'opt == "sgd"' },
        },
        repeat: 'seed=1..2',
        order: 'shuffled',
        seed: 5,
      }),
    ],
  ])('%s makes what the flags make', async (name, spec) => {
    folder.write(name, spec);
    const { code, stderr } = await folder.cooperate('doe', 'spec.json', '--spec', name);
    expect([code, stderr]).toEqual([0, expect.stringContaining('18 entries written to spec.json.')]);
    const words = ['python', 'main.py', '--epochs', '10'];
    await folder.cooperate('doe', 'flags.json', ...FLAGS, ...MORE, '--', ...words);
    expect(folder.read('spec.json')).toBe(folder.read('flags.json'));
  });

  test('joins several blocks, and a command that two of them make is written once, for each seed', async () => {
    folder.write(
      'sweep.yaml',
      `command: c
repeat: seed=1..2
blocks:
  - factors: { lr: "1..3" }
  - factors: { lr: "3..4" }
`,
    );
    const { stderr } = await folder.cooperate('doe', 'exp.json', '--spec', 'sweep.yaml');
    expect(commands()).toEqual(
      [1, 2].flatMap((seed) => [1, 2, 3, 4].map((lr) => `c --lr ${lr} --seed ${seed}`)),
    );
    expect(stderr).toContain('1 point left out that would make the same command again.');
  });
});
