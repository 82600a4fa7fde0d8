import { describe, expect, test } from 'vitest';
import { design } from '../../src/commands/doe.js';
import { designByAsking, type DialogContext, type Preview } from '../../src/commands/doe-dialog.js';
import { cloudOf } from '../../src/doe/picture.js';
import type { Spec } from '../../src/doe/spec-schema.js';
import { Cancelled } from '../../src/ports/terminal.js';
import { commandLine } from '../../src/schedule/slots.js';
import { fakeTerminal } from '../support/fake-terminal.js';

/** The real one, of at most two commands at either end. */
function preview(spec: Spec): Preview {
  const { plan } = design(spec, false);
  const commands = Array.from({ length: plan.count }, (_, run) => commandLine(plan.argv(run)));
  const last = commands.length > 4 ? commands.slice(-2) : [];
  return {
    count: plan.count,
    commands: { first: commands.slice(0, last.length > 0 ? 2 : 4), last },
    remarks: plan.report.facts,
    points: cloudOf(plan),
  };
}

async function ask(script: string, context: Partial<DialogContext> = {}) {
  const terminal = fakeTerminal(script);
  const subject = { schedule: 'exp.json', existing: undefined, preview, ...context };
  const answered = await designByAsking(terminal, subject);
  expect(terminal.left).toEqual([]);
  return { ...answered, shown: terminal.shown.join('\n') };
}

const commandsOf = (spec: Spec | undefined): string[] => {
  if (!spec) throw new Error('there is no spec');
  const { plan } = design(spec, false);
  return Array.from({ length: plan.count }, (_, run) => commandLine(plan.argv(run)));
};

const COMMAND = `
  Command to run:
  Static option 1:
`;
const OPTION_X = `
  Option to vary 1: x
  Option to vary 2:
`;
const TO_VALUES = COMMAND + OPTION_X;

const FACTORIAL = `
  Command to run: main.py
  Static option 1: --epochs 10
  Static option 2: --name 'a b'
  Static option 3:
  Option to vary 1: lr
  Option to vary 2: dropout
  Option to vary 3: opt
  Option to vary 4:
  Values of lr: log
  Low end of lr: 1e-4
  High end of lr: 1e-1
  Number of steps of lr: 4
  Values of dropout: linear
  Low end of dropout: 0
  High end of dropout: 0.5
  Number of steps of dropout: 3
  Values of opt: manual
  Value 1 of opt: adam
  Value 2 of opt: sgd
  Value 3 of opt:
  How to combine them: factorial
  What now: write
`;

describe('the questions of the original, in its order', () => {
  test('make a factorial design', async () => {
    const { spec, existing } = await ask(FACTORIAL);
    expect(existing).toBeUndefined();
    expect(spec).toEqual({
      command: ['python', 'main.py', '--epochs', '10', '--name', 'a b'],
      factors: { lr: 'log:1e-4..1e-1:4', dropout: 'lin:0..0.5:3', opt: 'adam,sgd' },
      design: 'factorial',
    });
    const commands = commandsOf(spec);
    expect(commands).toHaveLength(24);
    expect(commands.slice(0, 3)).toEqual([
      "python main.py --epochs 10 --name 'a b' --lr 0.0001 --dropout 0 --opt adam",
      "python main.py --epochs 10 --name 'a b' --lr 0.0001 --dropout 0 --opt sgd",
      "python main.py --epochs 10 --name 'a b' --lr 0.0001 --dropout 0.25 --opt adam",
    ]);
  });

  test('make a random subset, of as many as asked for', async () => {
    const { spec } = await ask(
      FACTORIAL.replace(
        'them: factorial',
        'them: random\n How many runs: 25\n How many runs: 0\n How many runs: 7',
      ),
    );
    expect(spec).toMatchObject({ design: 'random', runs: 7 });
    expect(new Set(commandsOf(spec)).size).toBe(7);
  });

  test('make a zip', async () => {
    const { spec } =
      await ask(`${TO_VALUES.replace('Option to vary 2:', 'Option to vary 2: y\nOption to vary 3:')}
      Values of x: manual
      Value 1 of x: 1
      Value 2 of x: 2
      Value 3 of x:
      Values of y: linear
      Low end of y:
      High end of y: 10
      Number of steps of y: 2
      How to combine them: zip
      What now: write`);
    expect(commandsOf(spec)).toEqual(['python main.py --x 1 --y 0', 'python main.py --x 2 --y 10']);
  });

  test('need no more than Enter where there is a default', async () => {
    const { spec } = await ask(`${TO_VALUES}
      Values of x:
      Low end of x:
      High end of x:
      Number of steps of x:
      How to combine them:
      What now:`);
    expect(spec).toEqual({
      command: ['python', 'main.py'],
      factors: { x: 'log:0.0001..0.1:4' },
      design: 'factorial',
    });
  });
});

