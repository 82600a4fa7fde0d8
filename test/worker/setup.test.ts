import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { isFile } from '../../src/ports/shell-env.js';
import { capturedEnvironment } from '../../src/worker/setup-capture.js';
import { namesSet } from '../../src/worker/setup-names.js';
import { setupScript, type EnvironmentOptions, type SetupFacts } from '../../src/worker/setup.js';
import { FakeTools } from '../support/fake-tools.js';

let tools: FakeTools;
beforeEach(() => (tools = new FakeTools()));
afterEach(() => tools.dispose());

function withTools(...names: string[]): void {
  tools.dispose();
  tools = new FakeTools(...names);
}

function made(options: EnvironmentOptions, facts: Partial<SetupFacts> = {}) {
  return setupScript(options, { directory: tools.folder, home: tools.folder, isFile, ...facts });
}

async function captured(options: EnvironmentOptions, env: Record<string, string> = {}) {
  const setup = made(options);
  const before = { ...tools.env, ...env };
  const after = await capturedEnvironment(setup!, { env: before, directory: tools.folder });
  return after ?? {};
}

/** What this program prints in that environment. */
function prints(env: NodeJS.ProcessEnv, program: string): string {
  return execFileSync('sh', ['-c', program], { env, encoding: 'utf8' }).trim();
}

async function problemOf(options: EnvironmentOptions, env: Record<string, string> = {}): Promise<string> {
  const error: unknown = await captured(options, env).catch((thrown: unknown) => thrown);
  if (!(error instanceof Failure) || error.detail.reason !== 'usage')
    throw new Error('no failure', { cause: error });
  return error.detail.problem;
}

function refusalOf(options: EnvironmentOptions): string {
  try {
    made(options);
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage') return error.detail.problem;
  }
  throw new Error('it was taken');
}

test('without options there is nothing to set up', () => {
  expect(made({})).toBeUndefined();
  expect(made({ setup: [], module: [], pipenv: false, poetry: false })).toBeUndefined();
});

test('what is set up is told as it was typed', () => {
  const options = { module: ['gcc/12 cuda'], conda: 'ml', pipenv: true, setup: ['export A=1'] };
  expect(made(options)?.what).toBe(
    "--module gcc/12, --module cuda, --conda ml, --pipenv, --setup 'export A=1'",
  );
});

