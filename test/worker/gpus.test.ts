import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import type { Gpu } from '../../src/ports/gpus.js';
import { chosenGpus, gpuEnvironment, labelOf } from '../../src/worker/gpus.js';
import { gpuUuid, migUuid } from '../support/fake-gpus.js';

type Env = Readonly<Record<string, string>>;

const nvidia = (index: number): Gpu => ({ vendor: 'nvidia', index, uuid: gpuUuid(index) });
const instance = (index: number, device: number): Gpu => ({
  ...{ vendor: 'nvidia', index, uuid: migUuid(index, device) },
  mig: { gpuUuid: gpuUuid(index), device },
});
const amd = (index: number, ordinal = index): Gpu => ({
  ...{ vendor: 'amd', index, ordinal, uuid: `GPU-${index}bcdef0123456789` },
});
const FOUR = [0, 1, 2, 3].map(nvidia);
const FOUR_AMD = [0, 1, 2, 3].map((index) => amd(index));
/** GPU 0 has two instances, GPU 1 is whole, GPU 2 has one. */
const MIG = [instance(0, 0), instance(0, 1), nvidia(1), instance(2, 0)];

function chosen(choice: string, gpus: readonly Gpu[], env: Env = {}): string {
  return chosenGpus(choice, gpus, env)
    .map(({ gpu }) => labelOf(gpu))
    .join(' ');
}

/** What one run sees that has all of them. */
function seen(choice: string, gpus: readonly Gpu[], env: Env = {}): Record<string, string> {
  return gpuEnvironment(chosenGpus(choice, gpus, env), env);
}

function refusal(choice: string, gpus: readonly Gpu[], env: Env = {}): string {
  try {
    chosenGpus(choice, gpus, env);
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage')
      return `${error.detail.problem} ${error.detail.remedy}`;
    throw error;
  }
  return '';
}

describe('--gpus takes', () => {
  test.each([
    ['all', '0 1 2 3'],
    ['1', '0'],
    ['3', '0 1 2'],
    ['4', '0 1 2 3'],
    ['0,2', '0 2'],
    ['3,0', '3 0'],
    [' 1 , 2 ', '1 2'],
    ['2,', '2'],
    [gpuUuid(3), '3'],
    ['GPU-2', '2'],
    ['GPU-2,0', '2 0'],
  ])('%s of four: %s', (choice, expected) => {
    expect(chosen(choice, FOUR)).toBe(expected);
  });

  test.each([
    ['all', '0:0 0:1 1 2:0'],
    ['2', '0:0 0:1'],
    ['0,', '0:0 0:1'],
    ['0:1', '0:1'],
    ['0:1,1', '0:1 1'],
    [migUuid(2, 0), '2:0'],
    ['MIG-00', '0:0'],
    [gpuUuid(0), '0:0 0:1'],
  ])('%s where some GPUs are in MIG mode, each instance a GPU of its own: %s', (choice, expected) => {
    expect(chosen(choice, MIG)).toBe(expected);
  });

  test.each([
    ['5', '--gpus 5 asks for 5 GPUs, but this host has 4. Give at most 4.'],
    [
      '0',
      "--gpus 0 asks for no GPU at all. Leave it out to run without GPUs; for GPU 0 alone, write --gpus '0,'.",
    ],
    ['0,4', 'There is no GPU 4 on this host. Choose from 0, 1, 2, 3.'],
    ['4,', 'There is no GPU 4 on this host.'],
    ['0:1', 'There is no GPU 0:1 on this host.'],
    ['GPU-9', 'There is no GPU GPU-9 on this host.'],
    ['GPU-', "--gpus does not understand 'GPU-'."],
    ['0,0', '--gpus 0,0 names GPU 0 twice. To run several entries on each GPU, use --per-gpu.'],
    ['0,GPU-0', 'names GPU GPU-0 twice.'],
    ['', "--gpus does not understand ''."],
    [',', "--gpus does not understand ''."],
    ['0,,1', "--gpus does not understand ''."],
    ['-1', "--gpus does not understand '-1'."],
    ['1.5', "--gpus does not understand '1.5'."],
    ['some', "--gpus does not understand 'some'. Write all, a number of GPUs, or a list"],
  ])('not %j', (choice, expected) => {
    expect(refusal(choice, FOUR)).toContain(expected);
  });

  test('no beginning of a UUID that several have', () => {
    const alike = [0, 1].map((index): Gpu => ({ vendor: 'nvidia', index, uuid: `GPU-abc${index}` }));
    expect(refusal('GPU-abc', alike)).toBe(
      'Several GPUs have a UUID that begins with GPU-abc. Write more of it.',
    );
    expect(chosen('GPU-abc1', alike)).toBe('1');
    expect(chosen('GPU-abc0', [...alike, { vendor: 'nvidia', index: 2, uuid: 'GPU-abc01' }])).toBe('0');
  });

  test('nothing where there is no GPU', () => {
    for (const choice of ['all', '1', '0,1'])
      expect(refusal(choice, [])).toMatch(/^There is no GPU on this host: nvidia-smi, .* Use -j /);
  });
});

