import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { Folder, type Program, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const gate = (name: string): string => until(`$COOPERATE_TEST_FOLDER/${name}`);

/** One succeeded, one failed, one runs until `go` is there, and the others wait. */
async function started(): Promise<Program> {
  folder.schedule([
    sh('echo first', 'one'),
    sh('printf "\\033[31mred\\033[0m\\nValueError: bad\\n" >&2; exit 3', 'two'),
    sh(`seq 40; ${gate('go')}; echo last`, 'three'),
    ...Array.from({ length: 30 }, (_, i) => sh(gate('go'), `later${i}`)),
  ]);
  const worker = folder.start(['run', 'exp.json', '--keep-going']);
  await worker.prints('40');
  return worker;
}

async function finished(worker: Program): Promise<void> {
  folder.write('go', '');
  await worker.ended;
}

const values = (program: Program): { totals: Record<string, number> }[] =>
  program.stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { totals: Record<string, number> });

describe('without a screen', () => {
  test('it tells what has changed whenever something has, until it is stopped', async () => {
    const worker = await started();
    const watch = folder.start(['status', '--watch', 'exp.json']);
    await watch.prints(/^\d\d:\d\d:\d\d exp\.json: 33 entries: 1 succeeded, 1 failed, 1 running, /);
    await finished(worker);
    await watch.prints(/exp\.json: 33 entries: 32 succeeded, 1 failed\./);
    watch.signal('SIGTERM');
    expect((await watch.ended).code).toBe(143);
    // eslint-disable-next-line no-control-regex -- it is about them
    expect(watch.stdout).not.toMatch(/\x1b/);
  });

  test('--json prints one value a line, each like that of status --json', async () => {
    const worker = await started();
    const watch = folder.start(['status', '--watch', 'exp.json', '--json']);
    await watch.prints('\n');
    await finished(worker);
    await vi.waitFor(() => expect(values(watch).at(-1)?.totals).toMatchObject({ succeeded: 32 }), {
      timeout: 15_000,
    });
    watch.signal('SIGINT');
    expect((await watch.ended).code).toBe(130);
    const schema: object = JSON.parse(
      readFileSync(new URL('../../schema/status.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(schema);
    for (const value of values(watch)) {
      expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
      expect(Object.values(value.totals).reduce((sum, count) => sum + count, 0)).toBe(33);
    }
  });

  test('--json takes filters, and entries stand in the same line', async () => {
    folder.schedule([['true'], ['false']]);
    const watch = folder.start(['status', '--watch', 'exp.json', '--json', '--entries', '1']);
    await watch.prints('\n');
    expect(values(watch)).toMatchObject([{ list: [{ entry: 1, command: ['false'] }] }]);
    watch.signal('SIGTERM');
    await watch.ended;
  });

  test('a schedule that is not there ends it as any command', async () => {
    const { code, stderr } = await folder.cooperate('status', '--watch', 'nope.json');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no schedule nope.json');
  });

  test('a schedule that is gone for a while is said to be, and watched again when it is back', async () => {
    folder.schedule([['true']]);
    const watch = folder.start(['status', '--watch', 'exp.json']);
    await watch.prints('1 pending');
    const content = folder.read('exp.json');
    folder.write('exp.json', '[[');
    await watch.says('Looking again');
    folder.write('exp.json', content.replace('[["true"]', '[["true"],["false"]'));
    await watch.prints('2 pending');
    watch.signal('SIGTERM');
    await watch.ended;
  });

  test('it ends when nobody reads any more', async () => {
    const worker = await started();
    const watch = folder.start(['status', '--watch', 'exp.json']);
    await watch.prints('\n');
    watch.child.stdout?.destroy();
    await finished(worker);
    expect((await watch.ended).code).toBe(0);
  });
});

describe.skipIf(!hasTmux)('on a terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  /** With something on the screen, and the terminal's settings known. */
  async function watched(more = '', env = ''): Promise<void> {
    terminal.run('echo before; stty -a > modes');
    await terminal.until((screen) => screen.includes('before') && screen.at(-1) === '$');
    terminal.type(`${env} cooperate status --watch exp.json ${more}`, 'Enter');
    await terminal.shows(/\d+% ended/);
  }

  /** The screen before is back, the cursor is seen, and the terminal is as it was. */
  async function expectClean(code: number): Promise<void> {
    await terminal.until((screen) => screen[0] === 'before' && screen.at(-1) === '$');
    expect(terminal.mode()).toEqual({ hasCursor: true, isOther: false });
    terminal.type('echo "exit code $?"; stty -a | diff modes - && echo same modes', 'Enter');
    const screen = await terminal.until((lines) => lines.includes('same modes'));
    expect(screen).toContain(`exit code ${code}`);
    expect(screen.join('\n')).not.toMatch(/ended|\? help/);
  }

  test('it shows how it stands, follows what happens, and leaves the screen as it was', async () => {
    const worker = await started();
    await watched();
    expect(terminal.mode()).toEqual({ hasCursor: false, isOther: true });
    const screen = await terminal.shows(/3 running 1/);
    expect(screen[0]).toMatch(/^exp\.json {2}33 entries, 6% ended/);
    expect(screen.join('\n')).toMatch(/> +0 succeeded +1 \S+ +0s sh -c 'echo first' one/);
    expect(screen.join('\n')).toMatch(/ +1 failed +1 .*'printf "\\033/);
    await finished(worker);
    await terminal.shows(/33 entries, 100% ended/);
    terminal.type('q');
    await expectClean(0);
  });

  test('keys choose what is listed, open a log and follow it', async () => {
    const worker = await started();
    await watched();
    terminal.type('3');
    await terminal.until((screen) => screen.filter((line) => /^[> ] +\d+ [a-z]+ /.test(line)).length === 1);
    terminal.type('', 'Enter');
    const log = await terminal.until((screen) => screen.includes('40'));
    expect(log[1]).toMatch(/^entry 2 {2}running/);
    terminal.type('g');
    await terminal.until((screen) => screen.includes('1') && !screen.includes('40'));
    terminal.type('G');
    await finished(worker);
    await terminal.until((screen) => screen.includes('last'));
    terminal.type('', 'Escape');
    terminal.type('', 'Escape');
    terminal.type('/later7', 'Enter');
    await terminal.shows('/later7  1 of 33');
    terminal.type('f');
    await terminal.shows(/> +1 failed with exit code 3: ValueError: bad/);
    terminal.type('', 'Enter');
    await terminal.shows(/> +1 failed/);
    terminal.type('', 'Enter');
    await terminal.until((screen) => screen.includes('red') && screen.includes('ValueError: bad'));
    terminal.type('', 'C-c');
    await expectClean(130);
  });

  test('r puts a failed entry back after a question', async () => {
    folder.schedule([['true'], ['false']]);
    await folder.cooperate('run', 'exp.json', '--keep-going');
    await watched('--state failed');
    await terminal.shows(/> +1 failed/);
    terminal.type('r');
    await terminal.shows('Put entry 1 back, to be run again? y/n');
    terminal.type('n');
    await terminal.shows('Nothing was changed.');
    expect(folder.marks()).toBe('xx');
    terminal.type('ry');
    await terminal.shows('Put back entry 1: pending again.');
    expect(folder.marks()).toBe('x.');
    await terminal.shows('1 pending 1');
    terminal.type('q');
    await expectClean(0);
  });

  test('it fits itself to the terminal, however it is resized', async () => {
    folder.schedule(Array.from({ length: 99 }, (_, i) => ['echo', '漢字'.repeat(60), String(i)]));
    await watched();
    terminal.type('G');
    for (const [columns, rows] of [
      [40, 10],
      [250, 60],
      [60, 17],
      [100, 20],
    ] as const) {
      terminal.resize(columns, rows);
      const screen = await terminal.until(
        (lines) =>
          lines.length === rows && /help/.test(lines.at(-1) ?? '') && /^> +98 /m.test(lines.join('\n')),
      );
      expect(screen.filter((line) => line.startsWith('>'))).toHaveLength(1);
    }
    terminal.type('q');
    await terminal.until((screen) => screen[0] === 'before');
  });

  test('Ctrl-Z gives the terminal to the shell, and fg brings the view back', async () => {
    folder.schedule([['true'], ['false']]);
    await watched();
    terminal.type('', 'C-z');
    const stopped = await terminal.until((screen) => screen[0] === 'before' && screen.at(-1) === '$');
    expect(stopped.join('\n')).toContain('Stopped');
    expect(terminal.mode()).toEqual({ hasCursor: true, isOther: false });
    terminal.type('echo typed', 'Enter');
    await terminal.until((screen) => screen.includes('typed'));
    terminal.type('fg', 'Enter');
    await terminal.until((screen) => /2 entries/.test(screen[0] ?? '') && /help/.test(screen.at(-1) ?? ''));
    expect(terminal.mode()).toEqual({ hasCursor: false, isOther: true });
    terminal.type('j');
    await terminal.shows(/^> +1 pending/m);
    terminal.type('q');
    await expectClean(0);
  });

  test.each([
    ['TERM', 143],
    ['HUP', 129],
    ['INT', 130],
  ])('SIG%s leaves the screen as it was', async (signal, code) => {
    folder.schedule([['true']]);
    await watched();
    const [pid] = folder
      .processes()
      .filter((each) => readFileSync(`/proc/${each}/cmdline`, 'latin1').includes('--watch'));
    process.kill(Number(pid), `SIG${signal}` as NodeJS.Signals);
    await expectClean(code);
  });

  test('NO_COLOR leaves the colours out, and what is selected is seen all the same', async () => {
    const worker = await started();
    await watched('', 'NO_COLOR=1');
    await terminal.shows(/3 running 1/);
    // eslint-disable-next-line no-control-regex -- it is about them
    expect(terminal.colours()).not.toMatch(/\x1b\[(?:\d+;)*(?:3[0-7]|9\d|38)[;m]/);
    expect(terminal.screen().some((line) => line.startsWith('>'))).toBe(true);
    terminal.type('q');
    await terminal.until((screen) => screen[0] === 'before');
    await finished(worker);
  });

  test('a dumb terminal gets lines', async () => {
    folder.schedule([['true']]);
    terminal.run('TERM=dumb cooperate status --watch exp.json');
    await terminal.shows(/^\d\d:\d\d:\d\d exp\.json: 1 entry: 1 pending\.$/m);
    expect(terminal.mode().isOther).toBe(false);
    terminal.type('', 'C-c');
    await terminal.until((screen) => screen.at(-1)?.endsWith('$') === true);
    terminal.type('echo "exit code $?"', 'Enter');
    await terminal.shows(/^exit code 130$/m);
  });

  test('options for which it has keys are refused', async () => {
    folder.schedule([['true']]);
    terminal.run('cooperate status --watch exp.json --host a');
    const { code, screen } = await terminal.over();
    expect(code).toBe(2);
    expect(screen.join(' ')).toContain('keys');
  });
});
