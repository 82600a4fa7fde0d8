import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { Folder } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
let terminal: CliTerminal;

/** Until the question is put, and nothing was answered to it yet. */
async function asked(question: string): Promise<void> {
  await terminal.until((screen) => lastQuestion(screen)?.startsWith(`? ${question}`) === true);
}

function lastQuestion(screen: readonly string[]): string | undefined {
  return screen.findLast((line) => /^[?✔] /.test(line));
}

async function answer(question: string, text = ''): Promise<void> {
  await asked(question);
  // Behind a space, so that tmux takes no option for its own.
  terminal.type(text === '' ? '' : ` ${text}`, 'Enter');
}

/** Out of a list, by its first letters; what is not in the list is typed whole. */
async function choose(question: string, choice: string): Promise<void> {
  await asked(question);
  terminal.type(choice);
  await terminal.until((screen) =>
    screen.some((line) => new RegExp(`^❯ ${escaped(choice)}(?: |$)`).test(line)),
  );
  terminal.type('', 'Enter');
}

function escaped(text: string): string {
  return text.replace(/[.[\]]/g, String.raw`\$&`);
}

async function answerAll(answers: readonly (readonly [question: string, text?: string])[]): Promise<void> {
  for (const [question, text] of answers) await answer(question, text);
}

const commands = (name = 'exp.json'): string[] =>
  (JSON.parse(folder.read(name)) as string[][]).map((argv) => argv.join(' '));

/** What a shell that follows would suffer from. */
async function expectSaneTerminal(): Promise<void> {
  terminal.run(`stty -a > after; diff before after > changed; tmux display -p 'cursor #{cursor_flag}'`);
  await terminal.shows('cursor 1');
  await terminal.over();
  expect(folder.read('changed')).toBe('');
}

