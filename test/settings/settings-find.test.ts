import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.js';
import { settingsFiles } from '../../src/settings/settings-find.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

let fs: MemoryFileSystem;
beforeEach(async () => {
  fs = memoryFileSystem();
  for (const folder of ['/p/a/b', '/home/ann/.config/cooperate', '/etc/ann/cooperate'])
    await fs.makeDirectory(folder);
});

async function put(path: string, value: unknown): Promise<void> {
  await fs.write(path, Buffer.from(JSON.stringify(value)));
}

async function found(directory: string, env: NodeJS.ProcessEnv = { HOME: '/home/ann' }): Promise<unknown[]> {
  return (await settingsFiles(fs, { directory, env })).map(({ path, value }) => [path, value]);
}

describe('the settings of a project', () => {
  it('are found in the folder and above it, and the nearest are all', async () => {
    expect(await found('/p/a/b')).toEqual([]);
    await put('/cooperate.config.json', { jobs: 1 });
    expect(await found('/p/a/b')).toEqual([['/cooperate.config.json', { jobs: 1 }]]);
    await put('/p/cooperate.config.json', { jobs: 2 });
    expect(await found('/p/a/b')).toEqual([['/p/cooperate.config.json', { jobs: 2 }]]);
    await put('/p/a/b/cooperate.config.json', { jobs: 3 });
    expect(await found('/p/a/b')).toEqual([['/p/a/b/cooperate.config.json', { jobs: 3 }]]);
    expect(await found('/p/a')).toEqual([['/p/cooperate.config.json', { jobs: 2 }]]);
    expect(await found('/')).toEqual([['/cooperate.config.json', { jobs: 1 }]]);
  });

  it('are not looked for in vain where a folder above is closed', async () => {
    await put('/cooperate.config.json', { jobs: 1 });
    fs.faults.fail('read', '/p/cooperate.config.json', 'EACCES');
    fs.faults.fail('list', /^\/p$/, 'EACCES');
    expect(await found('/p/a/b')).toEqual([['/cooperate.config.json', { jobs: 1 }]]);
  });

  it('are not looked for in vain where an automounter knows no such host', async () => {
    await put('/cooperate.config.json', { jobs: 1 });
    fs.faults.fail('read', '/p/cooperate.config.json', 'EHOSTUNREACH');
    expect(await found('/p/a/b')).toEqual([['/cooperate.config.json', { jobs: 1 }]]);
  });

  it('that are there and cannot be read are not passed over', async () => {
    await put('/p/cooperate.config.json', { jobs: 1 });
    fs.faults.fail('read', '/p/cooperate.config.json', 'EACCES');
    await expect(found('/p/a/b')).rejects.toMatchObject({
      detail: { reason: 'filesystem', code: 'EACCES', path: '/p/cooperate.config.json' },
    });
  });

  it('are no folder', async () => {
    await fs.makeDirectory('/p/cooperate.config.json');
    await expect(found('/p')).rejects.toMatchObject({
      detail: { reason: 'usage', problem: '/p/cooperate.config.json is a directory.' },
    });
  });

  it('with a mistake stop everything, by their path', async () => {
    await put('/p/cooperate.config.json', { job: 1 });
    const error = await found('/p/a').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).detail).toMatchObject({
      problem: '/p/cooperate.config.json: job is no setting.',
    });
  });
});

describe("a user's own settings", () => {
  const MINE = '/home/ann/.config/cooperate/config.json';

  it("come before the project's", async () => {
    await put(MINE, { jobs: 1 });
    await put('/p/cooperate.config.json', { jobs: 2 });
    expect(await found('/p')).toEqual([
      [MINE, { jobs: 1 }],
      ['/p/cooperate.config.json', { jobs: 2 }],
    ]);
  });

  it('are where XDG_CONFIG_HOME says, if that is a path', async () => {
    await put(MINE, { jobs: 1 });
    await put('/etc/ann/cooperate/config.json', { jobs: 2 });
    const told = (value: string) => found('/p', { HOME: '/home/ann', XDG_CONFIG_HOME: value });
    expect(await told('/etc/ann')).toEqual([['/etc/ann/cooperate/config.json', { jobs: 2 }]]);
    expect(await told('ann')).toEqual([[MINE, { jobs: 1 }]]);
    expect(await told('')).toEqual([[MINE, { jobs: 1 }]]);
  });

  it('are none without a home', async () => {
    await put(MINE, { jobs: 1 });
    expect(await found('/p', {})).toEqual([]);
    expect(await found('/p', { HOME: '' })).toEqual([]);
  });
});

describe('paths in settings', () => {
  async function read(layer: Record<string, unknown>): Promise<unknown> {
    await put('/p/cooperate.config.json', layer);
    const [file] = await settingsFiles(fs, { directory: '/p/a/b', env: { HOME: '/home/ann' } });
    return file?.value;
  }

  it.each([
    [{ venv: 'venv' }, { venv: '/p/venv' }],
    [{ venv: './venv/' }, { venv: '/p/venv' }],
    [{ venv: '../venv' }, { venv: '/venv' }],
    [{ venv: '~/venv' }, { venv: '/home/ann/venv' }],
    [{ venv: '/opt/venv' }, { venv: '/opt/venv' }],
    [{ venv: null }, { venv: null }],
    [{ conda: 'torch' }, { conda: 'torch' }],
    [{ conda: 'envs/torch' }, { conda: '/p/envs/torch' }],
    [{ conda: '~/envs/torch' }, { conda: '/home/ann/envs/torch' }],
    [{ container: 'torch.sif' }, { container: '/p/torch.sif' }],
    [{ container: 'apptainer:images/torch.sif' }, { container: 'apptainer:/p/images/torch.sif' }],
    [{ container: 'ch:./rootfs' }, { container: 'ch:/p/rootfs' }],
    [{ container: './rootfs' }, { container: '/p/rootfs' }],
    [{ container: '~/torch.sif' }, { container: '/home/ann/torch.sif' }],
    [{ container: 'docker:python:3.12' }, { container: 'docker:python:3.12' }],
    [{ container: 'apptainer exec --nv torch.sif' }, { container: 'apptainer exec --nv /p/torch.sif' }],
    [{ container: '/opt/bin/ch-run -w ./root' }, { container: '/opt/bin/ch-run -w /p/root' }],
    [{ container: 'podman run --network none small' }, { container: 'podman run --network none small' }],
    [{ container: 'docker://org/torch' }, { container: 'docker://org/torch' }],
    [{ container: 'oras://host/torch.sif' }, { container: 'oras://host/torch.sif' }],
    [{ container: 'org/torch' }, { container: 'org/torch' }],
    [{ bind: 'data' }, { bind: ['/p/data'] }],
    [{ bind: ['../data:/data:ro', '~/x', '/y:/z'] }, { bind: ['/data:/data:ro', '/home/ann/x', '/y:/z'] }],
    [{ setup: 'source ./env.sh' }, { setup: 'source ./env.sh' }],
    [{ profiles: { a: { hosts: 'a/b', venv: 'v' } } }, { profiles: { a: { hosts: 'a/b', venv: '/p/v' } } }],
  ])('are meant from where the file is: %j', async (layer, meant) => {
    expect(await read(layer)).toEqual(meant);
  });
});
