import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { expectReadable, Folder, leavesItsName, PROGRAM, sh, until } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';
import { hasTmux } from '../support/tmux.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

const status = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await folder.cooperate('status', 'exp.json', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

interface Value {
  readonly entries: number;
  readonly totals: Readonly<Record<string, number>>;
  readonly workers: readonly { standing: string; running: number[] }[];
  readonly failures: readonly { count: number; entries: string; lastLine: string | null }[];
  readonly list?: readonly { entry: number; state: string; command: string[] }[];
  readonly lost: string;
}

const value = async (...args: string[]): Promise<Value> =>
  valueBy('status', await status('--json', ...args)) as Value;

const sumOf = ({ totals }: Value): number => Object.values(totals).reduce((sum, count) => sum + count, 0);

/** Three succeed, four fail in three ways. */
const mixed = [
  sh('exit 0'),
  sh('echo "CUDA out of memory: 3.2 GiB" >&2; exit 1'),
  sh('echo "CUDA out of memory: 4.7 GiB" >&2; exit 1'),
  sh('exit 0', 'second'),
  sh('kill -9 $$'),
  ['no-such-program'],
  sh('exit 0', 'third'),
];

describe('before anybody has worked', () => {
  test('all is pending, the way to go on is told, and nothing is created', async () => {
    folder.schedule([['a'], ['executed', 'b']]);
    expect(await status()).toBe(
      'exp.json: 2 entries: 1 pending, 1 marked by hand.\nNobody is working on it. To go on: cooperate run exp.json\n',
    );
    expect(sumOf(await value('--entries'))).toBe(2);
    expect(folder.names()).toEqual(['exp.json']);
  });

  test('a schedule without entries has none', async () => {
    folder.schedule([]);
    expect(await status()).toBe('exp.json: 0 entries.\n');
    expect(await status('--entries')).toBe('exp.json: 0 entries.\n');
  });
});

describe('when it is done', () => {
  beforeEach(async () => {
    folder.schedule(mixed);
    expect((await folder.cooperate('run', 'exp.json', '--keep-going')).code).toBe(1);
  });

  test('failures are grouped by cause and last line, with entries to paste and the line that reruns them', async () => {
    expect(await status()).toBe(
      [
        'exp.json: 7 entries: 3 succeeded, 4 failed.',
        '',
        '1 worker has left or died (3 succeeded, 4 failed); --all shows it.',
        '',
        '2 failed with exit code 1: 1,2',
        '  CUDA out of memory: 4.7 GiB',
        '1 killed by SIGKILL: 4',
        '1 could not be started, no such command: 5',
        'To run what failed again: cooperate requeue exp.json --failed',
        '',
      ].join('\n'),
    );
  });

  test('--all shows the workers that are gone', async () => {
    const [, , head, row] = (await status('--all')).split('\n');
    expect(head).toMatch(/^WORKER +IS +HOST +SINCE +DONE +FAILED/);
    expect(row).toMatch(/^\S+-\d+-\w{6} +gone +\S+ +\d\d:\d\d:\d\d +3 +4$/);
  });

  test('--entries lists them all, one a line, whole', async () => {
    const [totals, empty, head, ...rows] = (await status('--entries')).trimEnd().split('\n');
    expect([totals, empty]).toEqual(['exp.json: 7 entries: 3 succeeded, 4 failed.', '']);
    expect(head).toMatch(/^ENTRY +STATE +TRY +EXIT +HOST +STARTED +TOOK +COMMAND$/);
    expect(rows).toHaveLength(7);
    expect(rows[1]).toMatch(
      /^ {4}1 {2}failed +1 {2}1 +\S+ +\d\d:\d\d:\d\d +\d+\.\ds {2}sh -c 'echo "CUDA out of/,
    );
    expect(rows[4]).toMatch(/ failed +1 {2}SIGKILL /);
    expect(rows[1]?.endsWith(`3.2 GiB" >&2; exit 1' sh`)).toBe(true);
  });

  test('entries can be chosen, by number, state, host and worker', async () => {
    const listed = async (...args: string[]): Promise<number[]> =>
      ((await value(...args)).list ?? []).map(({ entry }) => entry);
    expect(await listed('--entries', '6,1-2')).toEqual([1, 2, 6]);
    expect(await listed('--entries', 'last')).toEqual([6]);
    expect(await listed('--state', 'failed')).toEqual([1, 2, 4, 5]);
    expect(await listed('--state', 'failed,lost', '-e', '0-2')).toEqual([1, 2]);
    expect(await listed('--entries', '--host', '*')).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(await listed('--entries', '--host', 'nowhere')).toEqual([]);
    expect(await listed('--entries', '--worker', 'nobody-*')).toEqual([]);
    expect((await value('--host', 'nowhere')).failures).toEqual([]);
    const { code, stdout } = await folder.cooperate('status', '--json', '--entries', 'exp.json');
    expect([code, (valueBy('status', stdout) as Value).list?.length]).toEqual([0, 7]);
  });

  test('--json tells all of it', async () => {
    const told = await value('--entries');
    expect(told).toMatchObject({ version: 1, schedule: 'exp.json', entries: 7, forecast: null });
    expect(told.failures).toMatchObject([
      { cause: { is: 'exit', code: 1 }, count: 2, entries: '1,2', lastLine: 'CUDA out of memory: 4.7 GiB' },
      { cause: { is: 'signal', signal: 'SIGKILL' }, entries: '4' },
      { cause: { is: 'unstartable' }, entries: '5' },
    ]);
    expect(told.list?.[4]).toMatchObject({ state: 'failed', attempt: 1, signal: 'SIGKILL' });
    expect(told.list?.map(({ command }) => command)).toEqual(mixed);
    expect((await value()).list).toBeUndefined();
  });

  test('colours come only when they are asked for, where nobody sees them', async () => {
    expect(await status()).not.toContain('\x1b');
    expect(await status('--color', 'always')).toContain('\x1b[31m2 failed with exit code 1:\x1b[0m 1,2');
  });
});

test('what an entry prints cannot command the terminal', async () => {
  folder.schedule([sh(String.raw`printf 'gone \033[2J\033]0;title\007\033[31mred\033[0m\r\n' >&2; exit 1`)]);
  await folder.cooperate('run', 'exp.json');
  const printed = await status();
  expect(printed).not.toMatch(/[\x1b\x07\r]/); // eslint-disable-line no-control-regex -- it is about them
  expect(printed).toContain('\n  gone red\n');
});

test('output that cannot be written is a failure, and a reader that has seen enough is none', () => {
  folder.schedule(Array.from({ length: 20_000 }, (_, i) => ['true', 'x'.repeat(50), String(i)]));
  const shell = (script: string) =>
    spawnSync('bash', ['-c', script, 'bash', process.execPath, PROGRAM], {
      ...{ cwd: folder.path, env: folder.env, encoding: 'utf8' },
    });
  const full = shell('"$1" "$2" status exp.json > /dev/full');
  expect(full.status).toBe(3);
  expect(full.stderr).toContain('could not write the output (stdout): the disk is full (ENOSPC).');
  const head = shell('"$1" "$2" status exp.json --entries | head -n 4; echo "${PIPESTATUS[0]}"');
  expect(head.stdout.split('\n')).toHaveLength(6);
  expect(head.stdout).toMatch(/\n0\n$/);
  expect(head.stderr).toBe('');
});

test('while it runs, each worker is shown with what it runs, and an end that is guessed has an error', async () => {
  folder.schedule([
    ...['a', 'b', 'c', 'd'].map((name) => leavesItsName(name, 'sleep 0.05')),
    leavesItsName('long', until('go')),
    leavesItsName('later'),
  ]);
  const worker = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 5);
  const lines = (await status()).split('\n');
  expect(lines[0]).toBe('exp.json: 6 entries: 4 succeeded, 1 running, 1 pending.');
  expect(lines[1]).toMatch(/^[\d.]+ entries an? \w+; about .* left(, between .* and .*)?\.$/);
  expect(lines[3]).toMatch(/^WORKER +HOST +SINCE +DONE +FAILED +HEARD +RUNS$/);
  expect(lines[4]).toMatch(/ 4 +0 +\d+s {2}4: sh -c /);
  const told = await value('--entries', '4');
  expect(told.workers).toMatchObject([{ standing: 'alive', running: [4] }]);
  expect(told.list).toMatchObject([{ entry: 4, state: 'running' }]);
  folder.write('go', '');
  await worker.ended;
});

