import { describe, expect, test } from 'vitest';
import { designByAsking } from '../../src/commands/doe-dialog.js';
import { ask, COMMAND, commandsOf, preview, TO_VALUES } from '../support/doe-dialog.js';
import { fakeTerminal } from '../support/fake-terminal.js';

describe('values', () => {
  const valued = async (answers: string, rest = 'How to combine them: factorial') => {
    const { spec, shown } = await ask(`${TO_VALUES}${answers}\n${rest}\nWhat now: write`);
    return { spelling: spec?.factors?.['x'], shown };
  };

  test.each([
    ['log', 'Low end: -8|High end: -1|Number of steps: 4', 'log:-8..-1:4', 'x: -8, -4, -2, -1'],
    ['linear', 'Low end: 5|High end: |Number of steps: 4', 'lin:5..50:4', 'x: 5, 20, 35, 50'],
    ['range', 'Low end: 16|High end: 48|Step: 16', '16..48:16', 'x: 16, 32, 48'],
    ['range', 'Low end: 3|High end: 1|Step:', '3..1:-1', 'x: 3, 2, 1'],
    ['flag', '', 'flag', 'x: with it, and without'],
    ['int', 'Low end: 3|High end: 5', 'int:3..5', 'x: 3, 4, 5'],
    ['manual', 'Value 1: 0.10|Value 2: True|Value 3:', '0.10,True', 'x: 0.10, True'],
    [
      'manual',
      'Value 1: flag|Value 2: 1..5|Value 3: a, b|Value 4:',
      "'flag','1..5','a, b'",
      'x: flag | 1..5 | a, b',
    ],
    [
      'groups',
      "Group 1: --sgd --m 0.9|Group 2: --name 'a b'|Group 3:",
      "[--sgd --m 0.9],[--name 'a b']",
      '--sgd --m 0.9 | ',
    ],
  ])('of the kind %s: %s', async (kind, parts, spelling, told) => {
    const asked = parts === '' ? [] : parts.split('|').map((line) => line.replace(':', ' of x:'));
    const { spelling: made, shown } = await valued([`Values of x: ${kind}`, ...asked].join('\n'));
    expect(made).toBe(spelling);
    expect(shown).toContain(told);
  });

  test.each([
    ['uniform', 'Low end: 0|High end: 0.3', 'uniform:0..0.3'],
    ['loguniform', 'Low end: |High end: ', 'loguniform:0.0001..0.1'],
    ['normal', 'Mean: 5|Standard deviation: 0.5', 'normal:5,0.5'],
  ])('that are drawn, of the kind %s', async (kind, parts, spelling) => {
    const asked = parts.split('|').map((line) => line.replace(':', ' of x:'));
    const { spelling: made, shown } = await valued(
      [`Values of x: ${kind}`, ...asked].join('\n'),
      'How to combine them:\nHow many runs: 8',
    );
    expect(made).toBe(spelling);
    expect(shown).toContain('x: such as ');
    expect(shown).toContain('How to combine them (sobol)');
  });

  test('may be typed at once', async () => {
    const { spelling, shown } = await valued('Values of x: log:1e-4..1e-1:4');
    expect(spelling).toBe('log:1e-4..1e-1:4');
    expect(shown).toContain('\n  x: 0.0001, 0.001, 0.01, 0.1\n');
  });

  test('that are many are shown in part', async () => {
    expect((await valued('Values of x: 1..100')).shown).toContain('\n  x: 1, 2, 3, 4, ..., 100\n');
    expect((await valued('Values of x: 1..9999')).shown).toContain('\n  x: such as ');
  });

  test.each([
    ['Values of x: lgo:1..2:3', 'Did you mean log:1..2:3?'],
    ['Values of x: log\nLow end of x: 0', 'touches 0'],
    ['Values of x: log\nLow end of x: a', 'A number, please'],
    ['Values of x: log\nLow end of x:\nHigh end of x: -3', 'crosses 0'],
    ['Values of x: log\nLow end of x:\nHigh end of x:\nNumber of steps of x: 2.5', 'no number of values'],
    ['Values of x: log\nLow end of x:\nHigh end of x:\nNumber of steps of x: 0', 'whole number'],
    ['Values of x: linear\nLow end of x: 0\nHigh end of x: 0', 'same value'],
    ['Values of x: linear\nLow end of x: NaN', 'A number, please'],
    ['Values of x: linear\nLow end of x: 1e999', 'A number, please'],
    ['Values of x: range\nLow end of x: 1\nHigh end of x: 3\nStep of x: 0', 'step of 0'],
    ['Values of x: range\nLow end of x: 1\nHigh end of x: 3\nStep of x: -1', 'never gets'],
    ['Values of x: range\nLow end of x: 1\nHigh end of x: 3\nStep of x: 1e-9', 'too many to list'],
    ['Values of x: int\nLow end of x: 0.5', 'whole number'],
    ['Values of x: int\nLow end of x: 5\nHigh end of x: 1', 'ends below'],
    ['Values of x: uniform\nLow end of x: 2\nHigh end of x: 1', 'ends below'],
    ['Values of x: normal\nMean of x:\nStandard deviation of x: 0', 'not above 0'],
    ['Values of x: manual\nValue 1 of x:', 'At least one'],
    ["Values of x: groups\nGroup 1 of x: --name 'a", 'quote'],
  ])('that are wrong are asked for again at once: %j', async (answers, why) => {
    const terminal = fakeTerminal(`${TO_VALUES}${answers}`);
    const context = { schedule: 'exp.json', existing: undefined, preview };
    // The script has no more, and the same question comes again.
    const last = answers.split('\n').at(-1)?.replace(/:.*/, '') as string;
    await expect(designByAsking(terminal, context)).rejects.toThrow(
      new RegExp(`^"${last}.*was asked, and nothing more`),
    );
    expect(terminal.shown.at(-1)).toMatch(/^> /);
    expect(terminal.shown.at(-1)).toContain(why);
  });
});

