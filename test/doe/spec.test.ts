import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../src/doe/experiment.js';
import { planOf } from '../../src/doe/plan.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { experimentOf } from '../../src/doe/spec/spec.js';
import { pathText, SpecProblem } from '../../src/doe/spec/spec-path.js';
import type { Spec } from '../../src/doe/spec/spec-schema.js';

const run = (rest: Partial<Spec>): Spec => ({ command: 'run', ...rest });
const only = (spec: Spec) => experimentOf(spec).blocks[0]!;

function problemOf(spec: Spec): string {
  try {
    experimentOf(spec);
  } catch (error) {
    if (error instanceof SpecProblem) return `${pathText(error.path)}: ${error.problem} | ${error.remedy}`;
    if (error instanceof DesignProblem) return `${error.problem} | ${error.remedy}`;
    throw error;
  }
  return 'none';
}

describe('a spec', () => {
  it('is a factorial design, each run once, as given and drawn with seed 0, unless it says otherwise', () => {
    expect(experimentOf(run({}))).toEqual({
      blocks: [
        { command: ['run'], factors: [], design: 'factorial', baseline: {}, where: [], repeat: { times: 1 } },
      ],
      order: 'as-given',
      seed: 0,
      scramble: true,
    } satisfies Experiment);
    const other = { order: 'shuffled', seed: 7, scramble: false } as const;
    expect(experimentOf(run(other))).toMatchObject(other);
  });

  it('splits a command as a shell does, or takes its words', () => {
    expect(only({ command: `python "my main.py" --out 'a b'` }).command).toEqual([
      'python',
      'my main.py',
      '--out',
      'a b',
    ]);
    expect(only({ command: ['python', 'main.py', '--epochs', 10, true] }).command).toEqual([
      'python',
      'main.py',
      '--epochs',
      '10',
      'true',
    ]);
  });

  it('takes spellings, lists, single values and groups', () => {
    const { factors } = only(
      run({
        factors: {
          lr: 'log:1e-2..1:3',
          '--amp': 'flag',
          n: 5,
          words: ['1..5', 'flag', 0.1, true],
          opt: [['--sgd', '--momentum', 0.9], []],
          full: { space: [1, 2], as: 'bare', when: 'n == 5' },
        },
        as: 'equals',
      }),
    );
    expect(factors).toEqual([
      { name: 'lr', space: { is: 'log', low: 0.01, high: 1, count: 3 }, style: 'equals' },
      { name: '--amp', space: { is: 'flag' }, style: 'equals' },
      { name: 'n', space: { is: 'values', values: [5] }, style: 'equals' },
      { name: 'words', space: { is: 'values', values: ['1..5', 'flag', 0.1, true] }, style: 'equals' },
      { name: 'opt', space: { is: 'groups', groups: [['--sgd', '--momentum', '0.9'], []] }, style: 'equals' },
      { name: 'full', space: { is: 'values', values: [1, 2] }, style: 'bare', when: 'n == 5' },
    ]);
  });

  it('has a design with a variant, and runs that it has grown by', () => {
    const factors = { a: 'uniform:0..1', b: 'uniform:0..1' };
    expect(only(run({ factors, design: 'lhs:maximin', runs: '64+32' }))).toMatchObject({
      design: 'lhs',
      variant: 'maximin',
      runs: [64, 32],
    });
    expect(only(run({ factors, design: 'random', runs: 5 })).runs).toEqual([5]);
    expect(only(run({ factors, design: 'fractional:B=A' }))).toMatchObject({ variant: 'B=A' });
    expect(only(run({ factors, design: 'ccd:faced', centers: 0 }))).toMatchObject({ centers: 0 });
  });

  it('repeats so often, or over a factor that enters as the others do', () => {
    expect(only(run({ repeat: 3 })).repeat).toEqual({ times: 3 });
    expect(only(run({ repeat: 'seed=7,8', as: 'bare' })).repeat).toEqual({
      factor: { name: 'seed', space: { is: 'values', values: [7, 8] }, style: 'bare' },
    });
  });

  it('takes one condition or several', () => {
    const factors = { a: '1,2' };
    expect(only(run({ factors, where: 'a < 2' })).where).toEqual(['a < 2']);
    expect(only(run({ factors, where: ['a < 2', 'a > 0'] })).where).toEqual(['a < 2', 'a > 0']);
  });

  it('knows the factors of a baseline with dashes and without', () => {
    const factors = { '--batch-size': '1,2', constructor: '3,4' };
    const { baseline } = only(run({ factors, design: 'oat', baseline: { '--batch-size': 2 } }));
    expect({ ...baseline }).toEqual({ batch_size: 2 });
    expect(planOf(experimentOf(run({ factors, design: 'oat' }))).count).toBe(3);
  });

  it('may have braces in its command that are no places', () => {
    expect(only({ command: ['awk', '{print}', '{"x": 1}'], factors: { lr: '1,2' } }).command[1]).toBe(
      '{print}',
    );
  });
});