test('what a killed worker ran is lost, and the line that reruns it is told', async () => {
  folder.schedule([leavesItsName('a', until('go')), ['true']]);
  const worker = folder.start(['run', 'exp.json']);
  await folder.hasLines('ran', 1);
  worker.signal('SIGKILL');
  folder.write('go', '');
  await worker.ended;
  const printed = await status();
  expect(printed).toContain('exp.json: 2 entries: 1 lost, 1 pending.\n');
  expect(printed).toContain(
    '1 lost: 0\n  Its worker died before the end; nobody knows how far it came.\n' +
      'To run what was lost again: cooperate requeue exp.json --lost\n',
  );
  expect((await value()).lost).toBe('0');
});

test('the states add up at every look, while workers are killed', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `entry-${i}`);
  folder.schedule(names.map((name) => leavesItsName(name, 'sleep 0.05')));
  const workers = [1, 2, 3, 4].map(() => folder.start(['run', 'exp.json']));
  await folder.hasLines('ran', 8);
  workers[0]?.signal('SIGKILL');
  let over = false;
  const ended = Promise.all(workers.map((worker) => worker.ended)).finally(() => (over = true));
  while (!over) expect(sumOf(await value())).toBe(40);
  await ended;
  const last = await value('--entries');
  expect(sumOf(last)).toBe(40);
  const finished = last.list?.filter(({ state }) => state === 'succeeded').map(({ command }) => command.at(-1));
  expect(folder.lines('ran')).toEqual(expect.arrayContaining(finished ?? []));
  expect((last.totals['succeeded'] ?? 0) + (last.totals['lost'] ?? 0)).toBe(40);
});

