import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/doe/experiment.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import { conditionsOf, select, type Selection } from '../../src/doe/select.js';
import { sourceOf } from '../../src/doe/source.js';
import { parseFactor } from '../../src/doe/factors/spelling.js';

function blockOf(factors: readonly string[], rest: Partial<Block> = {}): Block {
  return {
    ...{ command: ['c'], design: 'factorial', baseline: {}, where: [], repeat: { times: 1 } },
    factors: factors.map((text) => parseFactor(text, 'option')),
    ...rest,
  };
}

function selected(block: Block): Selection {
  const source = sourceOf({ blocks: [block], order: 'as-given', seed: 0, scramble: true }, 0);
  const seen = new Set<string>();
  return select(block, source, (levels) => {
    const key = levels.map((level) => level?.text).join();
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

const problem = (block: Block): string => {
  try {
    selected(block);
    return '';
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    return `${error.problem} ${error.remedy}`;
  }
};

describe('choosing the points that become runs', () => {
  it('takes those that all constraints allow, each command once, and counts the others', () => {
    const { rows, excluded, duplicates } = selected(
      blockOf(['a=1,2,2', 'b=1..3'], { where: ['a < b', 'b != 2'] }),
    );
    expect([[...rows], excluded, duplicates]).toEqual([[2, 5], 6, 1]);
  });

  it('keeps centre points, which are repeated on purpose', () => {
    const { rows, duplicates } = selected(
      blockOf(['a=lin:0..1:2', 'b=lin:0..1:2'], { design: 'ccd', centers: 3 }),
    );
    expect([rows.length, duplicates]).toEqual([4 + 4 + 3, 0]);
  });

  it('takes as many as are wanted of a design that goes on, and tries no more', () => {
    const sample = blockOf(['x=uniform:0..1'], { design: 'sobol', runs: [3, 2], where: ['x > 0.5'] });
    const { rows, excluded } = selected(sample);
    expect(rows).toHaveLength(5);
    expect((rows.at(-1) as number) + 1).toBe(rows.length + excluded);
  });

  it('finds the one combination that is allowed among many', () => {
    const needle = blockOf(['a=1..100000'], { design: 'random', runs: [1], where: ['a == 77777'] });
    expect(selected(needle).rows).toHaveLength(1);
  });

  it.each([
    [
      ['a=1,2', 'b=1,2'],
      { design: 'random', runs: [5] },
      'these factors have only 4 different ones. Give --runs 4, or more values.',
    ],
    [
      ['a=1,2', 'b=1,2'],
      { design: 'sobol', runs: [5] },
      'these factors have only 4 different ones. Give --runs 4, or more values.',
    ],
    [
      ['a=1..9'],
      { design: 'random', runs: [5], where: ['a < 3'] },
      'only 2 different ones that the constraints allow.',
    ],
    [
      ['a=1..9'],
      { design: 'random', runs: [1], where: ['a > 9'] },
      '1 run was asked for, but these factors have none',
    ],
    [
      ['x=uniform:0..1'],
      { design: 'random', runs: [1000], where: ['x > 2', 'x < 3'] },
      'the first 1000000 points have none that the constraints allow. Check x > 2 and x < 3.',
    ],
  ] as const)('of %j by %j says: %s', (factors, rest, words) => {
    expect(problem(blockOf(factors, rest as Partial<Block>))).toContain(words);
  });
});

describe('conditions on factors', () => {
  it('leave out what takes no part, in the order of the factors', () => {
    const whens = [undefined, 'a == 1', 'b == 1'];
    const factors = blockOf(['a=1,2', 'b=1,2', 'd=1,2']).factors.map((factor, f) => ({
      ...factor,
      ...(whens[f] === undefined ? {} : { when: whens[f] }),
    }));
    const [one, two] = [1, 2].map((value) => ({ value, text: String(value) }));
    const applied = (...levels: (typeof one)[]) => {
      conditionsOf({ ...blockOf([]), factors })(levels);
      return levels;
    };
    expect(applied(one, one, one)).toEqual([one, one, one]);
    expect(applied(one, two, one)).toEqual([one, two, undefined]);
    expect(applied(two, one, one)).toEqual([two, undefined, undefined]);
  });
});