describe('--setup', () => {
  test('gives its variables to the entries, whatever is in them', async () => {
    const value = `it's\n"$HOME" = \\ ü `;
    const env = await captured(
      { setup: ['export A="$GIVEN"; B=private', 'export C="$A$B"'] },
      { GIVEN: value },
    );
    expect([env['A'], env['B'], env['C']]).toEqual([value, undefined, `${value}private`]);
  });

  test('takes variables away, too', async () => {
    expect(await captured({ setup: ['unset GONE'] }, { GONE: '1' })).not.toHaveProperty('GONE');
  });

  test('changes nothing that it does not name', async () => {
    const env = { PWD: '/there', SHLVL: '7', OLDPWD: '/before', PS1: '> ', 'a.b': 'odd', X: '' };
    expect(await captured({ setup: ['cd /; (exit 0); PS1=new'] }, env)).toEqual({ ...tools.env, ...env });
  });

  test('keeps functions that are exported to shells below', async () => {
    const env = await captured({ setup: ['greet() { echo hello; }; export -f greet'] });
    expect(execFileSync('bash', ['--norc', '-c', 'greet'], { env, encoding: 'utf8' })).toBe('hello\n');
  });

  test('may print, read and leave a trap without disturbing what it sets', async () => {
    const setup = ['trap "echo A=trap" EXIT', 'echo A=printed; printf "A=0\\0"; read -r A; export A="got:$A"'];
    const env = await captured({ setup: [`set +e; ${setup.join('; ')}`] });
    expect(env['A']).toBe('got:');
  });

  test('that breaks PATH still works', async () => {
    expect((await captured({ setup: ['PATH=/nowhere'] }))['PATH']).toBe('/nowhere');
  });

  test.each([
    ['false; export A=1', "--setup 'false; export A=1' failed with exit code 1."],
    ['echo why >&2; exit 7', "--setup 'echo why >&2; exit 7' failed with exit code 7:\n  why"],
    ['no-such-tool x', /^--setup 'no-such-tool x' failed with exit code 127:\n.*no-such-tool.*not found/],
    ['echo "', /^--setup 'echo "' failed with exit code \d+:\n.*unexpected EOF/],
    ['}', /^--setup '}' failed with exit code \d+:\n.*syntax error/],
    ['exit 0', "--setup 'exit 0' left the shell before its environment was known."],
    ['exec true', "--setup 'exec true' left the shell before its environment was known."],
    ['kill -9 $$', "--setup 'kill -9 $$' was killed by SIGKILL."],
  ])('%j is a failure in its own words', async (text, words) => {
    const problem = await problemOf({ setup: [text] });
    if (typeof words === 'string') expect(problem).toBe(words);
    else expect(problem).toMatch(words);
  });

  test('names the one of several that failed', async () => {
    expect(await problemOf({ setup: ['export A=1', 'false', 'export B=1'] })).toBe(
      '--setup false failed with exit code 1.',
    );
  });

  test('shows the last lines of much output, without what would change the terminal', async () => {
    const problem = await problemOf({ setup: ['seq 5000; printf "\\033[31mred\\033[0m\\n\\n"; exit 1'] });
    const lines = problem.split('\n');
    expect(lines).toHaveLength(9);
    expect(lines.at(-2)).toBe('  5000');
    expect(lines.at(-1)).toBe('  red');
  });

  test('that hangs can be left', async () => {
    const stop = new AbortController();
    const setup = made({
      setup: [`trap '' TERM; echo > ${join(tools.folder, 'there')}; while :; do sleep 1; done`],
    });
    const capturing = capturedEnvironment(setup!, {
      env: tools.env,
      directory: tools.folder,
      signal: stop.signal,
    });
    await expect.poll(() => isFile(join(tools.folder, 'there'))).toBe(true);
    stop.abort();
    expect(await capturing).toBeUndefined();
  });

  test('is not begun after a signal', async () => {
    const setup = made({ setup: ['sleep 1000'] });
    const signal = AbortSignal.abort();
    expect(
      await capturedEnvironment(setup!, { env: tools.env, directory: tools.folder, signal }),
    ).toBeUndefined();
  });

  test('runs by sh where there is no bash', async () => {
    const bin = join(tools.folder, 'bin');
    for (const name of ['sh', 'env']) execFileSync('ln', ['-s', `/bin/${name}`, join(bin, name)]);
    const env = await captured({ setup: ['export A="${BASH_VERSION-none}"'] }, { PATH: bin, 'a.b': 'odd' });
    expect([env['A'], env['a.b']]).toEqual(['none', 'odd']);
  });
});

describe('--venv', () => {
  function makeVenv(name: string): string {
    const folder = join(tools.folder, name);
    execFileSync('python3', ['-m', 'venv', '--without-pip', folder]);
    return folder;
  }

  test('gives the entries the python of a real environment, also with an odd name', async () => {
    const folder = makeVenv("it's a venv");
    const env = await captured({ venv: "it's a venv" }, { PYTHONHOME: '/wrong' });
    expect(prints(env, 'python -c "import sys; print(sys.prefix)"')).toBe(folder);
    expect(env).not.toHaveProperty('PYTHONHOME');
    expect(await captured({ venv: `~/it's a venv` })).toMatchObject({ VIRTUAL_ENV: folder });
  });

  test('that is none is refused before anything runs', () => {
    mkdirSync(join(tools.folder, 'plain'));
    expect(refusalOf({ venv: 'plain' })).toBe(
      `--venv plain is no virtual environment: there is no ${tools.folder}/plain/bin/activate.`,
    );
    expect(refusalOf({ venv: '' })).toBe('--venv is empty.');
  });

  test('that was moved is told, since it would give the system its turn', async () => {
    makeVenv('old');
    renameSync(join(tools.folder, 'old'), join(tools.folder, 'new'));
    expect(await problemOf({ venv: 'new' })).toContain('it has been moved, and must be made anew');
  });

  test('finds what a module has put on PATH behind its own', async () => {
    withTools();
    tools.environment('toolchain', 'python');
    tools.environment('toolchain', 'compiler');
    makeVenv('mine');
    const env = await captured({ venv: 'mine', module: ['toolchain'] }, { MODULESHOME: tools.modulesHome });
    expect(prints(env, 'compiler; command -v python')).toBe(`toolchain\n${tools.folder}/mine/bin/python`);
  });
});

