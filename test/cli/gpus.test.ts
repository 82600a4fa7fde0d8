import { mkdirSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { expectReadable, Folder, sh, until, type Ended } from '../support/cli.js';
import { amdSmi, fakeGpus, gpuUuid, migUuid, nvidiaSmi, rocmSmi } from '../support/fake-gpus.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  mkdirSync(folder.in('bin'));
});
afterEach(() => folder.dispose());

/** What the host of these tests may set, and whatever else decides about GPUs and threads. */
const UNSET = Object.fromEntries(
  ['CUDA_VISIBLE_DEVICES', 'CUDA_DEVICE_ORDER', 'NVIDIA_VISIBLE_DEVICES', 'GPU_DEVICE_ORDINAL']
    .concat(['ROCR_VISIBLE_DEVICES', 'HIP_VISIBLE_DEVICES', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'])
    .map((name) => [name, undefined]),
);

function tool(name: string, script: string): void {
  folder.write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
}

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const path = `${folder.in('bin')}:${process.env['PATH'] ?? ''}`;
  return folder.start(['run', 'exp.json', ...args], { env: { ...UNSET, PATH: path, ...env } }).ended;
}

/** Entries that write down what they see, at their begin and end; none ends before `together` have begun. */
function watching(variable: string, entries: number, together: number): void {
  const begun = '[ "$(grep -c begin seen)" -ge "$1" ]';
  const script = `echo "begin $${variable}" >> seen
    until ${begun} || [ ! -d "$COOPERATE_TEST_FOLDER" ]; do sleep 0.02; done
    echo "end $${variable}" >> seen`;
  folder.schedule(Array.from({ length: entries }, () => [...sh(script), String(together)]));
}

/** For each GPU that entries saw, how many had it at once. */
function mostAtOnce(): Record<string, number> {
  const now = new Map<string, number>();
  const most: Record<string, number> = {};
  for (const line of folder.lines('seen')) {
    const [what, devices = ''] = line.split(' ');
    for (const device of devices.split(',')) {
      const count = (now.get(device) ?? 0) + (what === 'begin' ? 1 : -1);
      now.set(device, count);
      most[device] = Math.max(most[device] ?? 0, count);
    }
  }
  expect([...now.values()].every((count) => count === 0)).toBe(true);
  return most;
}

describe('entries that write down what they see', () => {
  test.each<[gpus: number, args: string[], slots: number, most: Record<string, number>]>([
    [1, ['--gpus', 'all'], 1, { 0: 1 }],
    [4, ['--gpus', 'all'], 4, { 0: 1, 1: 1, 2: 1, 3: 1 }],
    [8, ['--gpus', 'all'], 8, { 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1 }],
    [4, ['--gpus', '0,2', '--per-gpu', '3'], 6, { 0: 3, 2: 3 }],
    [4, ['--gpus', '2', '--per-gpu', '2', '-j', '3'], 3, { 0: 2, 1: 1 }],
    [4, ['--gpus', 'all', '--gpus-per-run', '2'], 2, { 0: 1, 1: 1, 2: 1, 3: 1 }],
    [4, ['--gpus', 'all', '-j', '2'], 2, { 0: 1, 1: 1 }],
    [4, ['--gpus', 'all', '-j', '9'], 4, { 0: 1, 1: 1, 2: 1, 3: 1 }],
  ])('have a GPU among so many at most: %i GPUs, %j', async (gpus, args, slots, most) => {
    tool('nvidia-smi', nvidiaSmi(fakeGpus(gpus)));
    watching('CUDA_VISIBLE_DEVICES', slots * 3, slots);
    const { code, stderr } = await run(args);
    expect(stderr).toContain('All experiments completed.');
    expect(code).toBe(0);
    expect(mostAtOnce()).toEqual(most);
    expect(folder.lines('seen')).toHaveLength(slots * 6);
  });

  test('have GPUs that the journal of their worker tells', async () => {
    tool('nvidia-smi', nvidiaSmi(fakeGpus(4)));
    folder.schedule([['true']]);
    await run(['--gpus', '1,3', '--per-gpu', '2']);
    const journals = 'exp.json.cooperate/1/journals';
    const [name = ''] = readdirSync(folder.in(journals));
    expect(folder.read(`${journals}/${name}`).split('\n')[0]).toContain('"gpus":"1,3"');
  });

  test('see only what the environment leaves', async () => {
    tool('nvidia-smi', nvidiaSmi(fakeGpus(4)));
    watching('CUDA_VISIBLE_DEVICES', 6, 2);
    await run(['--gpus', 'all'], { CUDA_VISIBLE_DEVICES: `3,${gpuUuid(1)}` });
    expect(mostAtOnce()).toEqual({ 3: 1, [gpuUuid(1)]: 1 });
  });

  test('have a MIG instance each, by its name', async () => {
    tool('nvidia-smi', nvidiaSmi([{ mig: ['3g.20gb', '3g.20gb'] }, { mig: [] }, {}]));
    watching('CUDA_VISIBLE_DEVICES', 6, 3);
    const { stderr } = await run(['--gpus', 'all']);
    expect(stderr).toContain('3 slots on GPUs 0:0, 0:1, 2');
    expect(mostAtOnce()).toEqual({ [migUuid(0, 0)]: 1, [migUuid(0, 1)]: 1, 2: 1 });
  });

  test.each<[string, string]>([
    ['rocm-smi', rocmSmi(2)],
    ['amd-smi', amdSmi([4, 3])],
  ])('have an AMD GPU each, as %s lists them', async (name, script) => {
    tool(name, script);
    watching('ROCR_VISIBLE_DEVICES/$HIP_VISIBLE_DEVICES', 4, 2);
    await run(['--gpus', 'all']);
    expect(mostAtOnce()).toEqual({ '0/0': 1, '1/0': 1 });
  });
});

describe('nothing is run', () => {
  test.each<[why: string, script: string, args: string[], env: Record<string, string>, message: string]>([
    [
      'when the driver is in trouble',
      `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`,
      ['--gpus', 'all'],
      {},
      "nvidia-smi failed: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    ],
    ['without GPUs', nvidiaSmi([]), ['--gpus', 'all'], {}, 'There is no GPU on this host'],
    [
      'with rubbish for an answer',
      'echo hello',
      ['--gpus', '1'],
      {},
      'an answer that is not understood: hello',
    ],
    [
      'when the environment hides all GPUs',
      nvidiaSmi(fakeGpus(4)),
      ['--gpus', '1'],
      { CUDA_VISIBLE_DEVICES: '-1' },
      'CUDA_VISIBLE_DEVICES=-1 hides all 4 GPUs of this host.',
    ],
    ['with more than there are', nvidiaSmi(fakeGpus(4)), ['--gpus', '5'], {}, 'this host has 4'],
    ['with an unknown one', nvidiaSmi(fakeGpus(4)), ['--gpus', '1,4'], {}, 'There is no GPU 4'],
    [
      'when they do not divide',
      nvidiaSmi(fakeGpus(4)),
      ['--gpus', 'all', '--gpus-per-run', '3'],
      {},
      'not divide',
    ],
    ['when --gpus is missing', nvidiaSmi(fakeGpus(4)), ['--per-gpu', '2'], {}, 'without --gpus'],
  ])('%s, and that is said', async (_why, script, args, env, message) => {
    tool('nvidia-smi', script);
    folder.schedule([['touch', 'ran']]);
    const { code, stdout, stderr } = await run(args, env);
    expectReadable(stderr);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([2, '']);
    expect(folder.names()).toEqual(['bin', 'exp.json']);
  });
});

describe('threads', () => {
  const seen = sh('echo "$OMP_NUM_THREADS $MKL_NUM_THREADS" >> seen');

  test('are a share of the cores when several entries run, which is told once', async () => {
    folder.schedule([seen, seen, seen, seen]);
    const { stderr } = await run(['-j', '2'], { SLURM_CPUS_PER_TASK: '1' });
    expect(folder.lines('seen')).toEqual(Array.from({ length: 4 }, () => '1 1'));
    expect(stderr.match(/2 slots; each run gets 1 thread: OMP_NUM_THREADS=1 and friends\./g)).toHaveLength(1);
  });

  test('are as many as --threads says, and no tool is asked for GPUs', async () => {
    tool('nvidia-smi', ': > asked');
    folder.schedule([seen]);
    const { stderr } = await run(['--threads', '3'], { OMP_NUM_THREADS: '7' });
    expect(folder.lines('seen')).toEqual(['3 3']);
    expect(stderr).not.toContain('slot');
    expect(folder.names()).not.toContain('asked');
  });

  test('stay as the environment has them', async () => {
    folder.schedule([seen, seen]);
    await run(['-j', '2'], { OMP_NUM_THREADS: '7' });
    expect(folder.lines('seen')).toEqual(['7 ', '7 ']);
  });
});

describe('two workers on one host', () => {
  async function second(first: readonly string[], options: readonly string[], env: NodeJS.ProcessEnv = {}) {
    tool('nvidia-smi', nvidiaSmi(fakeGpus(3)));
    folder.schedule([sh(`echo >> there; ${until('go')}`), ['true']]);
    const path = `${folder.in('bin')}:${process.env['PATH'] ?? ''}`;
    const program = folder.start(['run', 'exp.json', '-j', '1', ...first], {
      env: { ...UNSET, PATH: path, COOPERATE_STALE_MS: '2000' },
    });
    await folder.hasLines('there', 1);
    const { code, stderr } = await run(['--limit', '1', ...options], env);
    folder.write('go', '');
    await program.ended;
    expect(code).toBe(0);
    return stderr;
  }

  test('that hand out the same GPUs: the later one says so, once', async () => {
    const stderr = await second(['--gpus', '0,1'], ['--gpus', 'all']);
    expect(stderr).toMatch(
      /^cooperate: worker [\w-]+ on this host hands out GPU 0, too: entries share it\.\nDivide the GPUs with --gpus/m,
    );
    expect(stderr.match(/hands out/g)).toHaveLength(1);
  });

  test.each([
    ['that divide the GPUs', ['--gpus', '0,'], ['--gpus', '1,2'], {}],
    ['of which one hands out none', [], ['--gpus', 'all'], {}],
    [
      'in two Slurm jobs, which have GPUs of their own',
      ['--gpus', '0,'],
      ['--gpus', '0,'],
      { SLURM_JOB_ID: '7', SLURMD_NODENAME: 'n' },
    ],
  ])('%s say nothing', async (_who, first, options, env) => {
    expect(await second(first, options, env)).not.toContain('hands out');
  });
});
