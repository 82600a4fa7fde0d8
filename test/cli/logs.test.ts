import { readFileSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectNoTrace, expectReadable, Folder, sh, until, type Ended } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const LOGS = 'exp.json.cooperate/1/logs';
const gate = (name: string): string => until(`$COOPERATE_TEST_FOLDER/${name}`);
const logs = (...args: string[]): Promise<Ended> => folder.cooperate('logs', 'exp.json', ...args);

const schema = JSON.parse(readFileSync(new URL('../../schema/logs.json', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

interface LogsValue {
  readonly logs: readonly { readonly output: string | null; readonly [key: string]: unknown }[];
}

function valueOf(stdout: string): LogsValue {
  const value = JSON.parse(stdout) as LogsValue;
  validate(value);
  expect(validate.errors).toBeNull();
  return value;
}

test('logs shows what an entry has printed so far, and goes on with --follow until it has ended', async () => {
  folder.schedule([sh(`echo one; ${gate('a')}; echo two >&2; ${gate('b')}; printf three`), ['echo', 'next']]);
  const worker = folder.start(['run', 'exp.json']);
  await worker.prints('one\n');
  expect(await logs('0')).toEqual({ code: 0, stdout: 'one\n', stderr: '' });
  const follower = folder.start(['logs', 'exp.json', '0', '--follow']);
  await follower.prints('one\n');
  folder.write('a', '');
  await follower.prints('one\ntwo\n');
  folder.write('b', '');
  const { code, stdout, stderr } = await follower.ended;
  expect([code, stdout]).toEqual([0, 'one\ntwo\nthree']);
  expect(stderr).toMatch(/^cooperate: entry 0 \(attempt 1\) succeeded after \d+\.\ds\.\n$/);
  await worker.ended;
  expect((await logs('1')).stdout).toBe('next\n');
});

test('logs of several slots, retries and several entries each say whose they are', async () => {
  folder.schedule([
    sh('echo a $COOPERATE_ATTEMPT; exit 1'),
    sh('echo b; echo b2'),
    sh(`printf c; ${gate('go')}`),
  ]);
  const worker = folder.start(['run', 'exp.json', '-j', '3', '--keep-going', '--retries', '1']);
  await worker.says('entry 0 failed with exit code 1');
  const { stdout } = await logs('0,2,1', '--all-attempts');
  const host = String.raw`on \S+`;
  const expected = [
    String.raw`==> entry 0, attempt 1, ${host} \(failed\) <==\na 1\n\n`,
    String.raw`==> entry 0, attempt 2, ${host} \(failed\) <==\na 2\n\n`,
    String.raw`==> entry 1, attempt 1, ${host} \(succeeded\) <==\nb\nb2\n\n`,
    String.raw`==> entry 2, attempt 1, ${host} \(running\) <==\nc`,
  ];
  expect(stdout).toMatch(new RegExp(`^${expected.join('')}$`));
  expect((await logs('0', '--attempt', '1')).stdout).toBe('a 1\n');
  expect((await logs('1', '-n', '1')).stdout).toBe('b2\n');
  folder.write('go', '');
  await worker.ended;
});

test('logs --follow waits for what is pending, and Ctrl-C leaves with 130', async () => {
  folder.schedule([sh(`echo here; ${gate('go')}`)]);
  const follower = folder.start(['logs', 'exp.json', '0', '-f']);
  await follower.says(/^cooperate: entry 0 has not started; .* cooperate run exp\.json starts one\.\n$/);
  const worker = folder.start(['run', 'exp.json']);
  await follower.prints('here\n');
  follower.signal('SIGINT');
  const { code, stderr } = await follower.ended;
  expect(code).toBe(130);
  expectNoTrace(stderr);
  folder.write('go', '');
  expect((await worker.ended).code).toBe(0);
});

test('logs --follow ends when the worker is killed', async () => {
  folder.schedule([sh(`echo here; ${gate('go')}`)]);
  const worker = folder.start(['run', 'exp.json']);
  await worker.prints('here\n');
  const follower = folder.start(['logs', 'exp.json', '0', '-f']);
  await follower.prints('here\n');
  worker.signal('SIGKILL');
  await worker.ended;
  folder.write('go', '');
  const { code, stderr } = await follower.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/entry 0 \(attempt 1\) is lost: worker \S+ died while it ran\.\n$/);
  expect((await logs('0')).stdout).toBe('here\n');
});

describe('without a log', () => {
  const says = async (entries: string, words: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await logs(entries);
    expect([code, stdout]).toEqual([2, '']);
    expectReadable(stderr);
    expect(stderr).toMatch(words);
  };

  test('it is said why, and what to do', async () => {
    folder.schedule([['executed', 'by-hand'], ['true'], ['echo', 'c']]);
    await says(
      '0',
      /^cooperate: no log of entry 0: marked, .*\nTo run it: cooperate one exp\.json --entry 0\n$/,
    );
    await says('1', /^cooperate: no log of entry 1: pending.*\n.*cooperate logs exp\.json 1 --follow\n$/);
    await says('1,2', /^cooperate: no log of entries 1 and 2: pending/);
    await folder.cooperate('run', 'exp.json', '--limit', '1', '--inherit');
    await says('1', /kept none \(--inherit/);
    await folder.cooperate('run', 'exp.json');
    const { code, stdout, stderr } = await logs('all');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^==> entry 2, .*<==\nc\n$/);
    expect(stderr).toMatch(/no log of entry 0: marked.*\n.*no log of entry 1: attempt 1 kept none/);
    rmSync(folder.in(LOGS), { recursive: true });
    await says('2', /\.log was deleted\.\n/);
    rmSync(folder.in('exp.json.cooperate'), { recursive: true });
    await says('2', /the history was deleted/);
  });

  test.each([
    ['9', /exp\.json has no entry 9\.\nChoose one from 0 to 0\./],
    ['one', /"one" selects nothing/],
    ['', /selects nothing/],
  ])('for what is no entry: %j', async (entries, words) => {
    folder.schedule([['true']]);
    await says(entries, words);
  });

  test('a command that printed nothing, or could not be started, is no mistake', async () => {
    folder.schedule([['true'], ['no-such-command-anywhere']]);
    await folder.cooperate('run', 'exp.json', '--keep-going');
    const silent = await logs('0');
    expect([silent.code, silent.stdout]).toEqual([0, '']);
    expect(silent.stderr).toMatch(
      /^cooperate: entry 0 \(attempt 1\) printed nothing and succeeded after .*\n$/,
    );
    expect((await logs('1')).stderr).toMatch(/entry 1 \(attempt 1\) could not be started, no such command/);
  });

  test('a log that was cut says how much is missing', async () => {
    folder.schedule([['echo', 'something']]);
    await folder.cooperate('run', 'exp.json');
    const [log = ''] = folder.names(LOGS);
    truncateSync(folder.in(`${LOGS}/${log}`), 4);
    const { code, stdout, stderr } = await logs('0');
    expect([code, stdout]).toEqual([0, 'some']);
    expect(stderr).toMatch(/printed 6 bytes more/);
  });
});

test('logs gives the bytes as they were printed, also through a link to the schedule', async () => {
  const bytes = '\x1b[31mred\x1b]0;title\x07\r50%\r100%\xff\n';
  folder.write('bytes', Buffer.from(bytes, 'latin1'));
  folder.schedule([['cat', 'bytes']]);
  await folder.cooperate('run', 'exp.json');
  symlinkSync('exp.json', folder.in('link.json'));
  const { stdout } = await folder.cooperate('logs', 'link.json', 'last');
  expect(stdout).toBe('\x1b[31mred\x1b]0;title\x07\r50%\r100%\ufffd\n');
});

test('logs | head ends, however long the log is', async () => {
  folder.schedule([sh('yes line | head -c 30000000')]);
  await folder.cooperate('run', 'exp.json', '--color', 'never');
  const follower = folder.start(['logs', 'exp.json', '0']);
  follower.child.stdout?.destroy();
  expect((await follower.ended).code).toBe(0);
});

describe('logs --json', () => {
  test('tells of each run what it is and what it printed', async () => {
    folder.schedule([sh('echo a; echo b'), ['false'], ['echo', 'c']]);
    await folder.cooperate('run', 'exp.json', '--limit', '2', '--keep-going');
    const { code, stdout, stderr } = await logs('all', '--json', '-n', '1');
    expect([code, stderr]).toEqual([0, '']);
    expect(valueOf(stdout).logs).toMatchObject([
      { entry: 0, attempt: 1, state: 'succeeded', range: [0, 4], bytes: 4, omitted: 2, output: 'b\n' },
      { entry: 1, attempt: 1, state: 'failed', range: [4, 4], bytes: 0, omitted: 0, output: '' },
      { entry: 2, attempt: null, state: 'pending', output: null, reason: 'pending, it has not run yet' },
    ]);
  });

  test('holds the end of a long output', async () => {
    folder.schedule([sh('yes 123456789 | head -c 3000000; echo end')]);
    await folder.cooperate('run', 'exp.json', '--color', 'never');
    const [log] = valueOf((await logs('0', '--json')).stdout).logs;
    expect(log).toMatchObject({ bytes: 3_000_004, omitted: 3_000_004 - 2 ** 20 });
    expect(log?.output).toHaveLength(2 ** 20);
    expect(log?.output?.slice(-14)).toBe('123456789\nend\n');
  });

  test('is an error where there is nothing, and for what it cannot do', async () => {
    folder.schedule([['true']]);
    const none = await logs('0', '--json');
    expect([none.code, none.stderr]).toEqual([2, '']);
    expect(valueOf(none.stdout)).toMatchObject({ error: { reason: 'usage', problem: /^no log of entry 0/ } });
    const both = await logs('0', '--json', '--follow');
    expect(both.code).toBe(2);
    valueOf(both.stdout);
  });
});

describe.skipIf(!hasTmux)('in a real terminal', () => {
  let terminal: CliTerminal;
  beforeEach(async () => {
    terminal = await CliTerminal.in(folder, 60, 12);
  });
  afterEach(() => terminal.close());

  test('a progress bar moves in its line, and nothing else commands the terminal', async () => {
    const bar = `for i in 1 2 3; do printf '\\r%s0%% [====]' $i; ${gate('step$i')}; done; echo; echo done`;
    folder.schedule([sh(`printf '\\033[2Jone\\033]0;title\\007\\ttwo\\n'; ${bar}; ${gate('end')}`)]);
    const worker = folder.start(['run', 'exp.json']);
    terminal.run('cooperate logs exp.json 0 -f');
    await terminal.until((screen) => screen.at(-1) === '10% [====]');
    folder.write('step1', '');
    const moved = await terminal.until((screen) => screen.at(-1) === '20% [====]');
    expect(moved.slice(-2)).toEqual(['one     two', '20% [====]']);
    folder.write('step2', '');
    folder.write('step3', '');
    await terminal.shows('done');
    folder.write('end', '');
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(screen.slice(-4)).toEqual([
      'one     two',
      '30% [====]',
      'done',
      expect.stringMatching(/^cooperate: entry 0 \(attempt 1\) succeeded after \d+\.\ds\.$/),
    ]);
    await worker.ended;
  });

  test('Ctrl-C in the middle of a line leaves the prompt on a line of its own', async () => {
    folder.schedule([sh(`printf 'no end'; ${gate('go')}`)]);
    const worker = folder.start(['run', 'exp.json']);
    await worker.prints('no end');
    terminal.run('cooperate logs exp.json 0 -f');
    await terminal.until((screen) => screen.at(-1) === 'no end');
    terminal.type('', 'C-c');
    const { code, screen } = await terminal.over();
    expect([code, screen.at(-1)]).toEqual([130, 'no end^C']);
    folder.write('go', '');
    await worker.ended;
  });
});
