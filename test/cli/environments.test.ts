import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectNoTrace, Folder, PROGRAM, sh, until, type Ended } from '../support/cli.js';
import { FakeTools } from '../support/fake-tools.js';

let folder: Folder;
let tools: FakeTools;
beforeEach(() => {
  folder = new Folder();
  tools = new FakeTools();
});
afterEach(async () => {
  tools.dispose();
  await folder.dispose();
});

function withTools(...names: string[]): void {
  tools.dispose();
  tools = new FakeTools(...names);
}

function run(options: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return folder.start(['run', 'exp.json', ...options], { env: { ...tools.env, ...env } }).ended;
}

/** So many entries, each of which writes down what this shell text prints. */
function entriesSay(text: string, count = 1): void {
  folder.schedule(Array.from({ length: count }, (_, i) => sh(`echo "$0 ${text}" >> said`, String(i))));
}

/** Nothing was claimed, and nobody can tell that it was tried. */
async function expectUntouched(running: Promise<Ended>): Promise<string> {
  const before = folder.read('exp.json');
  const { code, stderr } = await running;
  expect(code).toBe(2);
  expectNoTrace(stderr);
  expect(folder.read('exp.json')).toBe(before);
  expect(folder.names()).not.toContain('exp.json.cooperate');
  expect(folder.names()).not.toContain('said');
  return stderr;
}

describe('an environment', () => {
  test('is set up once, however many entries and slots there are', async () => {
    entriesSay('$COUNT', 40);
    const setup = 'echo once >> counter; export COUNT="$(wc -l < counter)"';
    const { code } = await run(['-j', '4', '--setup', setup]);
    expect(code).toBe(0);
    expect(folder.lines('counter')).toEqual(['once']);
    expect(folder.lines('said').sort()).toEqual(Array.from({ length: 40 }, (_, i) => `${i} 1`).sort());
  });

  test('of several recipes is made of all of them', async () => {
    withTools('conda', 'pipenv', 'poetry');
    for (const name of ['gcc', 'ml', 'project']) tools.environment(name, `from-${name}`);
    execFileSync('python3', ['-m', 'venv', '--without-pip', folder.in('venv')]);
    entriesSay('$(from-gcc) $(from-ml) $(from-project) $(command -v python) $SEEN');
    const { code } = await run(
      [
        '--setup',
        'export SEEN="$(from-gcc)"',
        '--module',
        'gcc',
        '--conda',
        'ml',
        '--venv',
        'venv',
        '--pipenv',
        '--poetry',
      ],
      { MODULESHOME: tools.modulesHome, FAKE_VENV: join(tools.folder, 'project') },
    );
    expect(code).toBe(0);
    expect(folder.lines('said')).toEqual([`0 gcc ml project ${folder.in('venv/bin/python')} gcc`]);
    expect(tools.calls()).toEqual([
      ...['module load gcc', 'conda shell.bash hook', 'conda shell.posix activate ml'],
      ...['pipenv --venv', 'poetry env info --path'],
    ]);
  });

  test('does not keep the entry from being told apart, nor change where it runs', async () => {
    entriesSay('$PWD $COOPERATE_ENTRY');
    mkdirSync(folder.in('elsewhere'));
    await run(['--setup', 'cd elsewhere; export COOPERATE_ENTRY=wrong']);
    expect(folder.lines('said')).toEqual([`0 ${folder.path} 0`]);
  });

  test.each([
    [
      ['--setup', 'echo no disk >&2; exit 3'],
      "cooperate: --setup 'echo no disk >&2; exit 3' failed with exit code 3:\n  no disk\n",
    ],
    [['--conda', 'nope'], 'EnvironmentNameNotFound: Could not find conda environment: nope'],
    [['--pipenv'], 'No virtualenv has been created for this project yet!'],
    [['--poetry'], 'poetry has no environment for this folder'],
    [['--module', 'nope'], "Unable to locate a modulefile for 'nope'"],
    [['--venv', 'nope'], '--venv nope is no virtual environment'],
    [['--container', 'docker:missing:1'], 'pull access denied for missing:1'],
    [['--container', 'missing.sif'], '--container missing.sif failed with exit code 255'],
    [['--container', 'missing.sif'], 'could not open image'],
    [['--container', 'podman:x'], '--container needs podman, which is not on PATH'],
    [['--container', 'docker --no-such-option 1 x'], 'unknown flag: --no-such-option'],
    [['--container', 'docker:x', '--bind', ':'], '--bind : is not understood'],
    [['--bind', '/data'], '--bind says nothing without --container'],
  ])('that cannot be had stops the worker before it claims: %j', async (options, words) => {
    withTools('conda', 'pipenv', 'poetry', 'docker', 'apptainer');
    entriesSay('');
    const stderr = await expectUntouched(run([...options], { MODULESHOME: tools.modulesHome }));
    expect(stderr).toContain(words);
  });

  test('whose set-up hangs can be left with Ctrl-C', async () => {
    entriesSay('');
    const setup = `echo > there; ${until('never')}`;
    const program = folder.start(['run', 'exp.json', '--setup', setup], { env: tools.env });
    await folder.hasLines('there', 1);
    program.signal('SIGINT');
    expect((await program.ended).code).toBe(130);
    expect(folder.marks()).toBe('.');
    expect(folder.names()).toEqual(['exp.json', 'there']);
    expect(folder.processes()).toEqual([]);
  });
});

