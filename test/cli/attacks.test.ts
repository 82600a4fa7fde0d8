import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { CliTerminal } from '../support/cli-terminal.js';
import { cliTest as test } from '../support/cli-test.js';
import { expectNoTrace, expectReadable, Folder, leavesItsName, PROGRAM, sh, until } from '../support/cli.js';
import { hasTmux } from '../support/tmux.js';

describe.concurrent('a sidecar that is not what it was', () => {
  let begun: Folder;
  beforeAll(async () => {
    begun = new Folder();
    begun.schedule([leavesItsName('a'), leavesItsName('b')]);
    await begun.cooperate('one', 'exp.json', '--entry', '0');
  });
  afterAll(() => begun.dispose());

  test.for([
    ['a file where the folder should be', '', 'mine'],
    ['an empty folder', '.', ''],
    ['a format file that is empty', '1/format.json', ''],
    ['a format file full of rubbish', '1/format.json', '\0\0rubbish'],
    ['a head that is rubbish', '1/head/rubbish', 'x'],
    ['a journal that is rubbish', '1/journals/x.jsonl', '\xff\0{{\n{"n":-1}\nnull\n[]\n'],
    ['a heartbeat that is rubbish', '1/heartbeats/nobody', '{"counter":"x"'],
    ['foreign files', '1/cells/.nfs0001', ''],
  ])('%s ends in no stack trace, and nothing runs twice', async ([, name = '', content = ''], { folder }) => {
    execFileSync('cp', ['-a', `${begun.path}/.`, folder.path]);
    if (!name.includes('/')) rmSync(folder.in('exp.json.cooperate'), { recursive: true });
    if (name === '.') mkdirSync(folder.in('exp.json.cooperate'));
    else writeFileSync(folder.in(`exp.json.cooperate${name && '/'}${name}`), content, 'latin1');
    const program = folder.start(['run', 'exp.json']);
    // Where it waits for somebody to mend it, a signal ends it.
    await Promise.race([program.ended, program.says('Waiting and trying again')]);
    program.signal('SIGINT');
    const { code, stderr } = await program.ended;
    expectNoTrace(stderr);
    if (code === 0) expect(folder.lines('ran')).toEqual(['a', 'b']);
    else {
      expect([3, 130]).toContain(code);
      expect([folder.lines('ran'), folder.marks()]).toEqual([['a'], 'x.']);
      expect(stderr).toMatch(/^cooperate: .*exp\.json/);
    }
  });
});

test.concurrent(
  'a lock that somebody left behind is taken over, with nothing to do for the user',
  async ({ folder }) => {
    folder.schedule([leavesItsName('a')]);
    mkdirSync(folder.in('exp.json.lock'));
    folder.write('exp.json.lock/elsewhere-1-abcdef.7', '');
    const env = { COOPERATE_STALE_MS: '2000' };
    const { code } = await folder.start(['run', 'exp.json'], { env }).ended;
    expect([code, folder.lines('ran')]).toEqual([0, ['a']]);
    expect(existsSync(folder.in('exp.json.lock'))).toBe(false);
  },
);

test.concurrent('a file where the lock should be is said', async ({ folder }) => {
  folder.schedule([leavesItsName('a')]);
  folder.write('exp.json.lock', 'mine');
  const { code, stderr } = await folder.cooperate('run', 'exp.json');
  expect([code, folder.lines('ran')]).toEqual([3, []]);
  expectReadable(stderr);
  expect(stderr).toContain('exp.json.lock');
  expect(folder.read('exp.json.lock')).toBe('mine');
});

test.concurrent('a reader that goes away does not end the run', async ({ folder }) => {
  folder.schedule([sh('seq 100000'), leavesItsName('next')]);
  const program = folder.start(['run', 'exp.json']);
  program.child.stdout?.destroy();
  expect((await program.ended).code).toBe(0);
  expect(folder.lines('ran')).toEqual(['next']);
});

test.concurrent('a command that empties or deletes the schedule costs nobody anything', async ({ folder }) => {
  folder.schedule([
    sh('cp exp.json safe; : > exp.json; (sleep 0.5; cp safe exp.json) & wait'),
    leavesItsName('next'),
  ]);
  const { code, stderr } = await folder.cooperate('run', 'exp.json');
  expectNoTrace(stderr);
  expect([code, folder.lines('ran'), folder.marks()]).toEqual([0, ['next'], 'xx']);
});

