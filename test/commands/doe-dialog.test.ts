import { describe, expect, test } from 'vitest';
import { ask, COMMAND, commandsOf, FACTORIAL, TO_VALUES } from '../support/doe-dialog.js';

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
