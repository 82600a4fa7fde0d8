import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { Folder, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const gate = (name: string): string => until(`$COOPERATE_TEST_FOLDER/${name}`);
const isStatus = (line: string | undefined): boolean => /^\[\d+\/\d+\]/.test(line ?? '');

test('where stderr is no terminal there is no status line', async () => {
  folder.schedule([sh(`echo a; ${gate('go')}; printf b`), ['echo', 'c']]);
  const program = folder.start(['run', 'exp.json'], { env: { TERM: 'xterm' } });
  await program.prints('a');
  folder.write('go', '');
  const { stdout, stderr } = await program.ended;
  expect(stdout).toBe('a\nbc\n');
  // eslint-disable-next-line no-control-regex -- it is about them
  expect(stderr).not.toMatch(/[\r\x1b]|^\[/m);
});

describe.skipIf(!hasTmux)('in a real terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  test('the status line stands below the output, tells how far it is, and is gone at the end', async () => {
    folder.write('second.sh', `seq 40; echo err >&2; ${gate('one')}`);
    folder.write('fourth.sh', gate('two'));
    folder.schedule([['true'], ['sh', 'second.sh'], ['false'], ['sh', 'fourth.sh']]);
    terminal.run('cooperate run exp.json --keep-going');
    // stdout and stderr are two pipes: either may be there first.
    const first = await terminal.until(
      (screen) =>
        /^\[1\/4\] .*sh second\.sh \(\d+s\)$/.test(screen.at(-1) ?? '') &&
        ['40', 'err'].every((line) => screen.includes(line)),
    );
    expect(first.slice(-3, -1).sort()).toEqual(['40', 'err']);
    folder.write('one', '');
    await terminal.until((screen) =>
      /^\[3\/4\] 1 failed · .*sh fourth\.sh \(\d+s\)$/.test(screen.at(-1) ?? ''),
    );
    folder.write('two', '');
    const { code, screen } = await terminal.over();
    expect(code).toBe(1);
    expect(screen.at(-1)).toBe('All experiments completed.');
    const history = terminal.history();
    expect(history.some(isStatus)).toBe(false);
    expect(history.filter((line) => /^\d+$/.test(line))).toEqual(
      Array.from({ length: 40 }, (_, i) => String(i + 1)),
    );
  });

  test('a progress bar is not garbled by it', async () => {
    const bar = `for i in 10 50 100; do printf "\\r%3d%%|#####|" $i >&2; ${gate('step$i')}; done; echo >&2; echo done`;
    folder.write('bar.sh', bar);
    folder.schedule([
      ['sh', 'bar.sh'],
      ['echo', 'next'],
    ]);
    terminal.run('cooperate run exp.json');
    for (const [step, shown] of [
      ['10', ' 10%|#####|'],
      ['50', ' 50%|#####|'],
      ['100', '100%|#####|'],
    ] as const) {
      const screen = await terminal.until((lines) => lines.includes(shown));
      expect(screen.filter((line) => line.includes('%|'))).toEqual([shown]);
      expect(screen.every((line) => !/%\|.*\[\d|\[\d.*%\|/.test(line))).toBe(true);
      folder.write(`step${step}`, '');
    }
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(screen.slice(-6)).toEqual([
      '100%|#####|',
      'done',
      'Running: echo next',
      'next',
      expect.stringMatching(/^cooperate: 2 succeeded in /),
      'All experiments completed.',
    ]);
    expect(terminal.history().some(isStatus)).toBe(false);
  });

  test('with stdout piped away the status line is still there, and what goes through the pipe is the output alone', async () => {
    folder.schedule([sh(`seq 3; ${gate('go')}`)]);
    terminal.run('cooperate run exp.json | cat > out');
    await terminal.until((screen) => isStatus(screen.at(-1)));
    folder.write('go', '');
    await terminal.over();
    expect(folder.lines('out')).toEqual(['1', '2', '3']);
    expect(terminal.screen().some(isStatus)).toBe(false);
  });

  test('--inherit gives the command the terminal untouched', async () => {
    folder.write(
      'asks.sh',
      'test -t 0 && test -t 1 && test -t 2 && printf "name? " && read name && echo "hello $name"',
    );
    folder.schedule([['sh', 'asks.sh']]);
    terminal.run('cooperate run exp.json --inherit');
    await terminal.shows('name?');
    terminal.type('world', 'Enter');
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(screen.slice(-4)).toEqual([
      'name? world',
      'hello world',
      expect.stringMatching(/^cooperate: 1 succeeded/),
      'All experiments completed.',
    ]);
    expect(folder.names('exp.json.cooperate/1/logs')).toEqual([]);
  });

  test('a command that draws with --inherit is not drawn over', async () => {
    folder.schedule([sh(`printf "\\033[2J\\033[Hdrawn"; ${gate('go')}`)]);
    terminal.run('cooperate run exp.json --inherit');
    const screen = await terminal.until((lines) => lines[0] === 'drawn');
    expect(screen).toEqual(['drawn']);
    folder.write('go', '');
    expect((await terminal.over()).code).toBe(0);
  });

  test('what stands in a command cannot command the terminal', async () => {
    folder.write('waits.sh', `echo ok; ${gate('go')}`);
    folder.schedule([
      ['echo', 'first'],
      ['sh', 'waits.sh', '\x1b[2J\x1b]0;title\x07'],
    ]);
    terminal.run('cooperate run exp.json');
    const screen = await terminal.until((lines) => isStatus(lines.at(-1)) && lines.includes('ok'));
    expect(screen.slice(0, 4)).toEqual([
      'Running: echo first',
      'first',
      "Running: sh waits.sh '\\x1b[2J\\x1b]0;title\\x07'",
      'ok',
    ]);
    folder.write('go', '');
    await terminal.over();
  });
});
