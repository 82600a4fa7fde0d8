import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectReadable, Folder, leavesItsName, sh, until, type Program } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const requeue = (...args: string[]) => folder.cooperate('requeue', 'exp.json', ...args);

interface Value {
  readonly dryRun: boolean;
  readonly entries: readonly {
    entry: number;
    state: string;
    attempts: number;
    command: string[];
    mayStillRunOn?: string;
  }[];
  readonly changed: readonly number[];
  readonly pending: readonly number[];
}

async function valueOf(...args: string[]): Promise<Value> {
  const { code, stdout, stderr } = await requeue(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return valueBy('requeue', stdout) as Value;
}

/** Fails at its first run and succeeds at the second. */
const failsOnce = (name: string): string[] =>
  leavesItsName(name, `[ "$(grep -c "^$0$" "$COOPERATE_TEST_FOLDER/ran")" -gt 1 ]`);
const waits = (name: string): string[] => leavesItsName(name, until('$COOPERATE_TEST_FOLDER/go'));

/** A worker that is at it: `a` runs. */
async function atWork(...entries: string[][]): Promise<Program> {
  folder.schedule([waits('a'), ...entries]);
  const program = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 1);
  return program;
}

/** Killed with what it runs. */
async function killed(program: Program): Promise<void> {
  program.signal('SIGKILL');
  await program.ended;
  folder.write('go', '');
  await vi.waitFor(() => expect(folder.processes()).toEqual([]), { timeout: 5000 });
}

/** What processes recorded that run nothing. */
function journaledByDesks(): { t: string }[] {
  const journals = 'exp.json.cooperate/1/journals';
  const names = folder.names(journals).filter((name) => name.includes('-desk'));
  const lines = names.flatMap((name) => folder.read(`${journals}/${name}`).trim().split('\n'));
  return lines.map((line) => JSON.parse(line) as { t: string });
}

const times = (name: string): number => folder.lines('ran').filter((line) => line === name).length;

describe('what failed', () => {
  beforeEach(async () => {
    folder.schedule([failsOnce('a'), leavesItsName('b'), failsOnce('c'), ['executed', 'true']]);
    expect((await folder.cooperate('run', 'exp.json', '-k')).code).toBe(1);
  });

  test('is put back with --failed, runs again, and nothing else does', async () => {
    const { code, stdout, stderr } = await requeue('--failed', '--yes');
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(
      'cooperate: put back entries 0,2: pending again.\ncooperate: nobody is working on exp.json. To go on: cooperate run exp.json\n',
    );
    expect(folder.marks()).toBe('.x.x');
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['a', 'b', 'c', 'a', 'c']);
    const again = await requeue('--failed', '--yes');
    expect([again.code, again.stderr]).toEqual([0, 'cooperate: nothing to put back: no entry is failed.\n']);
    expect(folder.marks()).toBe('xxxx');
  });

  test('is shown with --dry-run and stays what it is', async () => {
    const { code, stdout, stderr } = await requeue('--failed', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ENTRY +STATE .*COMMAND\n +0 +failed .*\n +2 +failed .*\n$/);
    expect(stderr).toBe('cooperate: this would put back 2 failed; nothing was changed.\n');
    expect((await valueOf('--failed', '--dry-run')).dryRun).toBe(true);
    expect(folder.marks()).toBe('xxxx');
  });

  test('is not put back where there is nobody to ask, and the flags are named', async () => {
    const { code, stderr } = await requeue('--failed');
    expect([code, folder.marks()]).toEqual([2, 'xxxx']);
    expectReadable(stderr);
    expect(stderr).toContain('--yes');
  });

  test('is put back with what was selected besides, also what succeeded or was marked by hand', async () => {
    const { entries, changed, pending } = await valueOf('1', 'last', '--failed', '-y');
    expect(entries.map(({ entry, state, attempts }) => [entry, state, attempts])).toEqual([
      [0, 'failed', 1],
      [1, 'succeeded', 1],
      [2, 'failed', 1],
      [3, 'marked', 0],
    ]);
    expect([changed, pending, folder.marks()]).toEqual([[], [], '....']);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.lines('ran').toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    expect((await valueOf('all', '-y')).entries).toHaveLength(4);
    expect((await valueOf('all', '-y')).pending).toEqual([0, 1, 2, 3]);
  });

  test('is told by who has put it back, in the journal of that process', async () => {
    await requeue('0', '--yes');
    expect(journaledByDesks()).toContainEqual(
      expect.objectContaining({ t: 'requeue', why: 'asked for', by: expect.stringMatching(/.@./) as string }),
    );
    expect(folder.names('exp.json.cooperate/1/heartbeats')).toEqual([]);
  });
});

