import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDERS, STYLES } from '../../src/doe/experiment.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { experimentOf } from '../../src/doe/spec/spec.js';
import { flagsOf, specOfFlags, type DoeFlags } from '../../src/doe/spec/spec-flags.js';
import type { FactorSpec, Spec } from '../../src/doe/spec/spec-schema.js';

/** As the program's own command line is declared. */
function parsed(args: readonly string[]): DoeFlags {
  const collect = (text: string, before: readonly string[]) => [...before, text];
  const verb = new Command()
    .argument('[command...]')
    .option('-s, --set <name=values>', '', collect, [])
    .option('--design <design>')
    .option('--runs <n>')
    .option('--seed <n>', '', Number)
    .option('--no-scramble')
    .option('--centers <n>', '', Number)
    .option('--baseline <name=value,...>')
    .option('--where <condition>', '', collect, [])
    .option('--when <name=condition>', '', collect, [])
    .option('--repeat <n>')
    .option('--as <style>', '', collect, [])
    .option('--order <order>')
    .exitOverride();
  verb.parse([...args], { from: 'user' });
  return { ...verb.opts<Omit<DoeFlags, 'command'>>(), command: verb.args };
}

const flags = (rest: Partial<DoeFlags>): DoeFlags => ({
  set: [],
  where: [],
  when: [],
  as: [],
  command: ['run'],
  ...rest,
});

function problemOf(rest: Partial<DoeFlags>): string {
  try {
    specOfFlags(flags(rest));
  } catch (error) {
    if (error instanceof DesignProblem) return `${error.problem} | ${error.remedy}`;
    throw error;
  }
  return 'none';
}

