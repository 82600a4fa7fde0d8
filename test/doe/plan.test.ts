import { describe, expect, it } from 'vitest';
import type { Block, Experiment } from '../../src/doe/experiment.js';
import { boundOf, planOf, type Plan } from '../../src/doe/plan.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { parseFactor } from '../../src/doe/factors/spelling.js';

const factor = (text: string, when?: string) => ({
  ...parseFactor(text, 'option'),
  ...(when === undefined ? {} : { when }),
});

function block(factors: Block['factors'], rest: Partial<Block> = {}): Block {
  return {
    command: ['run'],
    factors,
    design: 'factorial',
    baseline: {},
    where: [],
    repeat: { times: 1 },
    ...rest,
  };
}

function planned(blocks: Block[], rest: Partial<Experiment> = {}): Plan {
  return planOf({ blocks, order: 'as-given', seed: 0, scramble: true, ...rest });
}

const commands = (plan: Plan) =>
  Array.from({ length: plan.count }, (_, run) => plan.argv(run).slice(1).join(' '));

describe('a plan', () => {
  it('combines every value with every other, the last factor fastest', () => {
    const plan = planned([block([factor('lr=0.1,0.2'), factor('batch=32,64')])]);
    expect(commands(plan)).toEqual([
      '--lr 0.1 --batch 32',
      '--lr 0.1 --batch 64',
      '--lr 0.2 --batch 32',
      '--lr 0.2 --batch 64',
    ]);
    expect(plan.values(2)).toEqual(new Map(Object.entries({ lr: 0.2, batch: 32 })));
  });

  it('leaves out what a constraint forbids, and counts it', () => {
    const plan = planned([block([factor('a=1,2,3'), factor('b=1,2,3')], { where: ['a < b'] })]);
    expect(commands(plan)).toEqual(['--a 1 --b 2', '--a 1 --b 3', '--a 2 --b 3']);
    expect(plan.report).toMatchObject({ excluded: 6, duplicates: 0 });
  });

  it('gives a conditional factor to the runs it belongs to alone, each of the others once', () => {
    const plan = planned([
      block([factor('opt=sgd,adam'), factor('momentum=0.5,0.9', 'opt == "sgd"'), factor('seed=1..2')]),
    ]);
    expect(commands(plan)).toEqual([
      '--opt sgd --momentum 0.5 --seed 1',
      '--opt sgd --momentum 0.5 --seed 2',
      '--opt sgd --momentum 0.9 --seed 1',
      '--opt sgd --momentum 0.9 --seed 2',
      '--opt adam --seed 1',
      '--opt adam --seed 2',
    ]);
    expect(plan.report.duplicates).toBe(2);
  });

  it('fills a sample up with points that the constraints allow', () => {
    const plan = planned([
      block([factor('x=uniform:0..1'), factor('y=uniform:0..1')], {
        design: 'sobol',
        runs: [64],
        where: ['x < y'],
      }),
    ]);
    expect(plan.count).toBe(64);
    for (let run = 0; run < 64; run++) {
      const values = plan.values(run);
      expect(values.get('x')).toBeLessThan(values.get('y') as number);
    }
  });

  it('says so when a space has fewer points than were asked for', () => {
    const few = () => planned([block([factor('a=1,2'), factor('b=1,2')], { design: 'random', runs: [5] })]);
    expect(few).toThrow(DesignProblem);
    expect(few).toThrow('5 runs were asked for, but these factors have only 4 different ones.');
    const none = () => planned([block([factor('a=1,2')], { where: ['a > 2'] })]);
    expect(none).toThrow('Nothing is left to run');
  });

  it('draws a subset without replacement, whose beginning does not depend on its length', () => {
    const factors = [factor('a=1..30'), factor('b=1..30')];
    const short = planned([block(factors, { design: 'random', runs: [20] })]);
    const long = planned([block(factors, { design: 'random', runs: [20, 700] })]);
    expect(new Set(commands(long)).size).toBe(720);
    expect(commands(long).slice(0, 20)).toEqual(commands(short));
  });

  it('joins blocks, and drops a command that an earlier block has', () => {
    const plan = planned([block([factor('a=1,2')]), block([factor('a=2,3')])]);
    expect(commands(plan)).toEqual(['--a 1', '--a 2', '--a 3']);
    expect(plan.report.duplicates).toBe(1);
  });

  it('repeats the whole of it, or once for each seed', () => {
    const factors = [factor('a=1,2')];
    expect(commands(planned([block(factors, { repeat: { times: 2 } })]))).toEqual([
      '--a 1',
      '--a 2',
      '--a 1',
      '--a 2',
    ]);
    const seeded = planned([block(factors, { repeat: { factor: factor('seed=7,8') } })]);
    expect(commands(seeded)).toEqual(['--a 1 --seed 7', '--a 2 --seed 7', '--a 1 --seed 8', '--a 2 --seed 8']);
    expect(seeded.values(2).get('seed')).toBe(8);
  });

  it('shuffles by the seed, losing and doubling nothing', () => {
    const shuffled = (seed: number) =>
      commands(planned([block([factor('a=1..50')])], { order: 'shuffled', seed }));
    expect(shuffled(1)).toEqual(shuffled(1));
    expect(shuffled(1)).not.toEqual(shuffled(2));
    expect(shuffled(1).toSorted()).toEqual(commands(planned([block([factor('a=1..50')])])).toSorted());
  });

  it('orders so that every beginning has each value about equally often', () => {
    const factors = [factor('a=1..4'), factor('b=x,y,z'), factor('c=lin:0..1:5')];
    const plan = planned([block(factors, { repeat: { times: 2 } })], { order: 'balanced' });
    for (const replicate of [0, 1]) {
      const counts = new Map<unknown, number>([1, 2, 3, 4].map((a) => [a, 0]));
      for (let run = replicate * 60; run < (replicate + 1) * 60; run++) {
        const a = plan.values(run).get('a');
        counts.set(a, (counts.get(a) as number) + 1);
        expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThanOrEqual(2);
      }
    }
    expect(new Set(commands(plan)).size).toBe(60);
  });

  it('knows how many runs there may be before any is made', () => {
    const experiment = (blocks: Block[]): Experiment => ({
      blocks,
      order: 'as-given',
      seed: 0,
      scramble: true,
    });
    expect(boundOf(experiment([block([factor('a=1..1000'), factor('b=1..1000')])]))).toBe(1e6);
    const repeated = block([factor('a=uniform:0..1')], { design: 'lhs', runs: [10], repeat: { times: 3 } });
    expect(boundOf(experiment([repeated]))).toBe(30);
  });
});
