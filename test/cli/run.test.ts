import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder, leavesItsName, sh } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

describe('a schedule is worked through', () => {
  test('from first to last, each command announced before it runs', async () => {
    folder.schedule(['one', 'two', 'three'].map((name) => leavesItsName(name, 'tail -n 1 ran')));
    const { code, stdout, stderr } = await folder.cooperate('--run', 'exp.json');
    expect(code).toBe(0);
    expect(folder.lines('ran')).toEqual(['one', 'two', 'three']);
    expect(stdout).toBe('one\ntwo\nthree\n');
    expect(stderr.match(/^Running: sh -c .*$/gm)).toHaveLength(3);
    expect(stderr).toMatch(/\nAll experiments completed\.\n$/);
    expect(folder.marks()).toBe('xxx');
  });

  test('with messages on stderr and what commands print where they print it', async () => {
    folder.schedule([['echo', 'out'], sh('echo err >&2')]);
    const { stdout, stderr } = await folder.cooperate('run', 'exp.json');
    expect(stdout).toBe('out\n');
    expect(stderr.replace(/ in \d\.\ds\./, ' in 0.1s.')).toBe(
      "Running: echo out\nRunning: sh -c 'echo err >&2' sh\nerr\n" +
        'cooperate: 2 succeeded in 0.1s.\nAll experiments completed.\n',
    );
  });

  test('and nothing but the schedule and its sidecar is left', async () => {
    folder.schedule([['true'], ['true']]);
    await folder.cooperate('run', 'exp.json');
    expect(folder.names()).toEqual(['exp.json', 'exp.json.cooperate']);
  });

  test('and marked entries are not run again, nor anything when all are marked', async () => {
    folder.schedule([['executed', ...leavesItsName('old')], leavesItsName('new')]);
    await folder.cooperate('run', 'exp.json');
    expect(folder.lines('ran')).toEqual(['new']);
    const again = await folder.cooperate('run', 'exp.json');
    expect(again).toEqual({ code: 0, stdout: '', stderr: 'All experiments completed.\n' });
    expect(folder.lines('ran')).toEqual(['new']);
  });

  test('also when it has no entries', async () => {
    folder.schedule([]);
    const ended = await folder.cooperate('run', 'exp.json');
    expect(ended).toEqual({ code: 0, stdout: '', stderr: 'All experiments completed.\n' });
  });

  test('with arguments passed on as they are, numbers and booleans as JSON spells them', async () => {
    folder.schedule([['printf', '<%s>', '', 'a b', '$HOME', "it's", '*', 'zwölf', 0.1, true]]);
    folder.write('exp.json', folder.read('exp.json').replace('0.1', '1e-3'));
    const { stdout } = await folder.cooperate('run', 'exp.json');
    expect(stdout).toBe("<><a b><$HOME><it's><*><zwölf><1e-3><true>");
  });

  test('with equal entries run as often as they stand there', async () => {
    folder.schedule([leavesItsName('same'), leavesItsName('same'), leavesItsName('same')]);
    await folder.cooperate('run', 'exp.json');
    expect(folder.lines('ran')).toHaveLength(3);
  });

  test('in the folder where the worker was started, wherever the schedule lies', async () => {
    folder.schedule([['pwd']], 'elsewhere.json');
    const { stdout } = await folder.start(['run', folder.in('elsewhere.json')], { cwd: '/' }).ended;
    expect(stdout).toBe('/\n');
  });

  test('with binary output unharmed', async () => {
    folder.schedule([['printf', '\\000\\377\\n']]);
    const program = folder.start(['run', 'exp.json']);
    program.child.stdout?.setEncoding('latin1');
    expect((await program.ended).stdout).toBe('\0\xff\n');
  });
});

describe('every spelling', () => {
  test.each([
    ['--run', 'exp.json'],
    ['--run=exp.json'],
    ['run', 'exp.json'],
    ['--run', 'exp.json', '--keep-going'],
    ['--keep-going', '--run', 'exp.json'],
    ['run', '--keep-going', 'exp.json'],
    ['run', 'exp.json', '--keep-going'],
    ['--max-failures', '2', '--run', 'exp.json'],
    ['--max-failures=2', '--run=exp.json'],
    ['--run', 'exp.json', '--max-failures', '2'],
    ['run', '--max-failures', '2', 'exp.json'],
    ['--run=exp.json', '--no-persistent'],
    ['--no-persistent', '--run', './exp.json'],
  ])('%s %s %s %s works', async (...args) => {
    folder.schedule([['echo', 'ran']]);
    const { code, stdout } = await folder.cooperate(...args.filter((arg) => arg));
    expect(stdout).toBe('ran\n');
    expect(code).toBe(0);
  });

  test('a schedule whose name is that of a verb or starts with a dash is still a schedule', async () => {
    folder.schedule([['echo', 'ran']], 'run');
    expect((await folder.cooperate('--run', 'run')).stdout).toBe('ran\n');
    folder.schedule([['echo', 'ran']], '-exp.json');
    expect((await folder.cooperate('run', '--', '-exp.json')).stdout).toBe('ran\n');
    expect((await folder.cooperate('progress', './-exp.json')).stdout).toContain('1/1');
  });
});