const text = fc.string({ unit: 'binary', maxLength: 8 });
const scalar = fc.oneof(
  text,
  fc.constantFrom('flag', '1..5', 'log:1..2:3', '[--a]', '0.10', 'true', '', ' ', "it's", '"', 'a,b', '\\'),
  fc.integer(),
  // A negative 0 is typed as 0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  fc.boolean(),
);
const spelling = fc.constantFrom(
  '1,2,3',
  '0.10,0.20',
  'lin:0..1:3',
  'log:1e-3..1:4',
  '5..1:-2',
  'flag',
  '[--x 1],[]',
);
const space = fc.oneof(
  spelling,
  fc.integer(),
  fc.array(scalar, { minLength: 1, maxLength: 4 }),
  fc.array(fc.array(fc.oneof(text, fc.integer()), { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
);
const factor: fc.Arbitrary<FactorSpec> = fc.oneof(
  space,
  fc.record(
    { space, as: fc.constantFrom(...STYLES), when: fc.constantFrom('first == 1', 'first != "="') },
    { requiredKeys: ['space'] },
  ),
);
const some: fc.Arbitrary<Spec> = fc
  .record(
    {
      factors: fc.dictionary(fc.constantFrom('lr', '--lr-max', '-b', 'model.dim', 'ünï', '+x'), factor),
      baseline: fc.dictionary(fc.constantFrom('first', 'lr', '-b'), scalar),
      where: fc.constantFrom('first < 2', ['first < 2', 'first >= 0 or true'], []),
      repeat: fc.constantFrom(1, 3, 'seed=1..3', "seed='a,b',c"),
      as: fc.constantFrom(...STYLES),
      seed: fc.nat(),
      scramble: fc.boolean(),
      order: fc.constantFrom(...ORDERS),
      command: fc.constantFrom('run', "run 'a b'", ['run', '--set', '--', '-x', 5, '']),
      runs: fc.constantFrom(1, 64, '64+32'),
      centers: fc.nat(5),
      design: fc.constantFrom('zip', 'oat', 'random', 'lhs:maximin', 'sobol', 'ccd:faced', 'fractional:III'),
    },
    { requiredKeys: ['factors', 'command'] },
  )
  .map((spec) => {
    const { runs, centers, baseline, ...rest } = spec;
    const design = spec.design ?? 'factorial';
    return {
      ...rest,
      factors: { first: '0,1,2', ...spec.factors },
      ...(/random|lhs|sobol/.test(design) ? { runs: runs ?? 8 } : {}),
      ...(design.startsWith('ccd') && centers !== undefined ? { centers } : {}),
      ...(design === 'oat' && baseline
        ? {
            baseline: Object.fromEntries(
              Object.entries(baseline).filter(([name]) => name in { first: 0, ...spec.factors }),
            ),
          }
        : {}),
    };
  });

describe('the flags of a spec', () => {
  it('make the same experiment again', () => {
    fc.assert(
      fc.property(some, (spec) => {
        const args = flagsOf(spec)!;
        expect(experimentOf(specOfFlags(parsed(args)))).toEqual(experimentOf(spec));
      }),
      { numRuns: 1000 },
    );
  });

  it('are what a person would type', () => {
    const spec: Spec = {
      command: 'python main.py --epochs 10',
      factors: {
        lr: 'log:1e-4..1e-1:4',
        batch: [32, 64],
        momentum: { space: [0.5, 0.9], as: 'equals', when: 'opt == "sgd"' },
        opt: ['sgd', 'adam'],
      },
      design: 'oat',
      baseline: { lr: 0.01, opt: 'a,b' },
      where: ['lr < 1', 'batch > 3'],
      repeat: 'seed=1..3',
      as: 'bare',
      seed: 7,
      scramble: false,
      order: 'balanced',
    };
    // prettier-ignore
    expect(flagsOf(spec)).toEqual([
      '--set', 'lr=log:1e-4..1e-1:4', '--set', 'batch=32,64', '--set', 'momentum=0.5,0.9', '--set', 'opt=sgd,adam',
      '--when', 'momentum=opt == "sgd"', '--design', 'oat', '--baseline', "lr=0.01,opt='a,b'",
      '--where', 'lr < 1', '--where', 'batch > 3', '--repeat', 'seed=1..3', '--as', 'bare', '--as', 'momentum=equals',
      '--seed', '7', '--no-scramble', '--order', 'balanced', '--', 'python', 'main.py', '--epochs', '10',
    ]);
    expect(flagsOf({ command: 'run' })).toEqual(['--', 'run']);
  });

  it('cannot say blocks', () => {
    expect(flagsOf({ command: 'run', blocks: [{}] })).toBeUndefined();
  });
});

describe('flags', () => {
  it('make the spec that a file would hold', () => {
    const spec = specOfFlags(
      flags({
        set: ['lr=log:1e-4..1e-1:4', '--batch-size = 32,64', 'mom=0.5'],
        when: ['mom=batch_size == 32'],
        as: ['positional', 'batch-size=equals', 'bare'],
        design: 'lhs',
        runs: '64',
        repeat: '3',
        scramble: true,
      }),
    );
    expect(spec).toEqual({
      command: ['run'],
      factors: {
        lr: 'log:1e-4..1e-1:4',
        '--batch-size': { space: '32,64', as: 'equals' },
        mom: { space: '0.5', when: 'batch_size == 32' },
      },
      design: 'lhs',
      runs: 64,
      repeat: 3,
      as: 'bare',
    });
    expect(specOfFlags(flags({ runs: '64+32', scramble: false, command: [] }))).toEqual({
      runs: '64+32',
      scramble: false,
    });
  });

  it('take a baseline as it is typed', () => {
    const { baseline } = specOfFlags(
      flags({ baseline: `a=1, b = "x, \\"y\\"" ,c='1',d=true,--e-f=0.10,g=[--sgd -m 1],h=a b` }),
    );
    expect(baseline).toEqual({
      a: 1,
      b: 'x, "y"',
      c: '1',
      d: true,
      '--e-f': 0.1,
      g: '--sgd -m 1',
      h: 'a b',
    });
  });

  it.each<[Partial<DoeFlags>, string]>([
    [{ set: ['lr'] }, 'lr comes without values.'],
    [{ set: ['=1'] }, 'the name is missing'],
    [{ set: ['lr=log:0..1:3'] }, 'lr=log:0..1:3 touches 0'],
    [{ set: ['lr=1', '--lr=2'] }, 'There are two --set for --lr.'],
    [{ set: ['__proto__=1'] }, 'A factor cannot be named __proto__.'],
    [
      { set: ['lr=1'], when: ['l=lr > 1'] },
      '--when l=lr > 1 is for a factor l, but there is no --set for it. | The factors are lr.',
    ],
    [{ set: ['batch=1'], as: ['bacth=bare'] }, 'there is no --set for it. | Did you mean batch?'],
    [{ as: ['lr=bare'] }, 'there is no --set for it. | The factors are none.'],
    [{ set: ['lr=1'], when: ['lr > 1'] }, '--when lr > 1 does not say which factor it is for.'],
    [{ set: ['lr=1'], as: ['lr='] }, 'factors.lr.as is "".'],
    [{ as: ['baer'] }, 'as is "baer". | Did you mean bare?'],
    [{ design: 'lsh' }, 'There is no design "lsh". | Did you mean lhs?'],
    [{ runs: '-5' }, 'runs is "-5".'],
    [{ runs: '1e3' }, 'runs is "1e3".'],
    [{ repeat: '0' }, 'repeat is 0.'],
    [{ order: 'random' }, 'order is "random". | It is one of as-given, shuffled, balanced.'],
    [{ baseline: '' }, 'The baseline "" cannot be read from "" on.'],
    [{ baseline: 'a=1,b' }, 'The baseline "a=1,b" cannot be read from "b" on.'],
    [{ baseline: 'a=1,a=2' }, 'The baseline has two values for a.'],
    [{ baseline: 'a=1..3' }, 'The baseline of a is 1..3, which is not one value.'],
    [{ baseline: 'a=flag' }, 'The baseline of a is flag, which is not one value.'],
    [{ baseline: 'a=' }, 'a has no values.'],
  ])('that cannot be read are told what is wrong: %j', (rest, words) => {
    expect(problemOf(rest)).toContain(words);
  });
});
