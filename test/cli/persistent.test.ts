import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectReadable, Folder, leavesItsName, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** Fails until it has been told to resume; writes down with what it was called. */
const RESUMABLE = sh('echo "$COOPERATE_ATTEMPT: $*" >> calls; [ "$1" = --resume ]', 'training');

describe('--persistent reruns a failing command until it succeeds', () => {
  test('with the flags of --postfix appended, attempts counted and the entry marked once', async () => {
    folder.schedule([RESUMABLE, leavesItsName('next')]);
    const { code, stderr } = await folder.cooperate(
      '--persistent',
      '--postfix',
      '--resume now',
      '--run',
      'exp.json',
    );
    expect(code).toBe(0);
    expect(folder.lines('calls')).toEqual(['1: ', '2: --resume now']);
    expect(stderr).toMatch(/^Running: sh -c .* training --resume now \(attempt 2\)$/m);
    expect(stderr).toMatch(/All experiments completed\.\n$/);
    expect(folder.read('exp.json').match(/executed/g)).toHaveLength(2);
    expect(folder.lines('ran')).toEqual(['next']);
    expect(folder.names().filter((name) => /^cooperate_/.test(name))).toEqual([]);
    expect(folder.read('cooperate.persistent.postfix').trim()).toBe('--resume now');
  });

  test('with what an earlier run stored in cooperate.persistent.postfix', async () => {
    folder.write('cooperate.persistent.postfix', '--resume');
    folder.schedule([RESUMABLE]);
    const { code } = await folder.cooperate('run', 'exp.json', '--persistent');
    expect([code, folder.lines('calls')]).toEqual([0, ['1: ', '2: --resume']]);
  });

  test('with nothing appended when that is what was given', async () => {
    folder.schedule([sh('echo "$#" >> calls; [ "$COOPERATE_ATTEMPT" = 2 ]')]);
    const { code } = await folder.cooperate('run', 'exp.json', '--persistent', '--postfix', '');
    expect([code, folder.lines('calls')]).toEqual([0, ['0', '0']]);
  });

  test('one after the other while a command keeps failing, and a signal in between puts it back', async () => {
    folder.schedule([leavesItsName('a', 'false'), leavesItsName('b')]);
    const program = folder.start(['run', 'exp.json', '--persistent', '--postfix', '-r']);
    await folder.hasLines('ran', 2);
    program.signal('SIGTERM');
    const { code, stderr } = await program.ended;
    expect(code).toBe(143);
    expect(stderr).toContain('put back entry 0: pending again.');
    expect(folder.marks()).toBe('..');
  });

  test('and a signal during a rerun puts it back too', async () => {
    folder.schedule([sh(`echo >> calls; [ "$1" != -r ] && exit 1; ${until('never')}`)]);
    const program = folder.start(['run', 'exp.json', '--persistent', '--postfix', '-r']);
    await folder.hasLines('calls', 2);
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(143);
    expect(folder.marks()).toBe('.');
  });
});

test('without a terminal, a flag or a stored postfix it says which flag to give, and touches nothing', async () => {
  folder.schedule([RESUMABLE]);
  const { code, stderr } = await folder.cooperate('run', 'exp.json', '--persistent');
  expect(code).toBe(2);
  expect(stderr).toContain("Give --postfix, for example --postfix '--resume'.");
  expectReadable(stderr);
  expect(folder.names()).toEqual(['exp.json']);
  expect(folder.marks()).toBe('.');
});

describe.skipIf(!hasTmux)('in a terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  test('it is asked for once, and stored', async () => {
    folder.schedule([RESUMABLE]);
    terminal.run('cooperate --persistent --run exp.json');
    await terminal.shows('What to append to a command that failed (for example --resume)?');
    // The blank keeps tmux from taking it for a flag of its own.
    terminal.type(' --resume', 'Enter');
    expect((await terminal.over()).code).toBe(0);
    expect(folder.lines('calls')).toEqual(['1: ', '2: --resume']);
    folder.schedule([
      ['executed', 'true'],
      [...RESUMABLE.slice(0, 3), 'again'],
    ]);
    terminal.run('cooperate --persistent --run exp.json');
    expect((await terminal.over()).code).toBe(0);
    expect(folder.lines('calls').slice(2)).toEqual(['1: ', '2: --resume']);
  });

  test('Ctrl-C at the question leaves everything as it was', async () => {
    folder.schedule([RESUMABLE]);
    terminal.run('cooperate --persistent --run exp.json');
    await terminal.shows('What to append');
    terminal.type('', 'C-c');
    expect((await terminal.over()).code).toBe(130);
    expect(folder.names()).toEqual(['exp.json', 'node_modules']);
    expect(folder.marks()).toBe('.');
  });
});