describe('the command', () => {
  const withCommand = (typed: string) =>
    ask(`Command to run: ${typed}
      Static option 1:
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);

  test.each([
    ['main.py', ['python', 'main.py']],
    ['src/train.py --epochs 3', ['python', 'src/train.py', '--epochs', '3']],
    ['./train.py', ['./train.py']],
    ['/opt/train.py', ['/opt/train.py']],
    ['python3 -m train', ['python3', '-m', 'train']],
    ["julia 'my model.jl'", ['julia', 'my model.jl']],
  ])('%s is %j', async (typed, argv) => {
    expect((await withCommand(typed)).spec?.command).toEqual(argv);
  });

  test.each([
    ["python 'main.py", 'quote'],
    ['executed main.py', 'program'],
    ["''", 'program'],
  ])('%s is not accepted', async (typed, why) => {
    const { shown } = await ask(`Command to run: ${typed}
      Command to run:
      Static option 1:
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(shown).toMatch(new RegExp(`^> .*${why}`, 'm'));
  });

  test('is shown with its static options as it will be typed', async () => {
    expect((await ask(FACTORIAL)).shown).toContain("\n  python main.py --epochs 10 --name 'a b'\n");
  });

  test('has places, which are suggested as the options to vary', async () => {
    const { spec, shown } = await ask(`
      Command to run: sim {speed} --out run-{speed}-{n-max}.csv
      Static option 1:
      Option to vary 1:
      Option to vary 2:
      Option to vary 3:
      Values of speed: 1,2
      Values of n_max: 8
      How to combine them:
      What now: write`);
    expect(shown).toContain('(speed):');
    expect(commandsOf(spec)).toEqual(['sim 1 --out run-1-8.csv', 'sim 2 --out run-2-8.csv']);
  });
});

