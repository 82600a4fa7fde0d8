import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf } from '../../src/doe/factors/levels.js';
import { DesignProblem } from '../../src/doe/designs/points.js';
import type { Space } from '../../src/doe/factors/space.js';
import { parseFactor, parseSpace } from '../../src/doe/factors/spelling.js';
import { readGroups } from '../../src/doe/factors/spelling-words.js';

const factor = (space: Space) => ({ name: 'x', space, style: 'option' as const });
const texts = (spelling: string) => levelsOf(factor(parseSpace('x', spelling))).map(({ text }) => text);
const values = (spelling: string) => levelsOf(factor(parseSpace('x', spelling))).map(({ value }) => value);

describe('a factor', () => {
  it.each([
    ['lr=1', 'lr'],
    ['--lr=1', '--lr'],
    ['-l=1', '-l'],
    ['learning-rate=1', 'learning-rate'],
    [' lr = 1', 'lr'],
    ['optimizer.lr=1', 'optimizer.lr'],
    ['+größe=1', '+größe'],
  ])('%s is named %s', (text, name) => {
    expect(parseFactor(text, 'bare')).toEqual({ name, space: { is: 'values', values: [1] }, style: 'bare' });
  });

  it('has its values behind the first equals sign', () => {
    expect(parseFactor('define=a=1,b=2', 'option').space).toEqual({ is: 'values', values: ['a=1', 'b=2'] });
  });

  it.each([
    ['', 'In "" the name is missing.'],
    ['=1', 'In "=1" the name is missing.'],
    ['--=1', '"--" cannot be a name.'],
    ['a b=1', '"a b" cannot be a name.'],
    ['{lr}=1', '"{lr}" cannot be a name.'],
    ['lr,wd=1', '"lr,wd" cannot be a name.'],
    ['lr', 'lr comes without values.'],
    ['lr=', 'lr has no values.'],
    ['lr=  ', 'lr has no values.'],
  ])('%s is none', (text, problem) => {
    expect(problemOf(() => parseFactor(text, 'option'))).toMatchObject({
      problem,
      remedy: expect.stringContaining('lr=') as string,
    });
  });
});