describe('what nobody can mean is said, with exit code 2 and nothing touched', () => {
  test.each([
    [['--run'], /schedule/],
    [['run'], /schedule/],
    [['--run='], /schedule/],
    [['run', 'exp.json', 'other.json'], /too many arguments/i],
    [['run', 'exp.json', '--max-failures', '0'], /whole number, 1 or more/],
    [['run', 'exp.json', '--max-failures', 'two'], /whole number, 1 or more/],
    [['run', 'exp.json', '--max-failures', '2', '--keep-going'], /cannot be used with/],
    [['run', 'exp.json', '--keep-gong'], /Did you mean --keep-going/],
    [['rnu', 'exp.json'], /Did you mean run/],
    [['exp.json'], /unknown command 'exp\.json'/],
    [['run', 'exp.json', '--color', 'pink'], /auto, always, never/],
    [['run', 'exp.json', '--inherit', '--persistent'], /do not go together/],
  ])('%j', async (args, words) => {
    const path = folder.schedule([leavesItsName('never')]);
    const { code, stdout, stderr } = await folder.cooperate(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
    expect(folder.names()).toEqual([basename(path)]);
    expect(folder.marks()).toBe('.');
  });

  test('without anything to do the help is shown', async () => {
    const { code, stderr } = await folder.cooperate();
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: cooperate');
    expect(stderr).toContain('--run FILE');
  });
});

test.each([['--version'], ['-V']])('%s prints the version', async (flag) => {
  const { code, stdout } = await folder.cooperate(flag);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
});

test.each([['--help'], ['run', '--help'], ['one', '--help'], ['--run', 'exp.json', '--help'], ['help', 'run']])(
  '%s %s %s tells the exit codes',
  async (...args) => {
    const { code, stdout } = await folder.cooperate(...args.filter((arg) => arg));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Exit codes:\n  0    done, nothing failed\n  1    an entry failed or was lost\n  2 .*\n  3 .*\n  129  ended by SIGHUP\n/m,
    );
  },
);

describe('the environment of a command', () => {
  const PRINT = sh('env | grep -E "^(COOPERATE|PYTHONUNB)" | sort');

  async function environments(env: NodeJS.ProcessEnv = {}) {
    const { stdout } = await folder.start(['run', 'exp.json'], { env }).ended;
    return stdout
      .split(/(?=^COOPERATE_ATTEMPT)/m)
      .map((text) =>
        Object.fromEntries(
          text.split('\n').flatMap((line) => (line ? [line.split('=') as [string, string]] : [])),
        ),
      );
  }

  test('tells it which entry it is, of which schedule, on which worker', async () => {
    folder.schedule([PRINT, PRINT]);
    const [first, second] = await environments();
    expect(first).toEqual({
      COOPERATE_SCHEDULE: realpathSync(folder.in('exp.json')),
      COOPERATE_ENTRY: '0',
      COOPERATE_ID: expect.stringMatching(/^[0-9a-f]+\.0$/),
      COOPERATE_ATTEMPT: '1',
      COOPERATE_WORKER: expect.stringMatching(/^[\w-]+$/),
      COOPERATE_SLOT: '0',
      COOPERATE_TEST_FOLDER: folder.path,
      PYTHONUNBUFFERED: '1',
    });
    expect(second).toEqual({
      ...first,
      COOPERATE_ENTRY: '1',
      COOPERATE_ID: first?.['COOPERATE_ID']?.replace(/0$/, '1'),
    });
  });

  test('leaves PYTHONUNBUFFERED as the user set it', async () => {
    folder.schedule([PRINT]);
    expect((await environments({ PYTHONUNBUFFERED: '' }))[0]).toHaveProperty('PYTHONUNBUFFERED', '');
  });

  test("has the worker's stdin, as in the original", async () => {
    folder.schedule([sh('test -t 0 || cat')]);
    const { stdout } = await folder.start(['run', 'exp.json'], { input: 'piped in' }).ended;
    expect(stdout).toBe('piped in');
  });
});
