import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectNoTrace, Folder, leavesItsName, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** On a line of its own: the command line shows the word too. */
const READY = /^ready$/m;
const isStatus = (line: string | undefined): boolean => /^\[\d+\/\d+\]/.test(line ?? '');

/** Says which signal it got, takes a moment to save, and ends. */
const SAVES = sh(
  `for s in INT TERM HUP; do trap "echo got $s; sleep 0.3; echo saved; exit 1" $s; done; echo ready; ${until('$COOPERATE_TEST_FOLDER/never')}`,
);
const IGNORES = `trap "" INT TERM HUP; echo ready; ${until('$COOPERATE_TEST_FOLDER/go')}; echo finished`;
const CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

describe('one signal', () => {
  test.each(Object.entries(CODES))(
    '%s reaches the command; its entry is pending again, and the exit code is %i',
    async (name, expected) => {
      folder.schedule([SAVES, leavesItsName('next')]);
      const program = folder.start(['run', 'exp.json']);
      await program.prints('ready');
      expect(folder.marks()).toBe('x.');
      program.signal(name as keyof typeof CODES);
      const { code, stdout, stderr } = await program.ended;
      expect(code).toBe(expected);
      expect(stdout).toBe(`ready\ngot ${name.slice(3)}\nsaved\n`);
      expect(stderr).toContain('cooperate: stopping: ');
      expect(stderr).toContain('cooperate: put back entry 0: pending again.');
      expect(stderr).not.toContain('All experiments completed.');
      expectNoTrace(stderr);
      expect(folder.marks()).toBe('..');
      expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate']);
    },
  );

  test('lets a command that ignores it run to its end, which counts', async () => {
    folder.schedule([sh(IGNORES), leavesItsName('next')]);
    const program = folder.start(['run', 'exp.json']);
    await program.prints('ready');
    program.signal('SIGINT');
    await program.says('stopping');
    folder.write('go', '');
    const { code, stdout, stderr } = await program.ended;
    expect([code, stdout, folder.marks()]).toEqual([130, 'ready\nfinished\n', 'x.']);
    expect(stderr).not.toContain('put back');
    expect(folder.lines('ran')).toEqual([]);
    const next = await folder.cooperate('run', 'exp.json');
    expect([next.code, next.stdout]).toEqual([0, '']);
    expect(folder.lines('ran')).toEqual(['next']);
  });

  test('puts back what was claimed and never started', async () => {
    const quick = Array.from({ length: 200 }, () => ['true']);
    folder.schedule([...quick, sh(`echo ready; ${until('$COOPERATE_TEST_FOLDER/never')}`), ...quick]);
    const program = folder.start(['run', 'exp.json']);
    await program.prints('ready');
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(143);
    expect(folder.marks()).toBe(`${'x'.repeat(200)}${'.'.repeat(201)}`);
  });

  test('also ends `one`, and puts its entry back', async () => {
    folder.schedule([leavesItsName('a'), sh(`echo ready; ${until('$COOPERATE_TEST_FOLDER/never')}`)]);
    const program = folder.start(['one', 'exp.json', '--entry', '1']);
    await program.prints('ready');
    program.signal('SIGTERM');
    const { code, stderr } = await program.ended;
    expect([code, folder.marks()]).toEqual([143, '..']);
    expect(stderr).toContain('put back entry 1: pending again.');
  });

  test('while all that is left runs elsewhere changes nothing there', async () => {
    folder.schedule([sh(IGNORES)]);
    const busy = folder.start(['run', 'exp.json']);
    await busy.prints('ready');
    const other = await folder.cooperate('run', 'exp.json');
    expect(other.stderr).toContain('1 other worker is still at work.');
    folder.write('go', '');
    expect((await busy.ended).code).toBe(0);
  });
});

