import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { containerName, removal, wrapped, type ContainerFacts } from '../../src/worker/container.js';
import { containerTool } from '../../src/worker/setup-container.js';

const PLACE = { directory: '/work', home: '/home/me' };

function found(container: string, onPath: readonly string[] = ['apptainer', 'docker', 'podman', 'ch-run']) {
  return containerTool(container, {
    ...PLACE,
    isOnPath: (name) => onPath.includes(name),
    isFolder: (path) => path === '/work/rootfs',
  });
}

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage') return error.detail.problem;
  }
  throw new Error('it was taken');
}

const FACTS: ContainerFacts = {
  ...PLACE,
  sidecar: '/data/exp.json.cooperate',
  binds: [],
  env: {},
  name: 'cooperate-host-1-abc-0-1',
  user: { uid: 1000, gid: 100 },
};

const inside = (
  container: string,
  facts: Partial<ContainerFacts> = {},
  argv = ['python', 'main.py', '--lr', '1'],
) => wrapped(found(container), argv, { ...FACTS, ...facts });

/** What follows each occurrence of a flag. */
const valuesOf = (argv: readonly string[], flag: string): string[] =>
  argv.flatMap((word, index) => (word === flag ? [argv[index + 1] ?? ''] : []));

describe('which tool runs an image', () => {
  test.each([
    ['docker:python:3.12', ['docker', 'run'], 'python:3.12'],
    ['podman:localhost/mine', ['podman', 'run'], 'localhost/mine'],
    ['apptainer:/images/a b.sif', ['apptainer', 'exec'], '/images/a b.sif'],
    ['ch:rootfs', ['ch-run'], 'rootfs'],
    ['image.sif', ['apptainer', 'exec'], 'image.sif'],
    ['~/image.sif', ['apptainer', 'exec'], '/home/me/image.sif'],
    ['rootfs', ['apptainer', 'exec'], 'rootfs'],
    ['docker://python:3.12', ['apptainer', 'exec'], 'docker://python:3.12'],
    ['library://a/b', ['apptainer', 'exec'], 'library://a/b'],
    ['oras://a/b', ['apptainer', 'exec'], 'oras://a/b'],
    ['python:3.12', ['docker', 'run'], 'python:3.12'],
    ['registry.example.com:5000/a/b', ['docker', 'run'], 'registry.example.com:5000/a/b'],
  ])('%s is told by its looks', (container, start, image) => {
    expect(found(container)).toMatchObject({ start, image, options: [] });
  });

  test.each([
    ['image.sif', ['singularity', 'docker'], ['singularity', 'exec'], 'image.sif'],
    ['rootfs', ['docker', 'ch-run'], ['ch-run'], 'rootfs'],
    ['python:3.12', ['podman', 'apptainer'], ['podman', 'run'], 'python:3.12'],
    ['python:3.12', ['apptainer'], ['apptainer', 'exec'], 'docker://python:3.12'],
  ])('%s with %j on PATH', (container, onPath, start, image) => {
    expect(found(container, onPath)).toMatchObject({ start, image });
  });

  test.each([
    ['docker:x', 'docker, which is not on PATH'],
    ['python:3.12', 'docker or podman or apptainer or singularity, and none of them is on PATH'],
    ['a.sif', 'apptainer or singularity, and none'],
    ['podman run x', 'podman, which is not on PATH'],
  ])('%s without its tool is a failure', (container, words) => {
    expect(problemOf(() => found(container, []))).toContain(words);
  });

  test.each(['', ' ', 'docker:', 'podman run', 'podman run --rm', 'docker --debug'])(
    '%j names no image',
    (container) => {
      expect(problemOf(() => found(container))).toBe('--container names no image.');
    },
  );

  test('a command line keeps its own options, behind ours', () => {
    const podman = 'podman --runtime runc run --rm --network none --ulimit "nofile=1024:1024" \'my image\'';
    expect(found(podman)).toEqual({
      tool: 'podman',
      start: ['podman', '--runtime', 'runc', 'run'],
      options: ['--network', 'none', '--ulimit', 'nofile=1024:1024'],
      image: 'my image',
    });
    expect(found('docker --shm-size=1g img')).toMatchObject({
      start: ['docker', 'run'],
      options: ['--shm-size=1g'],
    });
    expect(found('ch-run --write-fake img --')).toMatchObject({ start: ['ch-run'], options: ['--write-fake'] });
    const argv = inside('/opt/bin/podman --runtime runc run --network none img');
    expect(argv.slice(0, 4)).toEqual(['/opt/bin/podman', '--runtime', 'runc', 'run']);
    expect(argv.slice(-7)).toEqual(['--network', 'none', 'img', 'python', 'main.py', '--lr', '1']);
  });
});

