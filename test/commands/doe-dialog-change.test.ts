import { describe, expect, test } from 'vitest';
import { Cancelled } from '../../src/ports/terminal.js';
import { ask, COMMAND, commandsOf, FACTORIAL } from '../support/doe-dialog.js';

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

  test('brings its details again, though it stays the same', async () => {
    const answers = 'Values of lr:\nLow end of lr:\nHigh end of lr:\nNumber of steps of lr: 2';
    const { spec } = await CHANGED('Values of lr', answers);
    expect(spec?.factors).toMatchObject({ lr: 'log:1e-4..1e-1:2' });
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