describe('a second signal', () => {
  test.each([
    ['the same', 'SIGINT', 'SIGINT'],
    ['another', 'SIGINT', 'SIGTERM'],
  ] as const)('%s kills the command with all it started, puts it back and leaves', async (_, first, second) => {
    folder.schedule([
      sh(`(trap "" INT TERM HUP; ${until('$COOPERATE_TEST_FOLDER/never')}) & ${IGNORES}`),
      leavesItsName('next'),
    ]);
    const program = folder.start(['run', 'exp.json']);
    await program.prints('ready');
    program.signal(first);
    await program.says('Once more kills it');
    program.signal(second);
    const { code, stderr } = await program.ended;
    expect(code).toBe(CODES[first]);
    expect(stderr).toContain('put back entry 0: pending again.');
    expectNoTrace(stderr);
    expect(folder.marks()).toBe('..');
    expect(folder.processes()).toEqual([]);
    expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate']);
  });
});

test('a worker that is killed takes no lock along: another one finishes the list and says what is lost', async () => {
  folder.schedule([
    leavesItsName('a', until('$COOPERATE_TEST_FOLDER/go')),
    leavesItsName('b'),
    leavesItsName('c'),
  ]);
  const killed = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 1);
  killed.signal('SIGKILL');
  await killed.ended;
  const { code, stderr } = await folder.cooperate('run', 'exp.json');
  folder.write('go', '');
  expect(code).toBe(1);
  expect(folder.lines('ran')).toEqual(['a', 'b', 'c']);
  expect(stderr).toMatch(/entry 0 is lost: worker [\w-]+ died while running it \(sh -c /);
  expect(stderr).toContain('To run it again: cooperate one exp.json --entry 0');
  const again = await folder.cooperate('one', 'exp.json', '--entry', '0');
  expect([again.code, folder.lines('ran')]).toEqual([0, ['a', 'b', 'c', 'a']]);
});

describe.skipIf(!hasTmux)('Ctrl-C in a real terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  test.each([['cooperate --run exp.json'], ['npx cooperate --run exp.json']])('%s', async (commandLine) => {
    folder.schedule([SAVES, leavesItsName('next')]);
    terminal.run(commandLine);
    await terminal.shows(READY);
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect(screen.join('\n')).toMatch(/got INT\n(.*\n)*saved\n/);
    expect(screen.join('\n')).toContain('put back entry 0: pending again.');
    expect(code).toBe(130);
    expect(folder.marks()).toBe('..');
  });

  test('twice kills a command that ignores it', async () => {
    folder.schedule([sh(IGNORES), leavesItsName('next')]);
    terminal.run('cooperate --run exp.json');
    await terminal.shows(READY);
    terminal.type('', 'C-c');
    await terminal.shows('Once more kills it');
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect(code).toBe(130);
    expect(screen.at(-1)).toMatch(/^(\^C)?cooperate: put back entry 0: pending again\.$/);
    expect(folder.marks()).toBe('..');
  });

  test('reaches a command that inherits the terminal once, not twice', async () => {
    folder.schedule([SAVES, leavesItsName('next')]);
    terminal.run('cooperate run exp.json --inherit');
    await terminal.shows(READY);
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect(screen.filter((line) => /got INT/.test(line))).toHaveLength(1);
    expect(screen).toContain('saved');
    expect([code, folder.marks()]).toEqual([130, '..']);
  });

  test('works as well after Ctrl-Z and fg, and neither leaves a status line behind', async () => {
    folder.schedule([SAVES]);
    terminal.run('cooperate run exp.json');
    await terminal.until((lines) => isStatus(lines.at(-1)) && READY.test(lines.join('\n')));
    terminal.type('', 'C-z');
    const stopped = await terminal.until((lines) => lines.at(-1) === '$' && /Stopped/.test(lines.join('\n')));
    expect(stopped.some(isStatus)).toBe(false);
    terminal.type('fg', 'Enter');
    await terminal.until((lines) => isStatus(lines.at(-1)));
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect([code, folder.marks()]).toEqual([130, '.']);
    expect(screen.some(isStatus)).toBe(false);
  });

  test('and a terminal that is closed: the command gets SIGHUP, and its entry is pending again', async () => {
    folder.schedule([
      sh(`trap "echo hung up > ended; exit 1" HUP; echo ready; ${until('$COOPERATE_TEST_FOLDER/never')}`),
    ]);
    terminal.run('cooperate run exp.json');
    await terminal.shows(READY);
    terminal.close();
    await folder.hasLines('ended', 1);
    await vi.waitFor(() => expect(folder.processes()).toEqual([]), { timeout: 5000 });
    expect(folder.marks()).toBe('.');
  });
});