describe('of NVIDIA GPUs a run sees its own', () => {
  test('by the numbers of nvidia-smi', () => {
    expect(seen('1,3', FOUR)).toEqual({ CUDA_VISIBLE_DEVICES: '1,3', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' });
  });

  test('by the same numbers where the environment has that order already', () => {
    expect(seen('2,', FOUR, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual({ CUDA_VISIBLE_DEVICES: '2' });
  });

  test('by their UUIDs where the environment has another order', () => {
    const env = { CUDA_DEVICE_ORDER: 'FASTEST_FIRST' };
    expect(seen('2,', FOUR, env)).toEqual({ CUDA_VISIBLE_DEVICES: gpuUuid(2) });
  });

  test('MIG instances by their UUIDs', () => {
    expect(seen('0:1', MIG)).toEqual({ CUDA_VISIBLE_DEVICES: migUuid(0, 1) });
  });
});

describe('CUDA_VISIBLE_DEVICES leaves', () => {
  test.each([
    ['0', '0'],
    ['2,3', '2 3'],
    ['3, 1', '3 1'],
    [gpuUuid(2), '2'],
    ['GPU-3,GPU-0', '3 0'],
    ['0,2,-1,1', '0 2'],
    ['1,9,2', '1'],
    ['2,2,GPU-2', '2'],
  ])('%s: %s', (value, expected) => {
    expect(chosen('all', FOUR, { CUDA_VISIBLE_DEVICES: value })).toBe(expected);
  });

  test.each([
    [migUuid(0, 1), '0:1'],
    ['MIG-20', '2:0'],
    ['0', '0:0 0:1'],
    ['GPU-0', '0:0 0:1'],
    ['1,2', '1 2:0'],
  ])('of MIG instances, %s: %s', (value, expected) => {
    expect(chosen('all', MIG, { CUDA_VISIBLE_DEVICES: value })).toBe(expected);
  });

  test.each(['', '-1', 'NoDevFiles', '7', 'GPU-'])('nothing when it is %j, and that is said', (value) => {
    expect(refusal('all', FOUR, { CUDA_VISIBLE_DEVICES: value })).toBe(
      `CUDA_VISIBLE_DEVICES=${value} hides all 4 GPUs of this host. Unset it, or ask the queue for GPUs.`,
    );
  });

  test('no more than it does to a number, and to a list', () => {
    const env = { CUDA_VISIBLE_DEVICES: '1,3' };
    expect(chosen('1', FOUR, env)).toBe('1');
    expect(chosen('3,', FOUR, env)).toBe('3');
    expect(refusal('3', FOUR, env)).toBe(
      "--gpus 3 asks for 3 GPUs, but CUDA_VISIBLE_DEVICES=1,3 leaves 2 of 4. Give at most 2; for GPU 3 alone, write --gpus '3,'.",
    );
    expect(refusal('0', FOUR, env)).toBe('--gpus 0 asks for no GPU at all. Leave it out to run without GPUs.');
    expect(refusal('4', FOUR, env)).toMatch(/Give at most 2\.$/);
    expect(refusal('0,1', FOUR, env)).toBe('CUDA_VISIBLE_DEVICES=1,3 hides GPU 0. Choose from 1, 3.');
  });

  test('its numbers to be counted as they were before', () => {
    expect(seen('all', FOUR, { CUDA_VISIBLE_DEVICES: '3,1' })).toEqual({ CUDA_VISIBLE_DEVICES: '3,1' });
    expect(seen('1', FOUR, { CUDA_VISIBLE_DEVICES: 'GPU-2,0' })).toEqual({ CUDA_VISIBLE_DEVICES: gpuUuid(2) });
  });

  test('nothing to decide to what a container or Slurm says besides', () => {
    const env = { NVIDIA_VISIBLE_DEVICES: gpuUuid(0), SLURM_JOB_GPUS: '1', CUDA_VISIBLE_DEVICES: '2,3' };
    expect(chosen('all', FOUR, env)).toBe('2 3');
  });
});

describe('NVIDIA_VISIBLE_DEVICES', () => {
  test('holds in a container that sees more than it was given', () => {
    const env = { NVIDIA_VISIBLE_DEVICES: `${gpuUuid(2)},${gpuUuid(3)}` };
    expect(chosen('all', FOUR, env)).toBe('2 3');
    expect(seen('1', FOUR, env)).toEqual({ CUDA_VISIBLE_DEVICES: '2', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' });
    expect(refusal('all', FOUR, { NVIDIA_VISIBLE_DEVICES: 'void' })).toContain('hides all 4 GPUs');
  });

  test.each(['all', '2,3', ''])('means nothing within a container when it is %j', (value) => {
    expect(chosen('all', FOUR, { NVIDIA_VISIBLE_DEVICES: value })).toBe('0 1 2 3');
  });
});

describe("Slurm's list of GPUs", () => {
  test('holds where no cgroup hides the others', () => {
    expect(chosen('all', FOUR, { SLURM_JOB_GPUS: '1,3' })).toBe('1 3');
    expect(chosen('all', FOUR, { SLURM_JOB_GPUS: '1,3', SLURM_STEP_GPUS: '3' })).toBe('3');
    expect(chosen('all', FOUR_AMD, { SLURM_JOB_GPUS: '1,3' })).toBe('1 3');
  });

  test('means nothing where a cgroup does, which numbers them anew', () => {
    expect(chosen('all', FOUR.slice(0, 2), { SLURM_JOB_GPUS: '0,3' })).toBe('0 1');
    expect(chosen('all', FOUR.slice(0, 2), { SLURM_JOB_GPUS: '5' })).toBe('0 1');
    expect(refusal('3', FOUR.slice(0, 2), { SLURM_JOB_GPUS: '0,1' })).toContain('but this host has 2.');
    expect(chosen('all', FOUR, { SLURM_JOB_GPUS: '' })).toBe('0 1 2 3');
  });
});

describe('of AMD GPUs a run sees its own', () => {
  test('by the numbers of ROCm, and HIP counts within them', () => {
    expect(seen('1,3', FOUR_AMD)).toEqual({ ROCR_VISIBLE_DEVICES: '1,3', HIP_VISIBLE_DEVICES: '0,1' });
    expect(seen('3,', FOUR_AMD)).toEqual({ ROCR_VISIBLE_DEVICES: '3', HIP_VISIBLE_DEVICES: '0' });
  });

  test('also where the tools number them otherwise', () => {
    const gpus = [amd(0, 1), amd(1, 0)];
    expect(seen('0,', gpus)).toEqual({ ROCR_VISIBLE_DEVICES: '1', HIP_VISIBLE_DEVICES: '0' });
  });

  test('with no other variable left that would choose among them again', () => {
    const env = { CUDA_VISIBLE_DEVICES: '2,3', ROCR_VISIBLE_DEVICES: '2,3', GPU_DEVICE_ORDINAL: '2,3' };
    expect(gpuEnvironment(chosenGpus('all', FOUR_AMD, env).slice(1), env)).toEqual({
      ROCR_VISIBLE_DEVICES: '3',
      ...{ HIP_VISIBLE_DEVICES: '0', CUDA_VISIBLE_DEVICES: '0', GPU_DEVICE_ORDINAL: '0' },
    });
  });
});

describe('of AMD GPUs the environment leaves', () => {
  test.each<[Env, string]>([
    [{ ROCR_VISIBLE_DEVICES: '2,3' }, '2 3'],
    [{ ROCR_VISIBLE_DEVICES: '3,GPU-1bc,9,0' }, '3 1'],
    [{ HIP_VISIBLE_DEVICES: '1,2' }, '1 2'],
    [{ CUDA_VISIBLE_DEVICES: '1' }, '1'],
    [{ GPU_DEVICE_ORDINAL: '0,3' }, '0 3'],
    [{ ROCR_VISIBLE_DEVICES: '2,3', HIP_VISIBLE_DEVICES: '1' }, '3'],
    [{ ROCR_VISIBLE_DEVICES: '2,3', HIP_VISIBLE_DEVICES: '0,1', CUDA_VISIBLE_DEVICES: '0' }, '2 3'],
    [{ ROCR_VISIBLE_DEVICES: '2,3', CUDA_VISIBLE_DEVICES: '2,3', GPU_DEVICE_ORDINAL: '2,3' }, '2 3'],
  ])('%j: %s', (env, expected) => {
    expect(chosen('all', FOUR_AMD, env)).toBe(expected);
  });

  test('those that ROCm numbers so, whatever the tools do', () => {
    const gpus = [amd(0, 1), amd(1, 0), amd(2, 2)];
    expect(chosen('all', gpus, { ROCR_VISIBLE_DEVICES: '0' })).toBe('1');
    expect(seen('all', gpus, { ROCR_VISIBLE_DEVICES: '0,2' })).toMatchObject({ ROCR_VISIBLE_DEVICES: '0,2' });
  });

  test.each<[Env, string]>([
    [{ ROCR_VISIBLE_DEVICES: '' }, 'ROCR_VISIBLE_DEVICES='],
    [{ HIP_VISIBLE_DEVICES: '-1' }, 'HIP_VISIBLE_DEVICES=-1'],
    [{ ROCR_VISIBLE_DEVICES: '1', HIP_VISIBLE_DEVICES: '1' }, 'ROCR_VISIBLE_DEVICES=1 HIP_VISIBLE_DEVICES=1'],
  ])('nothing when it has %j, and that is said', (env, by) => {
    expect(refusal('all', FOUR_AMD, env)).toContain(`${by} hides all 4 GPUs of this host.`);
  });
});
