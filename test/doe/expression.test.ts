import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/doe/experiment.js';
import { compile, compileCondition, namesIn } from '../../src/doe/expressions/expression.js';
import { DesignProblem } from '../../src/doe/designs/points.js';

const FACTORS: Record<string, Value> = {
  lr: 0.1,
  batch: 32,
  optimizer: 'sgd',
  amp: true,
  zero: 0,
  'model.size': 3,
};
/** A factor too, but one that takes no part. */
const ABSENT = 'momentum';
const names = [...Object.keys(FACTORS), ABSENT];

const evaluate = (text: string) => compile(text, names)((name) => FACTORS[name]);
const holds = (text: string, ifAbsent?: boolean) =>
  compileCondition(text, names, ifAbsent)((name) => FACTORS[name]);

function problem(make: () => unknown): { problem: string; remedy: string } {
  try {
    make();
  } catch (error) {
    if (error instanceof DesignProblem) return error;
    throw error;
  }
  throw new Error('No problem was seen.');
}

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['lr * batch', 3.2],
    ['2 ** 3 ** 2', 512],
    ['-2 ** 2', -4],
    ['(-2) ** 2', 4],
    ['2 ** -1', 0.5],
    ['7 - 2 - 1', 4],
    ['.5 + 1e-1 + 5.', 5.6],
    ['-1 % 3', 2],
    ['1 % -3', -2],
    ['-6 % 3', -0],
    ['model.size + 1', 4],
    ['optimizer', 'sgd'],
    ["\"it's\" == 'it\\'s'", true],
    ['True', true],
    ['amp ? lr : batch', 0.1],
    ['lr > 1 ? 1 : lr > 0.01 ? 2 : 3', 2],
    ['min(lr, batch, 3) + max(2, 1)', 2.1],
    ['abs(-3) + sqrt(9) + log2(8) + log10(100) + log(exp(1))', 12],
    ['floor(-1.5) + ceil(1.2)', 0],
    ['round(2.5) + round(1.4) + round(-2.5)', 1],
    ['str(lr)', '0.1'],
    [' \t1\n', 1],
  ])('%s is %j', (text, value) => {
    expect(evaluate(text)).toEqual(typeof value === 'number' ? expect.closeTo(value, 12) : value);
  });

  it.each([
    '0 < lr < 1',
    'not 0 < lr < 0.01',
    '1 > lr > 0 == zero',
    'not lr == 1 and amp',
    'not not amp',
    '!(lr > 1) && amp || false',
    'false and false or true',
    'optimizer in ["sgd", "adam"]',
    'optimizer in ("sgd", "adam",)',
    'optimizer not  in ["adam"] and not optimizer in ["adam"]',
    'lr in [0.1]',
    'batch in ["auto", 32]',
    'not (batch in ["auto", 64])',
    'not batch in []',
    '"adam" < optimizer',
    'amp == true and amp != False',
    'optimizer === "sgd" and batch !== 3',
    'zero == 0 or 1 / zero > 3',
    'not (zero != 0 and 1 / zero > 3)',
  ])('%s holds', (text) => {
    expect(holds(text)).toBe(true);
  });

  it.each([
    '0.1 * 3 <= 0.3',
    'not 0.1 * 3 > 0.3',
    'lr * 3 == 0.3',
    'floor(0.29 * 100) == 29',
    'ceil(lr * 30) == 3',
  ])('does not see rounding errors: %s', (text) => {
    expect(holds(text)).toBe(true);
  });

  it('tells whole numbers apart, and any that differ by more than rounding', () => {
    expect(holds('1000000000000001 > 1000000000000000')).toBe(true);
    expect(holds('0.1 == 0.10000000001')).toBe(false);
    expect(holds('1e-300 > 0')).toBe(true);
  });

  it('means what its operators bind, with no more brackets than Python needs', () => {
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        expect(evaluate(text)).toEqual(value);
      }),
      { numRuns: 2000 },
    );
  });

  it('knows the factors it speaks of', () => {
    expect(namesIn('lr * bach < 1 and lr in [x.y, "no"] or min(z, 2) < 1 ? true : None == größe')).toEqual([
      'lr',
      'bach',
      'x.y',
      'z',
      'größe',
    ]);
    expect(namesIn('1 < 2')).toEqual([]);
  });

  it('may have a factor whose name begins like a word or is that of a function', () => {
    const all = ['order', 'notes', 'in_channels', 'max', 'trueness', 'constructor', '__proto__'];
    const sum = compile(all.join(' + '), all);
    expect(sum(() => 1)).toBe(7);
    expect(compile('max(max, 2)', ['max'])(() => 5)).toBe(5);
  });
});

