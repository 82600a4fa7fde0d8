import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Folder, sh, until, type Ended } from '../support/cli.js';

// With the tools themselves, where this host has them; what is said of the fakes in environments.test.ts, once each.

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
const BUSYBOX = '/bin/busybox';
const isStatic = existsSync(BUSYBOX) && spawnSync('ldd', [BUSYBOX]).status !== 0;
const MODULES = ['/usr/share/modules/init/bash', '/usr/share/lmod/lmod/init/bash'].find((file) =>
  existsSync(file),
);

/** Some of these take their time. */
const PATIENCE_MS = 60_000;

let folder: Folder;
beforeEach(() => (folder = new Folder()));
afterEach(() => folder.dispose());

/** Three entries that write down what they find, and in two slots; the set-up counts how often it was run. */
async function runs(what: string, options: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  folder.schedule(['0', '1', '2'].map((name) => sh(`echo "$0 $KEY ${what}" >> said`, name)));
  const setup = 'echo once >> counter; export KEY=k';
  return folder.start(['run', 'exp.json', '-j', '2', '--setup', setup, ...options], {
    env: { USER: 'somebody', ...env },
  }).ended;
}

function expectRan({ code, stderr }: Ended, saw: string): void {
  expect([code, stderr]).toEqual([0, expect.stringContaining('All experiments completed.')]);
  expect(folder.lines('said').sort()).toEqual(['0', '1', '2'].map((name) => `${name} k ${saw}`));
  expect(folder.lines('counter')).toEqual(['once']);
}

function tool(command: string, ...args: string[]): void {
  execFileSync(command, args, { cwd: folder.path, env: { ...folder.env, ...IN_PROJECT }, stdio: 'pipe' });
}
const IN_PROJECT = { PIPENV_VENV_IN_PROJECT: '1', POETRY_VIRTUALENVS_IN_PROJECT: '1' };

describe('the tools of this host', { timeout: PATIENCE_MS }, () => {
  test.skipIf(spawnSync('python3', ['-c', 'import venv, ensurepip']).status !== 0)('venv', async () => {
    tool('python3', '-m', 'venv', '--without-pip', 'venv');
    expectRan(await runs('$(command -v python)', ['--venv', 'venv']), folder.in('venv/bin/python'));
  });

  test.skipIf(!has('pipenv'))('pipenv', async () => {
    tool('pipenv', '--python', execFileSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).trim());
    const ended = await runs('$(command -v python)', ['--pipenv'], IN_PROJECT);
    expectRan(ended, folder.in('.venv/bin/python'));
  });

  test.skipIf(!has('poetry'))('poetry', async () => {
    const facts = ['name = "x"', 'version = "1"', 'description = ""', 'authors = []'];
    const needs = ['[tool.poetry.dependencies]', 'python = ">=3.8"'];
    folder.write('pyproject.toml', ['[tool.poetry]', ...facts, ...needs, ''].join('\n'));
    tool('poetry', 'env', 'use', execFileSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).trim());
    const ended = await runs('$(command -v python)', ['--poetry'], IN_PROJECT);
    expectRan(ended, folder.in('.venv/bin/python'));
  });

  test.skipIf(!MODULES)('Environment Modules or Lmod', async () => {
    mkdirSync(folder.in('modules/chem'), { recursive: true });
    folder.write('modules/chem/1.0', '#%Module\nsetenv CHEM one\nprepend-path PATH /opt/chem/bin\n');
    const options = ['--module', 'chem/1.0'];
    const ended = await runs('$CHEM ${PATH%%:*}', options, { MODULEPATH: folder.in('modules') });
    expectRan(ended, 'one /opt/chem/bin');
    const refused = await runs('', ['--module', 'nosuch'], { MODULEPATH: folder.in('modules') });
    expect([refused.code, folder.marks()]).toEqual([2, '...']);
    expect(refused.stderr).toMatch(/--module nosuch failed with exit code \d+:\n.*nosuch/s);
  });
});