describe('--conda', () => {
  test.each(['conda', 'micromamba', 'mamba=micromamba'])('is entered by %s', async (tool) => {
    withTools(tool);
    tools.environment('my env', 'tool');
    expect(prints(await captured({ conda: 'my env' }), 'tool')).toBe('my env');
    expect(prints(await captured({ conda: './my env' }), 'tool')).toBe('my env');
  });

  test.each([
    ['CONDA_EXE', 'conda'],
    ['MAMBA_EXE', 'micromamba'],
  ])('is found by %s where PATH has none', async (variable, tool) => {
    const other = new FakeTools(tool);
    try {
      tools.environment('ml', 'tool');
      const env = await captured({ conda: 'ml' }, { [variable]: join(other.folder, 'bin', tool) });
      expect(prints(env, 'tool')).toBe('ml');
    } finally {
      other.dispose();
    }
  });

  test('passes over a CONDA_EXE that is not there any more', async () => {
    withTools('micromamba');
    tools.environment('ml', 'tool');
    expect(prints(await captured({ conda: 'ml' }, { CONDA_EXE: '/gone/conda' }), 'tool')).toBe('ml');
  });

  test('by sh, too', async () => {
    withTools('conda');
    tools.environment('ml', 'tool');
    for (const name of ['sh', 'env', 'cat'])
      execFileSync('ln', ['-s', `/bin/${name}`, join(tools.folder, 'bin', name)]);
    const env = await captured({ conda: 'ml' }, { PATH: join(tools.folder, 'bin') });
    expect(env['CONDA_PREFIX']).toBe(join(tools.folder, 'ml'));
    expect(tools.calls()[0]).toBe('conda shell.posix hook');
  });

  test.each([
    ['conda', 'EnvironmentNameNotFound: Could not find conda environment: nope'],
    ['micromamba', 'critical libmamba Cannot activate, prefix does not exist at:'],
  ])('of no such name fails in the words of %s', async (tool, words) => {
    withTools(tool);
    const problem = await problemOf({ conda: 'nope' });
    expect(problem).toMatch(/^--conda nope failed with exit code 1:\n/);
    expect(problem).toContain(words);
  });

  test('needs one of the tools, and a name', async () => {
    expect(await problemOf({ conda: 'ml' })).toContain('there is no conda, mamba or micromamba');
    expect(refusalOf({ conda: ' ' })).toBe('--conda is empty.');
  });
});

describe.each(['pipenv', 'poetry'] as const)('--%s', (tool) => {
  function project(): string {
    const folder = tools.environment('project', 'tool');
    writeFileSync(
      join(folder, 'bin', 'activate'),
      `export VIRTUAL_ENV='${folder}' PATH='${folder}/bin:'"$PATH"\n`,
    );
    return folder;
  }

  test('enters the environment of the project, also from within another one', async () => {
    withTools(tool);
    const env = { FAKE_VENV: project(), VIRTUAL_ENV: tools.folder };
    expect(prints(await captured({ [tool]: true }, env), 'tool; echo $VIRTUAL_ENV')).toBe(
      `project\n${tools.folder}/project`,
    );
    expect(tools.calls()).toHaveLength(1);
  });

  test('enters one that has no activate, such as a conda environment', async () => {
    withTools(tool);
    const env = { FAKE_VENV: tools.environment('conda-like', 'tool') };
    expect(prints(await captured({ [tool]: true }, env), 'tool')).toBe('conda-like');
  });

  test('fails where the project has none, or the tool is not there', async () => {
    withTools(tool);
    expect(await problemOf({ [tool]: true })).toContain(`make it with: ${tool} install`);
    expect(await problemOf({ [tool]: true }, { FAKE_VENV: '/gone' })).toContain(
      `make it with: ${tool} install`,
    );
    withTools();
    expect(await problemOf({ [tool]: true })).toContain(`${tool}: command not found`);
  });
});