describe('an expression about a factor that takes no part', () => {
  it('is neither true nor false, and a condition is then what its caller says', () => {
    expect(evaluate('momentum')).toBeUndefined();
    for (const text of [
      'momentum < 1',
      'not momentum < 1',
      'momentum + lr == 3',
      'momentum in [1, lr]',
      'lr in [momentum]',
    ]) {
      expect([text, evaluate(text)]).toEqual([text, undefined]);
      expect(holds(text)).toBe(false);
      expect(holds(text, true)).toBe(true);
    }
    expect(evaluate('momentum > 1 ? 1 : 2')).toBeUndefined();
    expect(evaluate('min(momentum, 1)')).toBeUndefined();
    expect(evaluate('str(momentum)')).toBeUndefined();
  });

  it.each([
    ['momentum < 1 or amp', true],
    ['amp or momentum < 1', true],
    ['momentum < 1 and lr > 1', false],
    ['lr > 1 and momentum < 1', false],
    ['momentum < 1 and amp', undefined],
    ['lr > 1 or momentum < 1', undefined],
    ['0 < lr < momentum', undefined],
    ['1 < lr < momentum', false],
    ['lr in [momentum, 0.1]', true],
    ['amp ? lr : momentum', 0.1],
  ])('%s is %j', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it.each([
    'momentum == None',
    'null == momentum',
    'lr != None',
    'not lr == null',
    'momentum in [0.9, None]',
    'lr not in [None, 0.9]',
  ])('can ask for that: %s', (text) => {
    expect(holds(text)).toBe(true);
  });

  it('takes a value that is spelled None for it too', () => {
    const isNone = compileCondition('decay == None', ['decay']);
    expect([isNone(() => 'None'), isNone(() => 'none'), isNone(() => 0)]).toEqual([true, false, false]);
  });
});

describe('a wrong expression', () => {
  it.each([
    ['lr = 0.1', 4, '= 0.1', 'Write == to compare.'],
    ['lr == 1 & amp', 9, '& amp', 'Write and.'],
    ['lr ^ 2', 4, '^ 2', 'Write ** for a power.'],
    ['lr <> 2', 5, '> 2', 'Write != for unequal.'],
    ['momentum is None', 10, 'is None', 'Write == for is'],
    ['lr batch', 4, 'batch', 'Write it as in'],
    ['größe; 2', 6, '; 2', ''],
    ['😀 @', 3, '@', ''],
    ['min(1 2)', 7, '2)', ''],
    ['[1,,2]', 4, ',2]', ''],
    [',1', 1, ',1', ''],
    ['64k', 3, 'k', ''],
    ['lr in [1]]', 10, ']', ''],
    ['lr[0]', 3, '[0]', ''],
    ['"a".length', 4, '.length', ''],
    ['lr == {}', 7, '{}', ''],
    ['lr => 1', 4, '=> 1', ''],
    ['`${lr}`', 1, '`${lr}`', ''],
  ])('%s is not understood, with the place', (text, column, rest, remedy) => {
    const seen = problem(() => compile(text, names));
    expect(seen.problem).toBe(
      `The expression "${text}" is not understood from column ${column} on, "${rest}".`,
    );
    expect(seen.remedy).toContain(remedy);
  });

  it.each([
    '',
    ' ',
    'lr <',
    'lr < 1 and',
    '(',
    '()',
    'min(',
    '"abc',
    "'a\\'",
    'not',
    'lr ? 1',
    'lr ? 1 :',
    'lr in [',
    '1e',
  ])('stops too early: %j', (text) => {
    expect(problem(() => compile(text, names)).problem).toBe(
      `The expression "${text}" ends before it is complete.`,
    );
  });

  it('speaks of what is no factor, and hears which there are and which was meant', () => {
    const known = ['lr', 'batch_size', 'optimizer'];
    const seen = (text: string) => problem(() => compile(text, known));
    expect(seen('optimiser == 1').problem).toBe('In optimiser == 1, optimiser is no factor.');
    expect(seen('optimiser == 1').remedy).toBe(
      'Did you mean optimizer? The factors are lr, batch_size, optimizer.',
    );
    expect(seen('batch-size < 3').remedy).toContain('Write batch_size, since - is minus.');
    expect(seen('batch-size < foo').remedy).toContain('Write batch_size');
    expect(seen('lr < foo-bar').remedy).not.toContain('minus');
    expect(seen('optimizer == sgd').remedy).toContain('If it is a value, write "sgd".');
    expect(seen('optimizer == “sgd”').remedy).toContain('straight quotes');
    expect(problem(() => compile('lr', [])).remedy).toContain('There are no factors.');
  });

  it.each([
    ['pow(2, 3)', 'pow is no function', 'There are abs, min'],
    ['sqr(2)', 'sqr is no function', 'Did you mean sqrt?'],
    ['lr(2)', 'lr is no function', ''],
    ['abs.call(1)', 'abs.call is no function', ''],
    ['toString()', 'toString is no function', ''],
    ['abs()', 'abs() gives abs no values', 'abs(lr)'],
    ['min()', 'min() gives min no values', 'min(lr, 0.1)'],
    ['log(8, 2)', 'gives log 2 values', ''],
    ['optimizer in "sgd"', 'In optimizer in "sgd", "sgd" is no list', '["sgd", "adam"]'],
    ['lr in (0.1)', 'is no list', ''],
    ['lr == [1]', 'The list [1] stands where one value is wanted', ''],
    ['None < 1', 'None stands where a value is wanted', 'momentum == None'],
    ['None', 'None stands', ''],
    ['lr < 1e999', 'The number 1e999 is too large', ''],
    ['constructor', 'constructor is no factor', ''],
    ['lr.constructor.constructor("return process")()', '', ''],
    ['this', 'this is no factor', ''],
  ])('%s is refused before any value is known', (text, sentence, remedy) => {
    const seen = problem(() => compile(text, names));
    expect(seen.problem).toContain(sentence);
    expect(seen.remedy).toContain(remedy);
  });

  it.each([
    ['optimizer < 3', 'optimizer is the string "sgd", and 3 is a number'],
    ['lr == "0.1"', 'lr is the number 0.1, and "0.1" is a string'],
    ["lr == 'x'", "and 'x' is a string"],
    ['lr in ["0.1"]', 'lr in ["0.1"] compares different things: lr is the number 0.1'],
    ['amp == 1', 'amp is the boolean true, and 1 is a number'],
    ['(0 < lr) < 1', '(0 < lr) is the boolean true'],
    ['amp < true', 'amp < true asks which is more, but amp is the boolean true'],
    ['optimizer + "x"', 'optimizer + "x" is calculated with numbers, but optimizer is the string "sgd"'],
    ['-amp', 'amp is the boolean true'],
    ['abs("a")', '"a" is a string'],
    ['1 / zero', '1 / zero has no value where zero is 0'],
    ['lr % zero', 'lr % zero has no value where lr is 0.1 and zero is 0'],
    ['log(0)', 'log(0) has no value.'],
    ['sqrt(-lr)', 'sqrt(-lr) has no value where -lr is -0.1'],
    ['10 ** 999', '10 ** 999 has no value.'],
    ['not lr', 'True or false is wanted, but lr is the number 0.1'],
    ['amp and optimizer', 'True or false is wanted, but optimizer is the string "sgd"'],
    ['lr ? 1 : 2', 'True or false is wanted, but lr is'],
  ])('%s is refused when its values are known', (text, sentence) => {
    const meaning = compile(text, names);
    expect(problem(() => meaning((name) => FACTORS[name])).problem).toContain(sentence);
  });

  it('is a condition that comes to no truth', () => {
    const seen = problem(() => holds('lr * 2'));
    expect(seen.problem).toBe('True or false is wanted, but lr * 2 is the number 0.2.');
    expect(seen.remedy).toContain('lr * 2 == 0.2');
    expect(() => holds('optimizer')).toThrow(DesignProblem);
  });

  it.each([
    ['brackets', '('.repeat(20_000)],
    ['signs', `${'-'.repeat(20_000)}1`],
    ['choices', `${'amp ? 1 : '.repeat(20_000)}1`],
    ['sums', `${'1 + '.repeat(20_000)}1`],
    ['nots', `${'not '.repeat(20_000)}amp`],
    ['values', `min(${'1, '.repeat(200_000)}1) > 0`],
    ['lists', `lr in ${'['.repeat(20_000)}`],
  ])('has too many %s', (_, text) => {
    expect(problem(() => compile(text, names)).remedy).toMatch(/^Write it shorter|^Give it 1 to 100/);
  });

  it('is quoted in part if it is long, and in one line', () => {
    const long = `lr < 1 and\n  ${Array.from({ length: 100 }, () => 'amp').join(' and ')} and x`;
    expect(problem(() => compile(long, names)).problem).toMatch(
      /^In lr < 1 and amp and .{81}\.\.\., x is no factor\.$/,
    );
    const many = Array.from({ length: 60 }, (_, f) => `f${f}`);
    expect(problem(() => compile('x', many)).remedy).toMatch(/f18, f19 and 40 more\.$/);
  });

  it('may have a long list all the same', () => {
    expect(holds(`batch in [${Array.from({ length: 20_000 }, (_, i) => i).join(', ')}]`)).toBe(true);
    expect(evaluate(Array.from({ length: 900 }, () => '1').join(' + '))).toBe(900);
  });
});

describe('whatever is written', () => {
  const words = [
    ...[
      'lr',
      'amp',
      'optimizer',
      'momentum',
      'constructor',
      '__proto__',
      'prototype',
      'this',
      'process',
      'globalThis',
    ],
    ...[
      'eval',
      'Function',
      'require',
      'import',
      'toString',
      'valueOf',
      'hasOwnProperty',
      'call',
      'abs',
      'min',
      'str',
    ],
    ...[
      '.',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      ';',
      '?',
      ':',
      '?.',
      '=',
      '=>',
      '`',
      '"',
      "'",
      '\\',
      '#',
      '@',
      '..',
      ' ',
    ],
    ...[
      '+',
      '-',
      '*',
      '**',
      '/',
      '%',
      '<',
      '<=',
      '==',
      '===',
      '!=',
      '!',
      '~',
      '&&',
      '||',
      '??',
      '|',
      '^',
      '>>',
      '++',
    ],
    ...[
      'and',
      'or',
      'not',
      'in',
      'not in',
      'None',
      'True',
      'false',
      '0',
      '1',
      '0.1',
      '1e3',
      '"a"',
      '"constructor"',
    ],
  ];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join(' '));
  const tight = fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((parts) => parts.join(''));

  it('either is a problem or comes to a plain value, and asks for nothing but factors', () => {
    let values = 0;
    fc.assert(
      fc.property(fc.oneof(text, tight, fc.string({ unit: 'binary' })), (text) => {
        const asked = new Set<string>();
        try {
          const value = compile(
            text,
            names,
          )((name) => {
            asked.add(name);
            return FACTORS[name];
          });
          values++;
          expect(['number', 'string', 'boolean', 'undefined']).toContain(typeof value);
          expect(namesIn(text)).toEqual(expect.arrayContaining([...asked]));
        } catch (error) {
          if (!(error instanceof DesignProblem)) throw error;
        }
        expect(names).toEqual(expect.arrayContaining([...asked]));
      }),
      { numRuns: 20_000 },
    );
    expect(values).toBeGreaterThan(100);
  });

  it('calls and names nothing that every object has', () => {
    for (const key of [
      'constructor',
      ...Object.getOwnPropertyNames(Object.prototype),
      ...Object.getOwnPropertyNames(Map.prototype),
    ]) {
      expect(() => compile(key, ['lr'])).toThrow(DesignProblem);
      expect(() => compile(`${key}(1)`, ['lr'])).toThrow(DesignProblem);
      expect(() => compile(`lr.${key}`, ['lr'])).toThrow(DesignProblem);
      expect(() => compile(`1 ${key} 1`, ['lr'])).toThrow(DesignProblem);
      expect(() => compile(`${key} 1`, ['lr'])).toThrow(DesignProblem);
    }
  });
});