describe('how to combine', () => {
  const FOUR = `${COMMAND}
    Option to vary 1: a=lin:0..1:2
    Option to vary 2: b=lin:0..1:2
    Option to vary 3: c=lin:0..1:2
    Option to vary 4: d=lin:0..1:2
    Option to vary 5:`;

  test.each<[string, string, object, number]>([
    ['lhs', 'Which kind: maximin\nHow many runs: 5', { design: 'lhs:maximin', runs: 5 }, 5],
    ['sobol', 'How many runs: 8', { design: 'sobol', runs: 8 }, 8],
    ['halton', 'How many runs: 9', { design: 'halton', runs: 9 }, 9],
    [
      'oat',
      'Baseline of a:\nBaseline of b: 1\nBaseline of c:\nBaseline of d:',
      { baseline: { a: 0, b: 1, c: 0, d: 0 } },
      5,
    ],
    ['fractional', 'Resolution or generators: IV', { design: 'fractional:IV' }, 8],
    [
      'fractional',
      'Resolution or generators: four\nResolution or generators: D=AB',
      { design: 'fractional:D=AB' },
      8,
    ],
    ['plackett-burman', '', { design: 'plackett-burman' }, 8],
    ['ccd', 'Which kind:\nHow many centre points: 2', { design: 'ccd:faced', centers: 2 }, 26],
    ['box-behnken', 'How many centre points: 3', { design: 'box-behnken', centers: 3 }, 27],
  ])('%s', async (name, answers, part, count) => {
    const { spec, shown } = await ask(`${FOUR}\nHow to combine them: ${name}\n${answers}\nWhat now: write`);
    expect(spec).toMatchObject(part);
    expect(shown).toContain(`\n${count} runs:\n`);
  });

  test('an option that may be absent has a baseline too', async () => {
    const { spec } = await ask(`${COMMAND}
      Option to vary 1: amp=flag
      Option to vary 2: opt=adam,sgd
      Option to vary 3:
      How to combine them: oat
      Baseline of amp: without it
      Baseline of opt: sgd
      What now: write`);
    expect(commandsOf(spec)).toEqual([
      'python main.py --opt sgd',
      'python main.py --amp --opt sgd',
      'python main.py --opt adam',
    ]);
  });
});