test('what cannot be told is an error in words, or a value', async () => {
  folder.schedule([['a']]);
  for (const [args, words] of [
    [['nope.json'], 'there is no schedule nope.json.'],
    [['exp.json', '--entries', '3x'], '"3x" selects nothing'],
    [['exp.json', '--entries', '5'], 'exp.json has no entry 5.'],
    [['exp.json', '--state', 'done'], 'The states are pending, '],
  ] as const) {
    const { code, stdout, stderr } = await folder.cooperate('status', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
    expectReadable(stderr);
    const asValue = await folder.cooperate('status', ...args, '--json');
    expect([asValue.code, asValue.stderr]).toEqual([2, '']);
    expect(valueBy('error', asValue.stdout)).toMatchObject({
      error: { message: expect.stringContaining(words) as string },
    });
  }
});

describe.skipIf(!hasTmux)('in a real terminal', () => {
  test.each([
    [
      40,
      [
        'exp.json: 7 entries: 3 succeeded,',
        '  4 failed.',
        '',
        '1 worker has left or died (3 succeeded,',
        '  4 failed); --all shows it.',
        '',
        '2 failed with exit code 1: 1,2',
        '  CUDA out of memory: 4.7 GiB',
        '1 killed by SIGKILL: 4',
        '1 could not be started, no such command:',
        '  5',
        'To run what failed again:',
        '  cooperate requeue exp.json --failed',
      ],
    ],
    [200, undefined],
  ])('of %d columns every line has its own', async (columns, expected) => {
    folder.schedule(mixed);
    await folder.cooperate('run', 'exp.json', '--keep-going');
    const terminal = await CliTerminal.in(folder, columns, 30);
    try {
      terminal.run('cooperate status exp.json');
      const { screen } = await terminal.over();
      expect(screen).toEqual(expected ?? (await status()).trimEnd().split('\n'));
      terminal.run('cooperate status exp.json --entries; cooperate progress exp.json');
      const rows = (await terminal.over()).screen;
      // The totals take two lines there, and so does the line of progress.
      expect(rows).toHaveLength(columns === 40 ? 13 : 11);
      expect(
        rows.filter((row) => /^ {4}\d {2}(succeeded|failed) .*(sh|second|third|…|program)$/.test(row)),
      ).toHaveLength(7);
    } finally {
      terminal.close();
    }
  });
});