describe('a spelling', () => {
  it.each([
    ['log:1e-4..1e-1:4', { is: 'log', low: 1e-4, high: 0.1, count: 4 }],
    ['lin:-1..1:5', { is: 'lin', low: -1, high: 1, count: 5 }],
    ['lin:-5..-1:3', { is: 'lin', low: -5, high: -1, count: 3 }],
    ['lin:1..0:3', { is: 'lin', low: 1, high: 0, count: 3 }],
    [' lin : .5 .. +1.5 : 3 ', { is: 'lin', low: 0.5, high: 1.5, count: 3 }],
    ['lin:1_000..2_000:2', { is: 'lin', low: 1000, high: 2000, count: 2 }],
    ['uniform:0..0.3', { is: 'uniform', low: 0, high: 0.3 }],
    ['uniform:-0..1', { is: 'uniform', low: 0, high: 1 }],
    ['loguniform:1E-5..1e+5', { is: 'loguniform', low: 1e-5, high: 1e5 }],
    ['int:-3..3', { is: 'int', low: -3, high: 3 }],
    ['normal:0,1', { is: 'normal', mean: 0, sd: 1 }],
    ['normal:-1.5, 2e-3', { is: 'normal', mean: -1.5, sd: 0.002 }],
    ['1..5', { is: 'range', low: 1, high: 5, step: 1 }],
    ['-1..1', { is: 'range', low: -1, high: 1, step: 1 }],
    ['1 .. 3', { is: 'range', low: 1, high: 3, step: 1 }],
    ['1e3..1e4:1e3', { is: 'range', low: 1000, high: 10000, step: 1000 }],
    ['0..1:0.25', { is: 'range', low: 0, high: 1, step: 0.25 }],
    ['5..1:-1', { is: 'range', low: 5, high: 1, step: -1 }],
    ['flag', { is: 'flag' }],
    ['[--sgd --momentum 0.9],[--adam]', { is: 'groups', groups: [['--sgd', '--momentum', '0.9'], ['--adam']] }],
    ['[ --a ] , []', { is: 'groups', groups: [['--a'], []] }],
    ['[--betas 0.9,0.99]', { is: 'groups', groups: [['--betas', '0.9,0.99']] }],
    ["['1,2' \"a b\" c\\ d x'y'\"z\" '']", { is: 'groups', groups: [['1,2', 'a b', 'c d', 'xyz', '']] }],
    ['[--shape [3,[4]]],[--b]', { is: 'groups', groups: [['--shape', '[3,[4]]'], ['--b']] }],
    ["['--x=]']", { is: 'groups', groups: [['--x=]']] }],
    ['adam', { is: 'values', values: ['adam'] }],
    ['adam, sgd', { is: 'values', values: ['adam', 'sgd'] }],
    ['"a, b",\'c,d\', \'say "hi"\'', { is: 'values', values: ['a, b', 'c,d', 'say "hi"'] }],
    [String.raw`"a\"b\\c\d"`, { is: 'values', values: [String.raw`a"b\c\d`] }],
    ["'', ' '", { is: 'values', values: ['', ' '] }],
    ['it\'s,5"', { is: 'values', values: ["it's", '5"'] }],
    ["'10','true','flag'", { is: 'values', values: ['10', 'true', 'flag'] }],
    ['../data,../other', { is: 'values', values: ['../data', '../other'] }],
    ['a..b', { is: 'values', values: ['a..b'] }],
    ['..', { is: 'values', values: ['..'] }],
    ['http://a:80,C:\\d', { is: 'values', values: ['http://a:80', 'C:\\d'] }],
    [
      '12:30,0x10,1e,inf,nan,1_,_1,1.2.3',
      { is: 'values', values: ['12:30', '0x10', '1e', 'inf', 'nan', '1_', '_1', '1.2.3'] },
    ],
    ['log,lin,flag', { is: 'values', values: ['log', 'lin', 'flag'] }],
    ['constructor:x', { is: 'values', values: ['constructor:x'] }],
    ['größe,😀', { is: 'values', values: ['größe', '😀'] }],
  ] as [string, Space][])('%s is %o', (text, space) => {
    expect(parseSpace('x', text)).toEqual(space);
  });

  it('of listed numbers keeps them as they were typed, and has them as numbers for expressions', () => {
    expect(texts('0.10,1e-3,007,-.5,+1,1_000,1,000,-0')).toEqual([
      '0.10',
      '1e-3',
      '007',
      '-.5',
      '+1',
      '1_000',
      '1',
      '000',
      '-0',
    ]);
    expect(values('0.10,1e-3,007,-.5,+1,1_000,1,000,-0')).toEqual([0.1, 0.001, 7, -0.5, 1, 1000, 1, 0, 0]);
    expect(texts('12345678901234567890')).toEqual(['12345678901234567890']);
  });

  it('of true and false keeps them as they were typed, and has them as booleans for expressions', () => {
    expect(texts('true,False,"true"')).toEqual(['true', 'False', 'true']);
    expect(values('true,False,"true"')).toEqual([true, false, 'true']);
  });

  it.each([
    ['log:0..1:5', 'touches 0', 'log:0.001..1:4'],
    ['lgo:1..2:3', '"lgo" is no kind of values', 'Did you mean log:1..2:3?'],
    ['linear:1..2:3', '"linear" is no kind', 'Did you mean lin:1..2:3?'],
    ['LOG:1..2:3', '"LOG" is no kind', 'Did you mean log:1..2:3?'],
    ['log-uniform:1..2', '"log-uniform" is no kind', 'Did you mean loguniform:1..2?'],
    ['nromal:0,1', '"nromal" is no kind', 'Did you mean normal:0,1?'],
    ['foo:1..2', '"foo" is no kind', 'one of log, lin, uniform, loguniform, int, normal'],
    ['log:1..2', 'the number of values is missing', 'log:1..2:5'],
    ['log:1..2:', '"" is no number of values', 'log:1..2:5'],
    ['log:1..2:2.5', '"2.5" is no number of values', 'log:1..2:5'],
    ['log:1..2:-3', '"-3" is no number of values', 'log:1..2:5'],
    ['lin:1..2:3:4', '"3:4" is no number of values', 'lin:1..2:5'],
    ['lin:1..2:0', 'must have a whole number of values, 1 or more', 'lin:1..2:5'],
    ['log:1-10:4', 'two numbers with two dots', 'log:1e-4..1e-1:4'],
    ['lin:1...2:4', 'two numbers with two dots', 'lin:0..1:5'],
    ['int:', 'two numbers with two dots', 'int:1..10'],
    ['uniform:0..1:4', 'nothing can follow', 'lin:0..1:5'],
    ['loguniform:1..10:4', 'nothing can follow', 'log:1..10:5'],
    ['int:1..10:3', 'nothing can follow', '1..10:2'],
    ['int:1..2.5', 'no whole number', 'int:1..10'],
    ['normal:0..1', 'a mean, a comma and a standard deviation', 'normal:0,1'],
    ['normal:0', 'a mean, a comma and a standard deviation', 'normal:0,1'],
    ['normal:0,1,2', 'a mean, a comma and a standard deviation', 'normal:0,1'],
    ['5..1', 'goes down', '5..1:-1'],
    ['1e-4..1e-1', 'only whole numbers', 'log:1e-4..1e-1:4'],
    ['-.5..1.5', 'only whole numbers', 'lin:-.5..1.5:4'],
    ['1..5:x', '"x" is no step', '1..5:0.5'],
    ['1..5:', '"" is no step', '1..5:0.5'],
    ['1..5x', '"x" is no step', 'quotes'],
    ['1..5:0', 'has a step of 0', '1..5'],
    ['1..5,10', '"1..5" cannot stand in a list', 'Write 1,2,3,4,5,10.'],
    ['10,1..3', '"1..3" cannot stand in a list', 'Write 10,1,2,3.'],
    ['1..500,1000', '"1..500" cannot stand in a list', 'each value by itself'],
    ['0..1:0.5,7', '"0..1:0.5" cannot stand in a list', 'each value by itself'],
    ['1,log:1..2:3', '"log:1..2:3" cannot stand in a list', 'each value by itself'],
    ['1...5', '"1...5" is no range', '1..5'],
    ['1..', '"1.." is no range', '1..5'],
    ['a,..5', '"..5" is no range', '1..5'],
    ['a,,b', 'a value is empty', "''"],
    ['a,', 'a value is empty', "''"],
    [',', 'a value is empty', "''"],
    ['"a,b', 'do not end where the value ends', `'"a'`],
    ["'tis,so", 'do not end where the value ends', `"'tis"`],
    ['"a" b', 'do not end where the value ends', `'"a" b'`],
    ['1e999', 'not finite', 'quotes'],
    ['[1,2]', 'brackets hold whole arguments', '1,2,3'],
    ['[0.1, 0.2]', 'brackets hold whole arguments', '1,2,3'],
    ['[a', 'a bracket is not closed', '[--adam]'],
    ['[a [b]', 'a bracket is not closed', '[--adam]'],
    ['[a] b', 'a comma is missing', '[--adam]'],
    ['[a][b]', 'a comma is missing', '[--adam]'],
    ['[a],', 'something stands outside', '[--adam]'],
    ['[a],b', 'something stands outside', '[--adam]'],
    ["[it's]", 'a quote is not closed', `"it's"`],
    ['1..1e12', 'more than 10 million', 'int:A..B'],
  ])('%s is wrong: %s', (text, problem, remedy) => {
    const thrown = problemOf(() => parseSpace('lr', text));
    expect(thrown.problem).toContain(problem);
    expect(thrown.problem).toMatch(/^(?:In "lr=|lr=).*\.$/);
    expect(thrown.remedy).toContain(remedy);
  });

  it('that is very long does not fill the screen when it is wrong', () => {
    const { problem, remedy } = problemOf(() => parseSpace('lr', `${'a,'.repeat(5000)}"`));
    expect(`${problem}${remedy}`.length).toBeLessThan(300);
  });

  it('is read in no time, whatever it is', () => {
    for (const text of [' ', '"', '1', '1_', '.', '..', '-', ',', '[', "[' ", '\\', '1.', ':', 'a:']) {
      const before = performance.now();
      outcomeOf(() => parseSpace('x', text.repeat(20_000)));
      outcomeOf(() => parseSpace('x', `a${text.repeat(20_000)}1`));
      expect(performance.now() - before).toBeLessThan(2000);
    }
  });

  it('is read, or refused with a remedy, and nothing else happens', () => {
    const pieces = fc.constantFrom(
      ...[
        'log',
        'lin:',
        'int:',
        'flag',
        '1',
        '0.5',
        '-',
        '..',
        ',',
        ':',
        '[',
        ']',
        "'",
        '"',
        '\\',
        ' ',
        'a',
        'e',
        '_',
        '=',
        '😀',
      ],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const thrown = outcomeOf(() => parseSpace('x', parts.join('')));
        if (thrown !== undefined) expect(thrown).toBeInstanceOf(DesignProblem);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a group', () => {
  it('holds the words that a shell would make of it', () => {
    const complain = (what: string) => new DesignProblem(what, '');
    // From dash: printf '[%s]' with these words.
    expect(readGroups(String.raw`[a  b\ c 'd\e' "f\g" "h\"i" "\$j" k\\l '' m"n o"p]`, complain)).toEqual([
      ['a', 'b c', String.raw`d\e`, String.raw`f\g`, 'h"i', '$j', String.raw`k\l`, '', 'mn op'],
    ]);
    expect(readGroups('[a\\\nb\tc\nd]', complain)).toEqual([['ab', 'c', 'd']]);
  });
});

function outcomeOf(attempt: () => unknown): unknown {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return error;
  }
}

function problemOf(attempt: () => unknown): DesignProblem {
  const error = outcomeOf(attempt);
  expect(error).toBeInstanceOf(DesignProblem);
  return error as DesignProblem;
}