describe('a block', () => {
  const top: Spec = {
    command: 'run',
    factors: { '--lr': '1,2', batch: '3,4', wd: '5,6' },
    where: 'batch > 0',
    repeat: 2,
    as: 'bare',
  };
  const blocks = (...own: NonNullable<Spec['blocks']>) => experimentOf({ ...top, blocks: own }).blocks;

  it('inherits everything', () => {
    expect(blocks({}, {})).toEqual([only(top), only(top)]);
  });

  it('overrides by key, and factors by name, which stay in their place', () => {
    const [block] = blocks({
      command: 'other',
      where: [],
      repeat: 1,
      as: 'equals',
      factors: { lr: '7', batch: null, '--wd': '9', new: '8' },
    });
    expect(block).toMatchObject({ command: ['other'], where: [], repeat: { times: 1 } });
    expect(block!.factors.map(({ name, style }) => [name, style])).toEqual([
      ['lr', 'equals'],
      ['--wd', 'equals'],
      ['new', 'equals'],
    ]);
  });

  it('leaves alone what it inherits for another design', () => {
    const spec = { ...top, design: 'sobol', runs: 8, blocks: [{}, { design: 'factorial' }] };
    expect(experimentOf(spec).blocks.map(({ runs }) => runs)).toEqual([[8], undefined]);
    const oat = {
      ...top,
      design: 'oat',
      baseline: { wd: 6 },
      blocks: [{ factors: { wd: null } }, { design: 'zip' }],
    };
    expect(experimentOf(oat).blocks.map(({ baseline }) => ({ ...baseline }))).toEqual([{}, {}]);
  });

  it('is joined with the others, and what is at the top makes no runs by itself', () => {
    const plan = planOf(
      experimentOf({
        command: 'x',
        factors: { a: '1..9' },
        blocks: [{ factors: { a: '1,2' } }, { factors: { a: '2,3' } }],
      }),
    );
    expect(Array.from({ length: plan.count }, (_, i) => plan.argv(i).at(-1))).toEqual(['1', '2', '3']);
  });

  it.each<[NonNullable<Spec['blocks']>[number], string]>([
    [{ factors: { lr: 'log:0..1:2' } }, 'blocks[0].factors.lr: lr=log:0..1:2 touches 0'],
    [{ factors: { bach: null } }, 'blocks[0].factors.bach: bach has no values. | Did you mean batch?'],
    [{ factors: { x: 1, '-x': 2 } }, 'blocks[0].factors.-x: The factors x and -x have the same name'],
    [{ factors: { batch: null } }, 'where: In batch > 0, batch is no factor. blocks[0] inherits it.'],
    [{ design: 'zip', runs: 3 }, 'blocks[0].runs: The design zip decides by itself'],
    [{ design: 'sobol' }, 'blocks[0].runs: The design sobol can make any number of runs'],
    [{ command: 'x {wd}', factors: { wd: null } }, 'blocks[0].command: The command has a place for {wd}'],
  ])('says where the mistake is: %j', (own, words) => {
    expect(problemOf({ ...top, blocks: [own] })).toContain(words);
  });
});