describe('apptainer and singularity', () => {
  test('get the folders, and the directory to be in', () => {
    expect(inside('apptainer:a.sif', { binds: ['/data', 'mine:/mnt:ro'] })).toEqual([
      ...[
        'apptainer',
        'exec',
        '--bind',
        '/work:/work',
        '--bind',
        '/data/exp.json.cooperate:/data/exp.json.cooperate',
      ],
      ...['--bind', '/data:/data', '--bind', '/work/mine:/mnt:ro', '--pwd', '/work'],
      ...['a.sif', 'python', 'main.py', '--lr', '1'],
    ]);
  });

  test('get GPUs where there are some to be had', () => {
    const flags = (facts: Partial<ContainerFacts>) => inside('a.sif', facts).slice(2, 3);
    expect(flags({ gpus: 'nvidia' })).toEqual(['--nv']);
    expect(flags({ env: { CUDA_VISIBLE_DEVICES: '2' } })).toEqual(['--nv']);
    expect(flags({ gpus: 'amd' })).toEqual(['--rocm']);
    expect(flags({ env: { ROCR_VISIBLE_DEVICES: '0' } })).toEqual(['--rocm']);
    for (const none of ['', '-1', 'NoDevFiles'])
      expect(flags({ gpus: 'nvidia', env: { CUDA_VISIBLE_DEVICES: none } })).toEqual(['--bind']);
    expect(flags({})).toEqual(['--bind']);
  });

  test('get a path with a colon or a comma in the long form', () => {
    const argv = inside('a.sif', { directory: '/a,b:c' });
    expect(valuesOf(argv, '--mount')).toEqual(['type=bind,"src=/a,b:c","dst=/a,b:c"']);
  });
});