describe('an option to vary', () => {
  const named = (...typed: string[]) =>
    ask(`${COMMAND}${typed.map((name, i) => `Option to vary ${Math.min(i, 1) + 1}: ${name}`).join('\n')}
      Option to vary 2:
      How to combine them:
      What now: write`);

  test('may come with its values', async () => {
    const { spec } = await named('--batch-size = 32,64');
    expect(spec?.factors).toEqual({ '--batch-size': '32,64' });
  });

  test.each([
    ['--lr 0.1', 'name'],
    ['=1', 'name'],
    ['lr=', 'no values'],
    ['lr=lgo:1..2:3', 'Did you mean log'],
  ])('is not accepted as %s', async (typed, why) => {
    const { shown } = await ask(`${COMMAND}
      Option to vary 1: ${typed}
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(shown).toMatch(new RegExp(`^> .*${why}`, 'm'));
  });

  test('is not accepted twice, however it is typed', async () => {
    const { shown } = await ask(`${COMMAND}
      Option to vary 1: batch-size=1,2
      Option to vary 2: --batch_size
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(shown).toContain('> batch_size is among them already.');
  });

  test('is needed', async () => {
    const { shown } = await ask(`${COMMAND}
      Option to vary 1:
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(shown).toContain('> At least one, please.');
  });
});

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
      'How to combine them: \n Which one:'.split('\n')[0] + '\n How many runs: 8',
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

describe('before anything is written', () => {
  test('the number of runs, the first and the last commands and a picture are shown', async () => {
    const { shown } = await ask(FACTORIAL);
    const [, seen = ''] = shown.split('How to combine them (factorial): factorial\n');
    expect(seen).toContain(`
24 runs:
  python main.py --epochs 10 --name 'a b' --lr 0.0001 --dropout 0 --opt adam
  python main.py --epochs 10 --name 'a b' --lr 0.0001 --dropout 0 --opt sgd
  ...
  python main.py --epochs 10 --name 'a b' --lr 0.1 --dropout 0.5 --opt adam
  python main.py --epochs 10 --name 'a b' --lr 0.1 --dropout 0.5 --opt sgd
`);
    expect(seen).toMatch(/dropout\n.*0\.5 \|2 .* 2 .* 2 .* 2\n/);
    expect(seen.indexOf('lr (log)')).toBeLessThan(seen.indexOf('What now'));
  });

  test('what the design cannot be is told, and what it hangs on is asked for', async () => {
    const { spec, shown } = await ask(`${COMMAND}
      Option to vary 1: a=1,2,3
      Option to vary 2: b=1,2
      Option to vary 3:
      How to combine them: zip
      Change which answer:
      How to combine them: factorial
      What now: write`);
    expect(shown).toMatch(/a .*3.*b .*2/);
    expect(shown).toContain('Change which answer (design)');
    expect(commandsOf(spec)).toHaveLength(6);
  });

  test('an option that the problem names is suggested to be changed, with all its answers', async () => {
    const { spec, shown } = await ask(`${TO_VALUES}
      Values of x: uniform
      Low end of x: 0
      High end of x: 1
      How to combine them: factorial
      Change which answer:
      Values of x: linear
      Low end of x:
      High end of x:
      Number of steps of x: 2
      What now: write`);
    expect(shown).toContain('Change which answer (values of x)');
    expect(commandsOf(spec)).toEqual(['python main.py --x 0', 'python main.py --x 1']);
  });

  test('too many runs are not for the dialog to make', async () => {
    const { spec, shown } = await ask(`${TO_VALUES}
      Values of x: 1..20000
      How to combine them: factorial
      Change which answer:
      How to combine them: random
      How many runs: 3
      What now: write`);
    expect(shown).toContain('20,000');
    expect(spec).toMatchObject({ runs: 3 });
  });

  test('a mistake of the program is no answer to mend', async () => {
    const wrong = () => {
      throw new TypeError('a mistake');
    };
    await expect(ask(FACTORIAL, { preview: wrong })).rejects.toThrow('a mistake');
  });
});

describe('going back', () => {
  const lines = FACTORIAL.split('\n').filter((line) => line.trim() !== '');

  test.each(lines.map((line, at) => [line.trim(), at] as const).slice(1))(
    'from "%s" and on again changes nothing',
    async (line, at) => {
      const asked = (text: string | undefined) => (text as string).replace(/:.*/, '');
      const script = [
        ...lines.slice(0, at),
        `${asked(line)}: <`,
        `${asked(lines[at - 1])}:`,
        ...lines.slice(at),
      ];
      expect((await ask(script.join('\n'))).spec).toEqual((await ask(FACTORIAL)).spec);
    },
  );

  test('goes all the way, keeping what was typed', async () => {
    const back = lines.map((line) => line.replace(/:.*/, ': <')).reverse();
    const again = lines.slice(0, -1).map((line) => line.replace(/:.*/, ':'));
    const script = [...lines.slice(0, -1), ...back, ...again, 'What now: write'];
    const { spec, shown } = await ask(script.join('\n'));
    expect(shown).toContain('> This is the first question.');
    expect(spec).toEqual((await ask(FACTORIAL)).spec);
  });

  test('takes one of several away, and the others move up', async () => {
    const { spec } = await ask(`
      Command to run:
      Static option 1: --a
      Static option 2: --b
      Static option 3: --c
      Static option 4: <
      Static option 3: <
      Static option 2: (nothing)
      Static option 2:
      Static option 3:
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(spec?.command).toEqual(['python', 'main.py', '--a', '--c']);
  });

  test('takes the only one away', async () => {
    const { spec } = await ask(`
      Command to run:
      Static option 1: --a
      Static option 2: <
      Static option 1: (nothing)
      Option to vary 1: x=1,2
      Option to vary 2:
      How to combine them:
      What now: write`);
    expect(spec?.command).toEqual(['python', 'main.py']);
  });

  test('leaves the values of an option with it, whatever place it has', async () => {
    const { spec } = await ask(`${COMMAND}
      Option to vary 1: a
      Option to vary 2: b
      Option to vary 3:
      Values of a: 1,2
      Values of b: 3,4
      How to combine them: <
      Values of b: <
      Values of a: <
      Option to vary 3: <
      Option to vary 2: <
      Option to vary 1: (nothing)
      Option to vary 1: b
      Option to vary 2:
      Values of b:
      How to combine them:
      What now: write`);
    expect(spec?.factors).toEqual({ b: '3,4' });
  });
});

describe('another answer', () => {
  const CHANGED = (id: string, answers: string) =>
    ask(
      FACTORIAL.replace(
        'What now: write',
        `What now: change\nChange which answer: ${id}\n${answers}\nWhat now: write`,
      ),
    );

  test('is asked for alone', async () => {
    const { spec } = await CHANGED('Number of steps of lr', 'Number of steps of lr: 2');
    expect(spec?.factors).toMatchObject({ lr: 'log:1e-4..1e-1:2' });
  });

  test('brings the questions that it leads to', async () => {
    const { spec } = await CHANGED('design', 'How to combine them: random\nHow many runs: 5');
    expect(spec).toMatchObject({ design: 'random', runs: 5 });
  });

  test('brings back the questions whose answers do not go with it', async () => {
    const { spec, shown } = await CHANGED('Low end of lr', 'Low end of lr: -1\nHigh end of lr: ');
    expect(spec?.factors).toMatchObject({ lr: 'log:-1..-0.1:4' });
    expect(shown).toContain('High end of lr (-0.1):');
  });

  test('can be one more of several', async () => {
    const { spec } = await CHANGED('Option to vary 4', 'Option to vary 4: k=1,2\nOption to vary 5:');
    expect(Object.keys(spec?.factors ?? {})).toEqual(['lr', 'dropout', 'opt', 'k']);
  });
});

describe('more', () => {
  test('conditions, repeats, order, seed and style are asked for', async () => {
    const { spec } = await ask(
      FACTORIAL.replace(
        'What now: write',
        `What now: more
        Condition 1 on runs: lr * drop < 1
        Condition 1 on runs: lr * dropout < 0.01
        Condition 2 on runs:
        How often each run: x
        How often each run: seed=1..2
        In which order: balanced
        Seed of what is drawn: -1
        Seed of what is drawn: 7
        How options are typed: equals
        What now: write`,
      ),
    );
    expect(spec).toMatchObject({
      where: ['lr * dropout < 0.01'],
      repeat: 'seed=1..2',
      order: 'balanced',
      seed: 7,
      as: 'equals',
    });
    expect(commandsOf(spec)[0]).toMatch(/--lr=\S+ --dropout=\S+ --opt=\S+ --seed=1$/);
  });

  test('nothing is said that is so by default', async () => {
    const { spec } = await ask(
      FACTORIAL.replace(
        'What now: write',
        `What now: more
        Condition 1 on runs:
        How often each run:
        In which order:
        Seed of what is drawn:
        How options are typed:
        What now: write`,
      ),
    );
    expect(spec).toEqual((await ask(FACTORIAL)).spec);
  });

  test('a condition that leaves nothing is suggested to be changed', async () => {
    const { spec } = await ask(
      FACTORIAL.replace(
        'What now: write',
        `What now: more
        Condition 1 on runs: lr > 1
        Condition 2 on runs:
        How often each run: 3
        In which order:
        Seed of what is drawn:
        How options are typed:
        Change which answer:
        Condition 1 on runs: lr < 0.01
        What now: write`,
      ),
    );
    expect(spec).toMatchObject({ where: ['lr < 0.01'], repeat: 3 });
  });
});

describe('a schedule that is there already', () => {
  const existing = { entries: 12, executed: 3 };

  test.each(['append', 'replace'] as const)('is asked about at first: %s', async (how) => {
    const answered = await ask(`exp.json has 12 entries already, 3 of them executed: ${how}\n${FACTORIAL}`, {
      existing,
    });
    expect(answered.existing).toBe(how);
  });

  test('is left as it is', async () => {
    expect(
      await ask('exp.json has 12 entries already, 3 of them executed: leave', { existing }),
    ).not.toHaveProperty('spec');
  });

  test('can be thought of otherwise later', async () => {
    const script = `exp.json has 12 entries already, 3 of them executed: replace
      Command to run: <
      exp.json has 12 entries already, 3 of them executed: append
      ${FACTORIAL}`;
    expect((await ask(script, { existing })).existing).toBe('append');
  });
});

describe('leaving', () => {
  test('at the end has to be meant', async () => {
    const script = `${FACTORIAL.replace('write', 'leave')}
      Leave without writing anything: no
      What now: leave
      Leave without writing anything: yes`;
    expect(await ask(script)).not.toHaveProperty('spec');
  });

  test.each(
    FACTORIAL.split('\n')
      .filter((line) => line.trim() !== '')
      .map((line, at) => [line.trim(), at] as const),
  )('by Ctrl-C at "%s"', async (line, at) => {
    const lines = FACTORIAL.split('\n')
      .filter((text) => text.trim() !== '')
      .slice(0, at);
    await expect(ask([...lines, line.replace(/:.*/, ': ^C')].join('\n'))).rejects.toThrow(Cancelled);
  });
});