describe('equal entries', () => {
  test('are put back as many as are asked for', async () => {
    const fails = sh('exit 1');
    folder.schedule([fails, fails, fails]);
    await folder.cooperate('run', 'exp.json', '-k');
    expect((await valueOf('0,2', '-y')).entries).toHaveLength(2);
    expect(folder.marks()).toBe('.x.');
    await folder.cooperate('run', 'exp.json', '-k');
    const { entries } = await valueOf('--failed', '-y');
    expect(entries.map(({ attempts }) => attempts).toSorted()).toEqual([1, 2, 2]);
  });
});

describe('while a worker is at work', () => {
  test('what failed is run again by it', async () => {
    folder.schedule([failsOnce('a'), waits('b'), leavesItsName('c')]);
    const worker = folder.start(['run', 'exp.json', '-k']);
    await folder.hasLines('ran', 2);
    const { stderr } = await requeue('--failed', '-y');
    expect(stderr).toBe('cooperate: put back entry 0: pending again.\n');
    folder.write('go', '');
    expect((await worker.ended).code).toBe(1);
    expect(folder.lines('ran').toSorted()).toEqual(['a', 'a', 'b', 'c']);
    expect(folder.marks()).toBe('xxx');
  });

  test('what runs is not put back without --force, and nothing beside it either', async () => {
    const worker = await atWork(leavesItsName('b'));
    const { code, stderr } = await requeue('0', '1', '--yes');
    expect([code, folder.marks().charAt(0)]).toEqual([2, 'x']);
    expectReadable(stderr);
    expect(stderr).toMatch(/entry 0 is running on .*twice.*\n.*--force/);
    const value = await requeue('0', '--yes', '--json');
    expect(valueBy('error', value.stdout)).toMatchObject({ error: { reason: 'usage' } });
    folder.write('go', '');
    expect((await worker.ended).code).toBe(0);
  });

  test('what runs is put back with --force: it runs twice at once, and its old worker counts it not', async () => {
    const worker = await atWork();
    const { code, stderr } = await requeue('0', '--force', '--yes');
    expect(code).toBe(0);
    expect(stderr).toMatch(/Worker \S+ on \S+ may still run entry 0: then it runs twice at once/);
    expect(folder.marks()).toBe('.');
    const second = folder.start(['run', 'exp.json']);
    await folder.hasLines('ran', 2);
    folder.write('go', '');
    expect((await second.ended).code).toBe(0);
    const first = await worker.ended;
    expect(first.code).toBe(0);
    expect(first.stderr).toContain(
      'entry 0 was put back by somebody while it ran here: what it did is kept as attempt 1 and counts as no more.',
    );
    expect([folder.marks(), times('a')]).toEqual(['x', 2]);
  });
});

describe('what was lost', () => {
  test('is put back with --lost, and --failed leaves it', async () => {
    await killed(await atWork(leavesItsName('b')));
    expect((await requeue('--failed', '-y')).stderr).toContain('nothing to put back: no entry is failed.');
    const { entries } = await valueOf('--lost', '-y');
    expect(entries.map(({ entry, state }) => [entry, state])).toEqual([[0, 'lost']]);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect([times('a'), times('b'), folder.marks()]).toEqual([2, 1, 'xx']);
  });

  test('is put back by a worker itself with --requeue-lost dead', async () => {
    await killed(await atWork(leavesItsName('b')));
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--requeue-lost', 'dead');
    expect(code).toBe(0);
    expect(stderr).toMatch(/entry 0 is put back: attempt 1 was lost with worker \S+\.\n/);
    expect([times('a'), times('b')]).toEqual([2, 1]);
  });

  test('stays lost without, and with a policy that there is not nothing is run', async () => {
    await killed(await atWork());
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(1);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--requeue-lost', 'always');
    expect(code).toBe(2);
    expect(stderr).toContain('never, dead, suspect');
    expect(times('a')).toBe(1);
  });
});

