import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectNoTrace, Folder, leavesItsName, NOBODY, sh, until } from '../support/cli.js';

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

describe('a command that fails', () => {
  test('stops the worker with exit code 1, keeps its mark and leaves the others pending', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b', 'exit 3'), leavesItsName('c')]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(1);
    expect(stderr).toContain('cooperate: entry 1 failed with exit code 3: sh -c ');
    expect(stderr).toMatch(/^See cooperate_0, /m);
    expect(stderr).not.toContain('All experiments completed.');
    expectNoTrace(stderr);
    expect(folder.marks()).toBe('xx.');
    expect(folder.lines('ran')).toEqual(['a', 'b']);
  });

  test('lets the worker go on from there when it is started again', async () => {
    folder.schedule([leavesItsName('a', 'exit 1'), leavesItsName('b')]);
    await folder.cooperate('run', 'exp.json');
    const { code } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(0);
    expect(folder.lines('ran')).toEqual(['a', 'b']);
  });

  test('is run again when its mark was taken away', async () => {
    const entry = leavesItsName('a', 'test -e mended');
    folder.schedule([['true'], entry]);
    await folder.cooperate('run', 'exp.json');
    folder.write('mended', '');
    folder.schedule([['executed', 'true'], entry]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect([code, folder.lines('ran')]).toEqual([0, ['a', 'a']]);
    expect(stderr).toContain('(attempt 2)');
  });

  test('puts back what was claimed with it and never started', async () => {
    const quick = Array.from({ length: 300 }, () => ['true']);
    folder.schedule([...quick, ['false'], ...quick]);
    const { code } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(1);
    expect(folder.marks()).toBe(`${'x'.repeat(301)}${'.'.repeat(300)}`);
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
  });

  test.each([
    [['no-such-command', 'x'], 'could not be started, no such command: no-such-command x'],
    [['./not-executable'], 'could not be started, not executable, or permission denied: ./not-executable'],
    [['./folder'], 'could not be started, not executable, or permission denied: ./folder'],
    [
      ['./no-interpreter'],
      'could not be started, its interpreter (the #! line) does not exist: ./no-interpreter',
    ],
    [['', 'x'], "could not be started, the command is empty: '' x"],
    [sh('kill -9 $$'), "was killed by SIGKILL: sh -c 'kill -9 $$' sh"],
    [sh('kill -35 $$'), "was killed by SIG35: sh -c 'kill -35 $$' sh"],
    [sh('exit 255'), "failed with exit code 255: sh -c 'exit 255' sh"],
  ])('%j is told', async (argv, words) => {
    folder.write('not-executable', 'echo', 0o644);
    folder.write('no-interpreter', '#!/no/such/interpreter\n', 0o755);
    mkdirSync(folder.in('folder'));
    folder.schedule([argv, ['true']]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(1);
    expect(stderr).toContain(`cooperate: entry 0 ${words}\n`);
    expectNoTrace(stderr);
    expect(folder.names()).toContain('cooperate_0');
  });

  test('that is too long for the system is told', async () => {
    folder.schedule([['echo', 'x'.repeat(3_000_000)]]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(1);
    expect(stderr).toMatch(/its arguments and environment are too long for the system/);
  });
});

describe('how many failures end it', () => {
  const FIVE = ['a', 'b', 'c', 'd', 'e'].map((name) => leavesItsName(name, 'false'));

  test('--keep-going goes on to the end and exits with 1 then', async () => {
    folder.schedule([...FIVE, leavesItsName('f')]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--keep-going');
    expect(code).toBe(1);
    expect(folder.marks()).toBe('xxxxxx');
    expect(stderr).toMatch(/cooperate: 1 succeeded, 5 failed in .*\n[^]*\nAll experiments completed\.\n$/);
    expect(folder.names().filter((name) => /^cooperate_\d$/.test(name))).toHaveLength(5);
  });

  test('--max-failures stops after so many', async () => {
    folder.schedule([leavesItsName('z'), ...FIVE]);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--max-failures', '3');
    expect(code).toBe(1);
    expect(folder.marks()).toBe('xxxx..');
    expect(folder.lines('ran')).toEqual(['z', 'a', 'b', 'c']);
    expect(stderr).not.toContain('All experiments completed.');
  });

  test('fewer failures than --max-failures still exit with 1 at the end', async () => {
    folder.schedule(FIVE);
    const { code, stderr } = await folder.cooperate('run', 'exp.json', '--max-failures', '6');
    expect(code).toBe(1);
    expect(folder.marks()).toBe('xxxxx');
    expect(stderr).toContain('All experiments completed.');
  });
});

describe('cooperate_<n>', () => {
  test('holds the command ready to paste, where and how it failed, and the end of its output', async () => {
    const argv = sh('seq 30; printf "\\033[31mlast\\033[0m words" >&2; exit 7', "it's $HOME");
    folder.schedule([['true'], argv]);
    await folder.cooperate('run', 'exp.json');
    const lines = folder.read('cooperate_0').split('\n');
    expect(lines.slice(1)).toEqual([
      '# entry: 1',
      '# attempt: 1',
      `# host: ${hostname()}`,
      `# directory: ${folder.path}`,
      '# exit code: 7',
      expect.stringMatching(/^# duration: \d+\.\ds$/),
      expect.stringMatching(/^# finished: \d{4}-\d\d-\d\dT/),
      '# output (last 20 lines):',
      ...Array.from({ length: 19 }, (_, i) => `#   ${i + 12}`),
      '#   last words',
      '',
    ]);
    const pasted = spawnSync('sh', [folder.in('cooperate_0')], { encoding: 'utf8' });
    expect(pasted.status).toBe(7);
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${lines[0]}`], { encoding: 'utf8' });
    expect(words.split('\0').slice(0, -1)).toEqual(argv);
  });

  test('a command of several lines can be pasted too', async () => {
    folder.schedule([sh('echo one\necho two\nexit 5')]);
    await folder.cooperate('run', 'exp.json');
    const pasted = spawnSync('sh', [folder.in('cooperate_0')], { encoding: 'utf8' });
    expect([pasted.status, pasted.stdout]).toEqual([5, 'one\ntwo\n']);
  });

  test('takes the first free number and never one that is there', async () => {
    folder.write('cooperate_0', 'mine');
    mkdirSync(folder.in('cooperate_1'));
    folder.write('cooperate_3', 'mine too');
    folder.schedule([sh('exit 1', 'x'), sh('exit 1', 'y')]);
    const { stderr } = await folder.cooperate('run', 'exp.json', '--keep-going');
    expect(stderr.match(/^See cooperate_\d/gm)).toEqual(['See cooperate_2', 'See cooperate_4']);
    expect([folder.read('cooperate_0'), folder.read('cooperate_3')]).toEqual(['mine', 'mine too']);
    expect(folder.read('cooperate_2')).toMatch(/^sh -c 'exit 1' x\n/);
    expect(folder.read('cooperate_4')).toMatch(/^sh -c 'exit 1' y\n/);
  });

  test('lies where the worker was started', async () => {
    mkdirSync(folder.in('data'));
    folder.schedule([['false']], 'data/exp.json');
    await folder.cooperate('run', 'data/exp.json');
    expect(folder.names()).toContain('cooperate_0');
    expect(folder.names('data')).toEqual(['exp.json', 'exp.json.cooperate']);
  });

  test.runIf(process.getuid?.() === 0)('that cannot be written is said, and the failure counts', async () => {
    folder.schedule([['false']]);
    mkdirSync(folder.in('open'));
    folder.write('open/exp.json', folder.read('exp.json'));
    execFileSync('chown', ['-R', String(NOBODY), folder.in('open')]);
    const { code, stderr } = await folder.start(['run', folder.in('open/exp.json')], {
      cwd: '/',
      asNobody: true,
    }).ended;
    // A folder that only its owner may enter stands in the way.
    expect(code).toBe(3);
    expect(stderr).toMatch(/EACCES/);
    execFileSync('chmod', ['755', folder.path]);
    const again = await folder.start(['run', folder.in('open/exp.json')], { cwd: '/', asNobody: true }).ended;
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/could not be written \(EACCES\)/);
    expectNoTrace(again.stderr);
  });
});

test('what a command leaves running is ended with it', async () => {
  folder.schedule([sh(`(trap "" TERM HUP; ${until('never')}) >/dev/null 2>&1 & echo done`)]);
  const { code, stdout } = await folder.cooperate('run', 'exp.json');
  expect([code, stdout]).toEqual([0, 'done\n']);
  expect(folder.processes()).toEqual([]);
});