test.concurrent(
  'a command that works on the same schedule itself finds the rest taken or takes it',
  async ({ folder }) => {
    folder.schedule([['cooperate', 'run', 'exp.json'], leavesItsName('a'), leavesItsName('b')]);
    const terminal = folder.in('bin');
    mkdirSync(terminal);
    folder.write('bin/cooperate', `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, 0o755);
    const env = { PATH: `${terminal}:${folder.env['PATH'] ?? ''}` };
    const { code } = await folder.start(['run', 'exp.json'], { env }).ended;
    expect([code, folder.lines('ran'), folder.marks()]).toEqual([0, ['a', 'b'], 'xxx']);
  },
);

test.concurrent('a folder that is gone is said', ({ folder }) => {
  mkdirSync(folder.in('gone'));
  folder.schedule([['true']]);
  folder.write('go.sh', 'cd gone && rmdir ../gone && exec "$@"');
  const ended = spawnSync('sh', ['go.sh', process.execPath, PROGRAM, 'run', folder.in('exp.json')], {
    cwd: folder.path,
    env: folder.env,
    encoding: 'utf8',
  });
  expectNoTrace(ended.stderr);
  expect(ended.status).toBe(3);
  expect(ended.stderr).toContain('could not enter the current directory');
});

test.concurrent('a log that grows to a hundred megabytes costs no memory', async ({ folder }) => {
  folder.schedule([sh('head -c 120000000 /dev/zero')]);
  const program = folder.start(['run', 'exp.json'], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
  program.child.stdout?.removeAllListeners('data').resume();
  expect((await program.ended).code).toBe(0);
  const [log] = folder.names('exp.json.cooperate/1/logs');
  expect(statSync(folder.in(`exp.json.cooperate/1/logs/${log}`)).size).toBe(120_000_000);
});

describe.skipIf(!hasTmux)('in a real terminal', () => {
  const inTerminal = test.extend<{ terminal: CliTerminal }>({
    terminal: async ({ folder }, use) => {
      const terminal = await CliTerminal.in(folder);
      await use(terminal);
      terminal.close();
    },
  });

  inTerminal('a command can be answered, as in the original', async ({ folder, terminal }) => {
    folder.write('asks.sh', 'echo "name?"; read name; echo "hello $name"');
    folder.schedule([['sh', 'asks.sh']]);
    terminal.run('cooperate run exp.json');
    await terminal.shows(/^name\?$/m);
    terminal.type('world', 'Enter');
    const { code, screen } = await terminal.over();
    expect(code).toBe(0);
    expect(screen).toContain('hello world');
  });

  inTerminal('a signal at a question ends it at once', async ({ folder, terminal }) => {
    folder.schedule([leavesItsName('a')]);
    for (const [commandLine, question] of [
      ['cooperate run exp.json --persistent', 'What to append'],
      ['cooperate one exp.json', 'Which entry?'],
    ] as const) {
      terminal.run(commandLine);
      await terminal.shows(question);
      const pid = folder.processes().find(isProgram);
      process.kill(Number(pid), 'SIGTERM');
      expect((await terminal.over()).code).toBe(143);
    }
    expect(folder.marks()).toBe('.');
  });

  inTerminal('work goes on in the background while the shell is used', async ({ folder, terminal }) => {
    folder.write('waits.sh', until('$COOPERATE_TEST_FOLDER/go'));
    folder.schedule([['sh', 'waits.sh']]);
    terminal.type('clear; cooperate run exp.json &', 'Enter');
    await terminal.shows('Running: sh waits.sh');
    terminal.type('echo typed', 'Enter');
    const screen = await terminal.until((lines) => lines.includes('typed'));
    expect(screen.some((line) => line.startsWith('[0/1]'))).toBe(false);
    folder.write('go', '');
    await terminal.shows('All experiments completed.');
  });
});

function isProgram(pid: string): boolean {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  return words[0]?.endsWith('node') === true && words[1]?.includes('cooperate') === true;
}