describe.skipIf(!hasTmux)('asked on a terminal', () => {
  beforeEach(async () => {
    folder = new Folder();
    terminal = await CliTerminal.in(folder, 150, 50);
    terminal.run('stty -a > before');
    await terminal.until((screen) => screen.at(-1) === '$' && folder.names().includes('before'));
  });
  afterEach(async () => {
    terminal.close();
    await folder.dispose();
  });

  test('a factorial design is written, and the command that makes it again', async () => {
    terminal.run('cooperate --doe exp');
    await answerAll([
      ['Command to run', 'main.py'],
      ['Static option 1', '--epochs 10'],
      ['Static option 2'],
      ['Option to vary 1', 'lr'],
      ['Option to vary 2', 'opt'],
      ['Option to vary 3'],
    ]);
    await choose('Values of lr', 'log');
    await answerAll([['Low end of lr', '0.001'], ['High end of lr'], ['Number of steps of lr', '3']]);
    await choose('Values of opt', 'manual');
    await answerAll([['Value 1 of opt', 'adam'], ['Value 2 of opt', "it's"], ['Value 3 of opt']]);
    await choose('How to combine', 'factorial');
    await asked('What now');
    const seen = terminal.screen().join('\n');
    expect(seen).toContain('\n6 runs:\n  python main.py --epochs 10 --lr 0.001 --opt adam\n');
    expect(seen).toContain('lr (log)');
    expect(folder.names()).not.toContain('exp.json');
    await choose('What now', 'write');
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(commands().slice(1, 4)).toEqual([
      "python main.py --epochs 10 --lr 0.001 --opt it's",
      'python main.py --epochs 10 --lr 0.01 --opt adam',
      "python main.py --epochs 10 --lr 0.01 --opt it's",
    ]);
    const again = screen.find((line) => line.includes('cooperate doe exp.json')) as string;
    terminal.run(again.trim().replace('exp.json', 'again.json'));
    await terminal.over();
    expect(folder.read('again.json')).toBe(folder.read('exp.json'));
    await expectSaneTerminal();
  });

  test('a random subset is written; wrong answers are asked for again', async () => {
    terminal.run('cooperate --doe exp.json');
    await answerAll([['Command to run', "./run 'x"]]);
    await terminal.shows('> ');
    terminal.type("'", 'Enter');
    await answerAll([['Static option 1'], ['Option to vary 1', 'n'], ['Option to vary 2']]);
    await asked('Values of n');
    terminal.type('1...50');
    await terminal.shows(/is no range/);
    terminal.type('', 'C-u');
    await choose('Values of n', '1..50');
    await choose('How to combine', '<');
    await terminal.shows(/\? Values of n .* 1\.\.50\n❯ 1\.\.50 +n: 1, 2, 3/);
    terminal.type('', 'Enter');
    await choose('How to combine', 'random');
    await answer('How many runs', '51');
    await terminal.shows('> There are 50 at most.');
    terminal.type('', 'BSpace', 'BSpace');
    terminal.type('8', 'Enter');
    await choose('What now', 'write');
    expect((await terminal.over()).code).toBe(0);
    expect(new Set(commands()).size).toBe(8);
    expect(commands()[0]).toMatch(/^\.\/run x --n \d+$/);
  });

  test('a zip is written; what was wrong is gone back to, and changed', async () => {
    terminal.run('cooperate --doe exp.json');
    await answerAll([
      ['Command to run'],
      ['Static option 1', '--oops'],
      ['Static option 2', '<'],
      ['Static option 1', '--fine'],
      ['Static option 2'],
      ['Option to vary 1', 'a'],
      ['Option to vary 2', 'b=1,2,3'],
      ['Option to vary 3'],
    ]);
    await choose('Values of a', 'linear');
    await answer('Low end of a', '<');
    await choose('Values of a', 'range');
    await answerAll([['Low end of a', '1'], ['High end of a', '2'], ['Step of a']]);
    await choose('How to combine', 'zip');
    await choose('Change which answer', 'High end of a');
    await answer('High end of a', '3');
    await choose('What now', 'write');
    expect((await terminal.over()).code).toBe(0);
    expect(commands()).toEqual([1, 2, 3].map((n) => `python main.py --fine --a ${n} --b ${n}`));
  });

  test('Backspace takes a suggestion away', async () => {
    terminal.run('cooperate --doe exp.json');
    await answerAll([['Command to run'], ['Static option 1', '--oops'], ['Static option 2', '<']]);
    await terminal.shows('? Static option 1 [one a line, such as --epochs 10; empty: none] (--oops)');
    terminal.type('', 'BSpace', 'Enter');
    await answerAll([['Option to vary 1', 'x=1'], ['Option to vary 2']]);
    await choose('How to combine', 'factorial');
    await choose('What now', 'write');
    await terminal.over();
    expect(commands()).toEqual(['python main.py --x 1']);
  });

  test('a schedule that is there is replaced when asked to be, and kept', async () => {
    folder.schedule([['executed', 'true'], ['true']]);
    terminal.run('cooperate --doe exp.json');
    await choose('exp.json has 2 entries already, 1 of them executed', 'replace');
    await answerAll([
      ['Command to run', 'echo'],
      ['Static option 1'],
      ['Option to vary 1', 'x=1,2'],
      ['Option to vary 2'],
    ]);
    await choose('How to combine', 'factorial');
    await choose('What now', 'write');
    expect((await terminal.over()).code).toBe(0);
    expect(commands()).toEqual(['echo --x 1', 'echo --x 2']);
    expect(commands('exp.json.bak')).toEqual(['executed true', 'true']);
  });

  test('whoever leaves has written nothing', async () => {
    terminal.run('cooperate --doe exp.json');
    await answerAll([
      ['Command to run'],
      ['Static option 1'],
      ['Option to vary 1', 'x=1,2'],
      ['Option to vary 2'],
    ]);
    await choose('How to combine', 'factorial');
    await choose('What now', 'leave');
    await answer('Leave without writing anything?', 'y');
    expect((await terminal.over()).code).toBe(0);
    expect(folder.names()).toEqual(['before', 'node_modules']);
  });

  describe('Ctrl-C leaves nothing behind', () => {
    const places: Record<string, () => Promise<void>> = {
      'at the first question': () => asked('Command to run'),
      'in a list': async () => {
        await answerAll([
          ['Command to run'],
          ['Static option 1'],
          ['Option to vary 1', 'x'],
          ['Option to vary 2'],
        ]);
        await asked('Values of x');
      },
      'before writing': async () => {
        await answerAll([
          ['Command to run'],
          ['Static option 1'],
          ['Option to vary 1', 'x=1,2'],
          ['Option to vary 2'],
        ]);
        await choose('How to combine', 'factorial');
        await asked('What now');
      },
    };

    test.each(Object.keys(places))('%s', async (place) => {
      terminal.run('cooperate --doe exp.json');
      await places[place]?.();
      terminal.type('', 'C-c');
      const { code, screen } = await terminal.over();
      expect(code).toBe(130);
      expect(screen.join('\n')).not.toMatch(/error|^\s+at /im);
      expect(folder.names()).toEqual(['before', 'node_modules']);
      await expectSaneTerminal();
    });

    test('nor does Ctrl-D', async () => {
      terminal.run('cooperate --doe exp.json');
      await asked('Command to run');
      terminal.type('', 'C-d');
      expect((await terminal.over()).code).toBe(130);
      expect(folder.names()).toEqual(['before', 'node_modules']);
      await expectSaneTerminal();
    });
  });
});