describe.skipIf(!isStatic)(
  'the container tools of this host (busybox-static is there)',
  { timeout: PATIENCE_MS },
  () => {
    let image: string;
    beforeAll(() => (image = rootFileSystem()));
    afterAll(() => rmSync(image, { recursive: true }));

    const saw = '$(cat /etc/motto) $COOPERATE_SLOT $PWD';

    test.skipIf(!has('ch-run'))('charliecloud', async () => {
      const ended = await runs(saw.replace('$COOPERATE_SLOT', ''), ['--container', `ch-run -w ${image}`]);
      expectRan(ended, `inside  ${folder.path}`);
    });

    describe.skipIf(!has('podman') || !has('runc'))('podman', () => {
      let store: string;
      let podman: readonly string[];
      beforeAll(() => {
        store = mkdtempSync(join(tmpdir(), 'cooperate-podman-'));
        podman = [
          ...['podman', '--root', join(store, 'root'), '--runroot', join(store, 'run')],
          ...['--storage-driver', 'vfs', '--runtime', 'runc'],
        ];
        execFileSync('tar', ['-C', image, '-cf', join(store, 'small.tar'), '.']);
        call('import', join(store, 'small.tar'), 'small');
      });
      afterAll(() => {
        call('rmi', '--all', '--force');
        rmSync(store, { recursive: true, force: true });
      });

      function call(...args: string[]): string {
        return execFileSync(podman[0] as string, [...podman.slice(1), ...args], {
          encoding: 'utf8',
          stdio: 'pipe',
        });
      }

      /** What a host needs that gives podman few rights, and has no init for it. */
      const own = '--init=false --network none --ulimit nofile=1024:1024 --ulimit nproc=1000:1000';
      const container = (): string => [...podman, 'run', own, 'small'].join(' ');

      test('with options of its own, also from the settings', async () => {
        expectRan(await runs('$(cat /etc/motto) $PWD', ['--container', container()]), `inside ${folder.path}`);
        folder.write(
          'cooperate.config.json',
          JSON.stringify({ container: container(), setup: 'export KEY=set' }),
        );
        folder.schedule([sh('echo "$(cat /etc/motto) $KEY" >> said; exit 3')]);
        expect((await folder.cooperate('one', 'exp.json', '--entry', '0')).code).toBe(1);
        expect(folder.lines('said').at(-1)).toBe('inside set');
      });

      test('whose run takes too long, and whose client is killed, leaves no container', async () => {
        folder.schedule([sh(`trap '' TERM INT; echo > there; ${until('never')}`)]);
        const program = folder.start(['run', 'exp.json', '--container', container()]);
        await folder.hasLines('there', 1);
        program.signal('SIGINT');
        await program.says('Once more kills it.');
        program.signal('SIGINT');
        expect((await program.ended).code).toBe(130);
        expect([folder.marks(), call('ps', '--all', '--quiet')]).toEqual(['.', '']);
      });

      test('that has no such image says so before anything is claimed', async () => {
        folder.schedule([['true']]);
        const command = container().replace(/small$/, 'nosuch');
        const { code, stderr } = await folder.cooperate('run', 'exp.json', '--container', command);
        expect([code, folder.marks()]).toEqual([2, '.']);
        expect(stderr).toMatch(/^cooperate: --container 'podman .* failed with exit code 125:\n.*nosuch/s);
      });
    });
  },
);

/** A folder with a shell and a few commands, and the places that the tools want to mount something at. */
function rootFileSystem(): string {
  const root = mkdtempSync(join(tmpdir(), 'cooperate-image-'));
  for (const name of 'bin dev etc home mnt opt proc root run srv sys tmp usr var'.split(' '))
    mkdirSync(join(root, name));
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const name of 'sh cat echo env sleep true'.split(' ')) symlinkSync('busybox', join(root, 'bin', name));
  for (const name of 'passwd group hosts resolv.conf'.split(' ')) writeFileSync(join(root, 'etc', name), '');
  writeFileSync(join(root, 'etc/motto'), 'inside\n');
  return root;
}