describe('one entry that is chosen', () => {
  test('runs in the environment that is asked for, as with run', async () => {
    withTools('docker');
    entriesSay('$KEY $INSIDE $OMP_NUM_THREADS', 2);
    const options = ['--setup', 'export KEY=k', '--container', 'docker:img', '--threads', '3'];
    const { code, stderr } = await folder.start(['one', 'exp.json', '--entry', '1', ...options], {
      env: tools.env,
    }).ended;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^Running: /)]);
    expect([folder.lines('said'), folder.marks()]).toEqual([['1 k docker 3'], '.x']);
  });

  test('runs as the settings say, of which those about many entries mean nothing to it', async () => {
    entriesSay('$KEY $COOPERATE_SLOT', 2);
    const settings = { jobs: 4, limit: 1, hours: 'Sat 00:00-00:01', setup: 'export KEY=k', timeout: '5m' };
    folder.write('cooperate.config.json', JSON.stringify(settings));
    expect((await folder.cooperate('--one', 'exp.json', '--entry', '0')).code).toBe(0);
    expect((await folder.cooperate('one', 'exp.json', '--entry', '1', '--no-config')).code).toBe(0);
    expect(folder.lines('said')).toEqual(['0 k 0', '1  0']);
  });

  test.each([
    [['--setup', 'exit 3'], 0, "--setup 'exit 3' failed with exit code 3"],
    [['--venv', 'nope'], 0, '--venv nope is no virtual environment'],
    [['--bind', '/data'], 0, '--bind says nothing without --container'],
    [['--gpus', '0,', '--gpus-per-run', '0'], 0, 'It must be a whole number, 1 or more.'],
    // Told before a long set-up.
    [['--setup', 'echo > set-up'], 9, 'has no entry 9'],
  ])('is left as it was when that cannot be: %j', async (options, entry, words) => {
    entriesSay('');
    const stderr = await expectUntouched(
      folder.cooperate('one', 'exp.json', '--entry', String(entry), ...options),
    );
    expect(stderr).toContain(words);
    expect(folder.names()).not.toContain('set-up');
  });

  test('is ended when it takes longer than --timeout', async () => {
    folder.schedule([sh(until('never'))]);
    const { code, stderr } = await folder.cooperate('one', 'exp.json', '--entry', '0', '--timeout', '0.1s');
    expect([code, stderr]).toEqual([1, expect.stringContaining('entry 0 took too long and was ended')]);
  });

  test('is run again inside by the line that its failure file gives', async () => {
    withTools('docker');
    folder.schedule(['0', '1'].map((name) => sh('echo "$0 $KEY $INSIDE" >> said; exit 3', name)));
    const options = ['--setup', "export KEY='it is'", '--container', 'docker:img', '--timeout', '90m', '-k'];
    expect((await run(options)).code).toBe(1);
    const again = /^# again in it: (.*)$/m.exec(folder.read('cooperate_1'))?.[1] ?? '';
    expect(again).toContain("'--setup=export KEY='\\''it is'\\'''");
    expect(folder.read('cooperate_1')).toContain('--container docker:img\n# again');
    const bin = folder.write('cooperate', `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, 0o755);
    const { status } = spawnSync('sh', ['-c', again.replace('cooperate', bin)], {
      cwd: folder.path,
      env: { ...folder.env, ...tools.env },
    });
    expect(status).toBe(1);
    expect(folder.lines('said').map((line) => line.trim())).toEqual([
      ...['0 it is docker', '1 it is docker', '1 it is docker'],
    ]);
  });
});

describe('a container', () => {
  test.each([
    ['docker', 'docker:img'],
    ['podman', 'podman:img'],
    ['podman', 'podman --runtime runc run --network none --ulimit nofile=1024:1024 img'],
    ['apptainer', 'img.sif'],
    ['apptainer', 'docker://img'],
    ['singularity', 'singularity:img'],
    ['ch-run', 'ch:img'],
  ])('of %s runs every entry, by %s', async (tool, container) => {
    withTools({ podman: 'podman=docker', singularity: 'singularity=apptainer' }[tool] ?? tool);
    entriesSay('$INSIDE $COOPERATE_ENTRY $PWD', 2);
    const { code, stderr } = await run(['--container', container]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('All experiments completed.')]);
    expect(folder.lines('said')).toEqual([`0 ${tool} 0 ${folder.path}`, `1 ${tool} 1 ${folder.path}`]);
    const calls = tools.calls();
    expect(calls.filter((call) => /img(\.sif)? (-- )?true$/.test(call))).toHaveLength(1);
    expect(calls).toHaveLength(3);
    for (const call of calls) expect(call.startsWith(`${tool} `)).toBe(true);
  });

  test('sees what is bound, and the set-up that was made outside', async () => {
    withTools('docker');
    entriesSay('$KEY');
    const { code } = await run([
      '--container',
      'docker:img',
      '--bind',
      '/data:/mnt:ro',
      '--setup',
      'export KEY=k',
    ]);
    expect(code).toBe(0);
    expect(folder.lines('said')).toEqual(['0 k']);
    expect(tools.calls().at(-1)).toContain('--mount type=bind,src=/data,dst=/mnt,readonly');
    expect(tools.calls().at(-1)).not.toContain('-e PATH');
  });

  test('gets the input with --inherit, and a terminal only where there is one', async () => {
    withTools('docker');
    entriesSay('$(cat)');
    const program = folder.start(['run', 'exp.json', '--container', 'docker:img', '--inherit'], {
      env: tools.env,
      input: 'something',
    });
    expect((await program.ended).code).toBe(0);
    expect(folder.lines('said')).toEqual(['0 something']);
    expect(tools.calls().at(-1)).toMatch(/ -i (?!-t)/);
  });

  test('may come from a module', async () => {
    withTools();
    const other = new FakeTools('apptainer');
    try {
      execFileSync('cp', ['-rL', `${other.folder}/bin`, tools.environment('apptainer', 'other')]);
      entriesSay('$INSIDE');
      const options = ['--module', 'apptainer', '--container', 'a.sif'];
      expect((await run(options, { MODULESHOME: tools.modulesHome })).code).toBe(0);
      expect(folder.lines('said')).toEqual(['0 apptainer']);
    } finally {
      other.dispose();
    }
  });

  test('whose entry failed leaves a failure file with the command as it stands in the schedule', async () => {
    withTools('docker');
    folder.schedule([sh('exit 7')]);
    const { code, stderr } = await run(['--container', 'docker:img']);
    expect(code).toBe(1);
    expect(stderr).toContain("entry 0 failed with exit code 7: sh -c 'exit 7' sh");
    expect(folder.read('cooperate_0').split('\n')[0]).toBe("sh -c 'exit 7' sh");
  });

  test('is removed when its client had to be killed', async () => {
    withTools('docker');
    folder.schedule([sh(`trap '' INT TERM; echo > there; ${until('never')}`)]);
    const program = folder.start(['run', 'exp.json', '--container', 'docker:img'], { env: tools.env });
    await folder.hasLines('there', 1);
    program.signal('SIGINT');
    await program.says('Once more kills it.');
    program.signal('SIGINT');
    await program.ended;
    expect(folder.marks()).toBe('.');
    const name = / --name (cooperate-\S+-0-1) /.exec(
      tools.calls().find((call) => call.includes('there')) ?? '',
    )?.[1];
    expect(tools.calls().at(-1)).toBe(`docker rm --force ${String(name)}`);
  });

  test('is removed when its client left of the first signal, as one does that has just begun', async () => {
    withTools('docker');
    folder.schedule([sh(`trap 'exit 2' INT; echo > there; ${until('never')}`)]);
    const program = folder.start(['run', 'exp.json', '--container', 'docker:img'], { env: tools.env });
    await folder.hasLines('there', 1);
    program.signal('SIGINT');
    expect((await program.ended).code).toBe(130);
    expect(tools.calls().at(-1)).toMatch(/^docker rm --force cooperate-\S+-0-1$/);
  });
});