/** A text with the value that it must have; `tight` tells how tightly its outermost operator binds. */
interface Tree {
  readonly text: string;
  readonly value: Value;
  readonly tight: number;
}

const within = ({ text, tight }: Tree, least: number) => (tight < least ? `(${text})` : text);

function infix(
  a: Tree,
  operator: string,
  b: Tree,
  tight: number,
  value: Value,
  nest: 'left' | 'right' | 'none',
): Tree {
  const left = within(a, nest === 'left' ? tight : tight + 1);
  const right = within(b, nest === 'right' ? tight : tight + 1);
  return { text: `${left} ${operator} ${right}`, value, tight };
}

// Small whole numbers, whose sums and products are exact.
const { truth: tree } = fc.letrec<{ number: Tree; truth: Tree }>((tie) => {
  const [number, truth] = [tie('number'), tie('truth')];
  const literal = fc.nat(9).map((n): Tree => ({ text: String(n), value: n, tight: 9 }));
  const sum = fc
    .tuple(number, number)
    .map(([a, b]) => infix(a, '+', b, 5, (a.value as number) + (b.value as number), 'left'));
  const less = fc
    .tuple(number, number)
    .map(([a, b]) => infix(a, '-', b, 5, (a.value as number) - (b.value as number), 'left'));
  const product = fc
    .tuple(number, number)
    .map(([a, b]) => infix(a, '*', b, 6, (a.value as number) * (b.value as number), 'left'));
  const minus = number.map((a): Tree => ({ text: `-${within(a, 7)}`, value: -(a.value as number), tight: 7 }));
  // The base has to bind tighter than a sign, the exponent may have one.
  const square = number.map((a): Tree => ({
    text: `${within(a, 9)} ** 2`,
    value: (a.value as number) ** 2,
    tight: 8,
  }));
  const below = fc
    .tuple(number, number)
    .map(([a, b]) => infix(a, '<', b, 4, (a.value as number) < (b.value as number), 'none'));
  const equal = fc.tuple(number, number).map(([a, b]) => infix(a, '==', b, 4, a.value === b.value, 'none'));
  const no = truth.map((a): Tree => ({ text: `not ${within(a, 3)}`, value: !a.value, tight: 3 }));
  const and = fc
    .tuple(truth, truth)
    .map(([a, b]) => infix(a, 'and', b, 2, Boolean(a.value) && Boolean(b.value), 'left'));
  const or = fc
    .tuple(truth, truth)
    .map(([a, b]) => infix(a, 'or', b, 1, Boolean(a.value) || Boolean(b.value), 'left'));
  return {
    number: fc.oneof({ maxDepth: 4 }, literal, sum, less, product, minus, square),
    truth: fc.oneof({ maxDepth: 4 }, below, equal, no, and, or),
  };
});