describe('a spec that means nothing', () => {
  const factors = { lr: '1,2', batch: '3,4' };
  it.each<[Partial<Spec>, string]>([
    [{ command: '' }, 'command: There is no command to run.'],
    [{ command: ['', 'x'] }, 'command: There is no command to run.'],
    [{ command: "a 'b" }, 'command: '],
    [
      { command: 'run {bacth}' },
      'command: The command has a place for {bacth}, but there is no such factor. | Did you mean {batch}?',
    ],
    [
      { factors: { lr: 1, '--lr': 2 } },
      'factors.--lr: The factors lr and --lr have the same name, dashes aside.',
    ],
    [{ factors: { 'a-b': 1, a_b: 2 } }, 'factors.a_b: The factors a-b and a_b have the same name'],
    [{ factors: { '7': 1 } }, 'factors.7: A factor cannot be named 7.'],
    [{ factors: { 'a=b': 1 } }, 'factors["a=b"]: "a=b" is no name for a factor.'],
    [{ factors: { ' a': 1 } }, 'factors[" a"]: " a" is no name for a factor.'],
    [{ factors: { '': 1 } }, 'factors[""]: "" is no name for a factor.'],
    [{ factors: { '--': 1 } }, 'factors.--: "--" is no name for a factor.'],
    [{ factors: { a: '' } }, 'factors.a: a has no values.'],
    [{ factors: { a: 'uniform:0..1' } }, 'factors.a: a=uniform:0..1 is drawn from'],
    [{ factors: { lr: '1,2', a: 'normal:0,1' }, design: 'oat' }, 'factors.a: a=normal:0,1 is drawn from'],
    [
      { design: 'sobol' },
      'runs: The design sobol can make any number of runs, and none is given. | Say how many: --runs 64',
    ],
    [{ design: 'random' }, 'runs: The design random can make'],
    [{ runs: 5 }, 'runs: The design factorial decides by itself how many runs it makes.'],
    [{ design: 'ccd', runs: 5 }, 'runs: The design ccd decides'],
    [{ centers: 5 }, 'centers: The design factorial has no centre points.'],
    [{ design: 'fractional', centers: 5 }, 'centers: The design fractional has no centre points.'],
    [{ baseline: { lr: 1 } }, 'baseline.lr: The design factorial has no baseline.'],
    [
      { design: 'oat', baseline: { bach: 3 } },
      'baseline.bach: The baseline has a value for bach, which is no factor. | Did you mean batch?',
    ],
    [{ where: 'bach < 3' }, 'where: In bach < 3, bach is no factor. | Did you mean batch?'],
    [{ where: ['lr < 3', 'lr <'] }, 'where[1]: '],
    [
      { where: 'seed < 3', repeat: 'seed=1..5' },
      'where: seed < 3 cannot use seed, over which every run is repeated.',
    ],
    [
      { factors: { a: { space: '1,2', when: 'a == 1' } } },
      'factors.a.when: Whether a takes part cannot depend on a itself.',
    ],
    [{ factors: { a: { space: '1,2', when: 'b == 1' } } }, 'factors.a.when: In b == 1, b is no factor.'],
    [{ repeat: 'lr=1..3' }, 'repeat: There are two factors lr.'],
    [{ repeat: '--lr=1..3' }, 'repeat: The factors lr and --lr have the same name'],
    [{ repeat: 'seed=uniform:0..1' }, 'repeat: Runs cannot be repeated over seed=uniform:0..1'],
    [{ repeat: 'seed=' }, 'repeat: seed has no values.'],
    [{ factors: {}, design: 'zip' }, 'design: The design zip has no factors to work with.'],
    [{ runs: NaN }, 'runs is NaN.'],
  ])('is refused: %j', (rest, words) => {
    expect(problemOf(run({ factors, ...rest }))).toContain(words);
  });
});
