import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectReadable, Folder, leavesItsName, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

describe('one entry is run', () => {
  test('by its index, and marked; the others are not', async () => {
    folder.schedule(['a', 'b', 'c'].map((name) => leavesItsName(name)));
    const { code } = await folder.cooperate('one', 'exp.json', '--entry', '1');
    expect([code, folder.marks(), folder.lines('ran')]).toEqual([0, '.x.', ['b']]);
  });

  test('again when it was executed before, as often as wanted', async () => {
    folder.schedule([leavesItsName('a'), ['executed', ...leavesItsName('b', 'echo "$COOPERATE_ATTEMPT"')]]);
    const first = await folder.cooperate('--one', 'exp.json', '--entry=1');
    const second = await folder.cooperate('--entry', '1', '--one=exp.json');
    expect([first.code, second.code, folder.marks()]).toEqual([0, 0, '.x']);
    expect(folder.lines('ran')).toEqual(['b', 'b']);
    expect([first.stdout, second.stdout]).toEqual(['1\n', '2\n']);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['b', 'b', 'a']);
  });

  test('also of equal ones', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('a'), leavesItsName('a')]);
    await folder.cooperate('one', 'exp.json', '--entry', '2');
    expect(folder.marks()).toBe('..x');
    await folder.cooperate('run', 'exp.json');
    expect(folder.lines('ran')).toHaveLength(3);
  });

  test('and a failure is told as run tells it', async () => {
    folder.schedule([['true'], sh('exit 4'), ['true']]);
    const { code, stderr } = await folder.cooperate('one', 'exp.json', '--entry', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('entry 1 failed with exit code 4');
    expect(stderr).toContain('See cooperate_0');
    expect(folder.names()).toContain('cooperate_0');
    expect(folder.marks()).toBe('.x.');
  });

  test('unless it is running: then it is refused, until --force insists', async () => {
    folder.schedule([leavesItsName('a', until('go')), leavesItsName('b')]);
    const worker = folder.start(['run', 'exp.json']);
    await folder.hasLines('ran', 1);
    const refused = await folder.cooperate('one', 'exp.json', '--entry', '0');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /^cooperate: entry 0 is running on worker [\w-]+; running it now would run it twice/,
    );
    expect(refused.stderr).toContain('--force');
    expectReadable(refused.stderr);
    expect(folder.lines('ran')).toEqual(['a']);
    const forced = folder.start(['one', 'exp.json', '--entry', '0', '--force']);
    await folder.hasLines('ran', 2);
    folder.write('go', '');
    expect([(await forced.ended).code, (await worker.ended).code]).toEqual([0, 0]);
    expect(folder.lines('ran').sort()).toEqual(['a', 'a', 'b']);
    expect(folder.marks()).toBe('xx');
  });
});

describe('without a terminal', () => {
  test('the entries are listed and the flag to give is named', async () => {
    folder.schedule([
      ['echo', 'a b'],
      ['executed', 'echo', 'c'],
    ]);
    const { code, stdout, stderr } = await folder.cooperate('--one', 'exp.json');
    expect(code).toBe(2);
    expect(stdout).toBe("0: echo 'a b'\n1: echo c (previously executed)\n");
    expect(stderr).toContain('--entry 3');
    expectReadable(stderr);
    expect(folder.names()).toEqual(['exp.json']);
  });

  test.each([
    ['7', 'cooperate: exp.json has no entry 7.\nChoose one from 0 to 1.\n'],
    ['99999999999999999999', 'Choose one from 0 to 1.\n'],
    ['x', 'It must be an index as --one lists them, from 0.'],
    ['-1', 'It must be an index as --one lists them, from 0.'],
    ['', 'It must be an index as --one lists them, from 0.'],
  ])('entry %j does not exist, and nothing is touched', async (entry, words) => {
    folder.schedule([['true'], ['true']]);
    const { code, stderr } = await folder.cooperate('one', 'exp.json', `--entry=${entry}`);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expectReadable(stderr);
    expect([folder.names(), folder.marks()]).toEqual([['exp.json'], '..']);
  });

  test('a schedule without entries has none to choose', async () => {
    folder.schedule([]);
    const { code, stderr } = await folder.cooperate('one', 'exp.json');
    expect([code, stderr]).toEqual([2, 'cooperate: exp.json has no entries.\n']);
  });
});

describe.skipIf(!hasTmux)('in a terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  test('the entry is asked for, a wrong answer once more', async () => {
    folder.schedule([leavesItsName('a', 'echo did a'), ['executed', ...leavesItsName('b', 'echo did b')]]);
    terminal.run('cooperate --one exp.json');
    const asked = await terminal.shows('Which entry?');
    expect(asked.join('')).toMatch(/0: sh -c .*1: sh -c .*\(previously executed\)/);
    terminal.type('2', 'Enter');
    await terminal.shows('An index from 0 to 1, please.');
    terminal.type('', 'C-u');
    terminal.type('nine', 'Enter');
    await terminal.shows(/Which entry\? nine\n.*please/);
    terminal.type('', 'C-u');
    terminal.type('1', 'Enter');
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(screen.slice(-2)).toEqual([expect.stringContaining('did b'), 'did b']);
    expect(folder.lines('ran')).toEqual(['b']);
  });

  test('Ctrl-C at the question leaves everything as it was', async () => {
    folder.schedule([leavesItsName('a')]);
    terminal.run('cooperate --one exp.json');
    await terminal.shows('Which entry?');
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect(code).toBe(130);
    expect(screen.join('\n')).not.toMatch(/error|bug/i);
    expect(folder.names()).toEqual(['exp.json', 'node_modules']);
    expect(folder.marks()).toBe('.');
  });
});