describe('docker and podman', () => {
  test('docker runs it with an init, as the user, in the folder, and leaves nothing', () => {
    expect(inside('docker:img', { env: { COOPERATE_ENTRY: '0', SECRET: 'x', OMP_NUM_THREADS: '2' } })).toEqual([
      ...[
        'docker',
        'run',
        '--rm',
        '--init',
        '--name',
        'cooperate-host-1-abc-0-1',
        '-u',
        '1000:100',
        '-e',
        'HOME=/tmp',
      ],
      ...['--ipc', 'host', '--security-opt', 'label=disable', '--mount', 'type=bind,src=/work,dst=/work'],
      ...['--mount', 'type=bind,src=/data/exp.json.cooperate,dst=/data/exp.json.cooperate', '-w', '/work'],
      ...['-e', 'COOPERATE_ENTRY', '-e', 'OMP_NUM_THREADS', 'img', 'python', 'main.py', '--lr', '1'],
    ]);
  });

  test('files belong to the user, however the tool maps users', () => {
    expect(valuesOf(inside('podman:img'), '--userns')).toEqual(['keep-id']);
    expect(valuesOf(inside('docker:img'), '--userns')).toEqual([]);
    const root = inside('podman:img', { user: { uid: 0, gid: 0 } });
    expect([valuesOf(root, '-u'), valuesOf(root, '--userns'), valuesOf(root, '-e')]).toEqual([['0:0'], [], []]);
    const rootless = inside('docker:img', { env: { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' } });
    expect(valuesOf(rootless, '-u')).toEqual(['0:0']);
  });

  test('what is handed out counts from 0 inside, unless it has a name', () => {
    const gpus = (container: string, visible: string) => {
      const argv = inside(container, { env: { CUDA_VISIBLE_DEVICES: visible } });
      return [...valuesOf(argv, '--gpus'), ...valuesOf(argv, '--device'), ...valuesOf(argv, '-e').slice(1)];
    };
    expect(gpus('docker:img', '2')).toEqual(['"device=2"', 'CUDA_VISIBLE_DEVICES=0']);
    expect(gpus('docker:img', '2, 3')).toEqual(['"device=2,3"', 'CUDA_VISIBLE_DEVICES=0,1']);
    expect(gpus('docker:img', 'GPU-1,MIG-2')).toEqual(['"device=GPU-1,MIG-2"', 'CUDA_VISIBLE_DEVICES']);
    expect(gpus('docker:img', '')).toEqual(['CUDA_VISIBLE_DEVICES']);
    expect(gpus('podman:img', '2,3')).toEqual([
      'nvidia.com/gpu=2',
      'nvidia.com/gpu=3',
      'CUDA_VISIBLE_DEVICES=0,1',
    ]);
  });

  test('all GPUs of the host where none are handed out', () => {
    expect(valuesOf(inside('docker:img', { gpus: 'nvidia' }), '--gpus')).toEqual(['all']);
    expect(valuesOf(inside('podman:img', { gpus: 'nvidia' }), '--device')).toEqual(['nvidia.com/gpu=all']);
    expect(valuesOf(inside('docker:img', { gpus: 'amd' }), '--device')).toEqual(['/dev/kfd', '/dev/dri']);
    expect(inside('docker:img')).not.toContain('--gpus');
  });

  test('variables go by name, so that nobody reads their values off the command line', () => {
    const env = { WANDB_API_KEY: 'secret', COOPERATE_ID: 'x', HIP_VISIBLE_DEVICES: '1', PATH: '/bin' };
    const argv = inside('docker:img', { env, pass: ['WANDB_API_KEY', 'UNSET'] });
    expect(valuesOf(argv, '-e').slice(1)).toEqual(['WANDB_API_KEY', 'COOPERATE_ID', 'HIP_VISIBLE_DEVICES']);
    expect(argv.join(' ')).not.toContain('secret');
  });

  test('the terminal is handed over where the run inherits it', () => {
    expect(inside('docker:img', { stdin: 'terminal' }).slice(6, 8)).toEqual(['-i', '-t']);
    expect(inside('docker:img', { stdin: 'pipe' })).not.toContain('-t');
    expect(inside('docker:img')).not.toContain('-i');
  });

  test('paths may hold what separates settings', () => {
    expect(valuesOf(inside('docker:img', { directory: '/a,"b' }), '--mount')[0]).toBe(
      'type=bind,"src=/a,""b","dst=/a,""b"',
    );
    expect(valuesOf(inside('docker:img', { binds: ['data:/d:ro'] }), '--mount').at(-1)).toBe(
      'type=bind,src=/work/data,dst=/d,readonly',
    );
  });

  test('a killed client leaves a container that can be removed by its name', () => {
    const name = containerName('host-12-abc', 3, 2);
    expect(name).toBe('cooperate-host-12-abc-3-2');
    expect(removal(found('docker:img'), name)).toEqual(['docker', 'rm', '--force', name]);
    expect(removal(found('podman --runtime runc run img'), name)).toEqual([
      ...['podman', '--runtime', 'runc', 'rm', '--force', name],
    ]);
    expect(valuesOf(inside('podman:img'), '--stop-timeout')).toEqual(['0']);
    expect(removal(found('a.sif'), name)).toBeUndefined();
    expect(removal(found('ch:img'), name)).toBeUndefined();
  });
});

describe('charliecloud', () => {
  test('gets the folders, and the directory to be in', () => {
    expect(inside('ch:img', { binds: ['/data:/mnt'] })).toEqual([
      ...['ch-run', '--bind', '/work:/work', '--bind', '/data/exp.json.cooperate:/data/exp.json.cooperate'],
      ...['--bind', '/data:/mnt', '--cd', '/work', 'img', '--', 'python', 'main.py', '--lr', '1'],
    ]);
  });

  test('is not asked for what it cannot do', () => {
    expect(problemOf(() => inside('ch:img', { binds: ['/a:/b:ro'] }))).toContain('for reading alone');
    expect(problemOf(() => inside('ch:img', { directory: '/a:b' }))).toContain('a colon in its path');
  });
});

describe('--bind', () => {
  test.each([':/a', '/a:/b:rx', '/a:/b:ro:x', ''])('%j is not understood', (bind) => {
    expect(problemOf(() => inside('a.sif', { binds: [bind] }))).toBe(`--bind ${bind} is not understood.`);
  });

  test('a sidecar within the working directory needs none of its own', () => {
    const argv = inside('a.sif', { sidecar: '/work/exp.json.cooperate' });
    expect(valuesOf(argv, '--bind')).toEqual(['/work:/work']);
    expect(valuesOf(inside('a.sif', { sidecar: '/workshop/x' }), '--bind')).toHaveLength(2);
  });
});