describe('a worker that was stopped for long', () => {
  test('neither starts again nor counts what was given away meanwhile, and says so', async () => {
    const worker = await atWork();
    worker.signal('SIGSTOP');
    expect((await requeue('0', '--force', '--yes')).code).toBe(0);
    const second = folder.start(['run', 'exp.json']);
    await folder.hasLines('ran', 2);
    folder.write('go', '');
    expect((await second.ended).code).toBe(0);
    expect(folder.marks()).toBe('x');
    worker.signal('SIGCONT');
    const { code, stderr } = await worker.ended;
    expect(code).toBe(0);
    expect(stderr).toContain('entry 0 was put back by somebody while it ran here');
    expect([folder.marks(), times('a')]).toEqual(['x', 2]);
  });
});

describe('what cannot be meant', () => {
  test.each([
    [[], 'put back what?'],
    [['--suspect'], '--force'],
    [['7'], 'has no entry 7'],
    [['x'], 'Write it like'],
    [['--failed', 'nope.json'], 'Write it like'],
  ])('%j is refused in three lines', async (args, said) => {
    folder.schedule([['true']]);
    const { code, stderr, stdout } = await requeue(...args);
    expect([code, stdout]).toEqual([2, '']);
    expectReadable(stderr);
    expect(stderr).toContain(said);
    expect(folder.names()).toEqual(['exp.json']);
  });

  test('a schedule that is not there, and one that is none', async () => {
    expect((await requeue('--failed')).stderr).toContain('there is no schedule exp.json');
    folder.write('exp.json', '{');
    const { code, stderr } = await requeue('all', '-y', '--force');
    expect(code).toBe(2);
    expect(stderr).toContain('exp.json:1:');
    expect(folder.names()).toEqual(['exp.json']);
  });
});

test('two hundred failed entries are one rewrite', async () => {
  const count = 200;
  folder.schedule(Array.from({ length: count }, (_, i) => ['false', String(i)]));
  expect((await folder.cooperate('run', 'exp.json', '-k', '-j', '4')).code).toBe(1);
  writeFileSync(folder.in('exp.json'), `${folder.read('exp.json')}\n`);
  expect((await valueOf('--failed', '-y')).entries).toHaveLength(count);
  expect(folder.marks()).toBe('.'.repeat(count));
  // One for the edit, one for all entries.
  expect(journaledByDesks().filter(({ t }) => t === 'revision')).toHaveLength(2);
});

describe.skipIf(!hasTmux)('in a terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    folder.schedule([failsOnce('a'), leavesItsName('b'), failsOnce('c')]);
    await folder.cooperate('run', 'exp.json', '-k');
    terminal = await CliTerminal.in(folder);
  });
  afterEach(() => terminal.close());

  test('the entries are shown, and Enter puts them back', async () => {
    terminal.run('cooperate requeue exp.json --failed');
    const shown = await terminal.shows('Put back these 2 entries (2 failed)?');
    expect(shown.join('\n')).toMatch(/0 +failed[^]*2 +failed/);
    expect(folder.marks()).toBe('xxx');
    terminal.type('', 'Enter');
    const { code, screen } = await terminal.over();
    expect([code, folder.marks()]).toEqual([0, '.x.']);
    expect(screen.join('\n')).toContain('cooperate: put back entries 0,2: pending again.');
  });

  test('no leaves them, and so does Ctrl-C', async () => {
    terminal.run('cooperate requeue exp.json 0');
    await terminal.shows('Put back entry 0?');
    terminal.type('n', 'Enter');
    const { code, screen } = await terminal.over();
    expect([code, folder.marks()]).toEqual([0, 'xxx']);
    expect(screen.join('\n')).toContain('nothing was put back.');
    terminal.run('cooperate requeue exp.json 0');
    await terminal.shows('Put back entry 0?');
    terminal.type('', 'C-c');
    expect([(await terminal.over()).code, folder.marks()]).toEqual([130, 'xxx']);
  });
});