/** Lmod's or Environment Modules', as Debian and Red Hat install them. */
const hasModules = [
  '/usr/share/lmod',
  '/usr/share/modules',
  '/usr/share/Modules',
  '/etc/profile.d/modules.sh',
].some((path) => existsSync(path));

describe('--module', () => {
  test.runIf(hasModules)('loads a module file with the module system of this host', async () => {
    mkdirSync(join(tools.folder, 'tool'));
    writeFileSync(join(tools.folder, 'tool', '1.0'), '#%Module\nsetenv TOOL_HOME /opt/tool\n');
    const given = { MODULEPATH: tools.folder };
    expect(await captured({ module: ['tool'] }, given)).toMatchObject({
      TOOL_HOME: '/opt/tool',
      LOADEDMODULES: 'tool/1.0',
    });
    expect(await problemOf({ module: ['tool', 'nope'] }, given)).toMatch(
      /^--module nope failed with exit code 1:\n.*nope/s,
    );
  });

  test('loads several in order, with the module command of the host', async () => {
    tools.environment('gcc', 'tool');
    tools.environment('cuda', 'tool');
    const env = await captured({ module: ['gcc', 'cuda'] }, { MODULESHOME: tools.modulesHome });
    expect(prints(env, 'tool; echo $LOADEDMODULES')).toBe('cuda\ngcc:cuda');
    expect(tools.calls()).toEqual(['module load gcc', 'module load cuda']);
  });

  test.each([
    ['LMOD_PKG', ''],
    ['LMOD_CMD', '/libexec/lmod'],
  ])('finds Lmod by %s', async (variable, behind) => {
    tools.environment('gcc', 'tool');
    expect(
      prints(await captured({ module: ['gcc'] }, { [variable]: tools.modulesHome + behind }), 'tool'),
    ).toBe('gcc');
  });

  test('uses a module command that the worker has as a function', async () => {
    const env = { 'BASH_FUNC_module%%': '() { export LOADED="$*"; }', LMOD_CMD: '/gone/libexec/lmod' };
    expect((await captured({ module: ["it's"] }, env))['LOADED']).toBe("load it's");
  });

  test.each([{}, { FAKE_MODULES_OLD: '1' }])('that is unknown fails, with %j', async (env) => {
    const problem = await problemOf({ module: ['nope'] }, { ...env, MODULESHOME: tools.modulesHome });
    expect(problem).toBe(
      "--module nope failed with exit code 1:\n  ERROR: Unable to locate a modulefile for 'nope'",
    );
  });

  test.skipIf(hasModules)('needs a module command', async () => {
    expect(await problemOf({ module: ['gcc'] })).toContain('there is no module command here');
  });

  test('needs a name', () => {
    expect(refusalOf({ module: [' '] })).toBe('--module is empty.');
  });
});

test('a container that cannot run anything is a failure of its own', async () => {
  const setup = made(
    {},
    { probe: { container: 'img', argv: ['sh', '-c', 'echo "it is broken" >&2; exit 125'] } },
  );
  const capturing = capturedEnvironment(setup!, { env: tools.env, directory: tools.folder });
  await expect(capturing).rejects.toMatchObject({
    detail: { problem: '--container img failed with exit code 125:\n  it is broken' },
  });
});

test('a container is given what a set-up has set, and nothing that is only good outside', () => {
  const before = { PATH: '/bin', HOME: '/home/me', SAME: '1', CHANGED: '1' };
  const after = {
    ...before,
    PATH: '/venv/bin:/bin',
    CHANGED: '2',
    NEW: '',
    LD_LIBRARY_PATH: '/x',
    CONDA_PREFIX: '/y',
  };
  expect(namesSet(before, after)).toEqual(['CHANGED', 'NEW']);
});

test('what a name holds never becomes shell code', async () => {
  withTools('conda');
  const nasty = "x'; touch gone; $(touch gone) `touch gone`";
  await problemOf({ conda: nasty });
  await problemOf({ module: ["x';touch${IFS}gone;'"] }, { MODULESHOME: tools.modulesHome });
  expect(isFile(join(tools.folder, 'gone'))).toBe(false);
  expect(tools.calls()).toContain(`conda shell.posix activate ${nasty}`);
});
