import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import type { Gpu } from '../../src/ports/gpus.js';
import { gpusOf, planSlots, type SlotMeans, type SlotWishes } from '../../src/worker/slots.js';
import { gpuUuid, migUuid } from '../support/fake-gpus.js';

const THREADS = [
  ...[
    'OMP_NUM_THREADS',
    'MKL_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'BLIS_NUM_THREADS',
    'VECLIB_MAXIMUM_THREADS',
  ],
  ...['NUMEXPR_NUM_THREADS', 'NUMEXPR_MAX_THREADS', 'NUMBA_NUM_THREADS', 'RAYON_NUM_THREADS'],
];

function hostWith(gpus: number, others: Partial<SlotMeans> = {}): SlotMeans {
  const list = Array.from({ length: gpus }, (_, index): Gpu => ({
    vendor: 'nvidia',
    index,
    uuid: gpuUuid(index),
  }));
  return { env: {}, cores: 16, gpus: list, ...others };
}

/** The GPUs of each slot. */
function devices(wishes: SlotWishes, host: SlotMeans): (string | undefined)[] {
  return planSlots(wishes, host).slots.map((slot) => slot['CUDA_VISIBLE_DEVICES']);
}

function threads(wishes: SlotWishes, host: SlotMeans): Record<string, string> {
  const [first, ...others] = planSlots(wishes, host).slots;
  for (const other of others) expect(other).toEqual(first);
  return { ...first };
}

function refusal(wishes: SlotWishes, host: SlotMeans): string {
  try {
    planSlots(wishes, host);
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'usage')
      return `${error.detail.problem} ${error.detail.remedy}`;
    throw error;
  }
  return '';
}

describe('without --gpus', () => {
  test('there is one slot, which changes nothing and is not worth a word', () => {
    expect(planSlots({}, hostWith(4))).toEqual({ slots: [{}], facts: [] });
  });

  test('there are as many slots as -j says, and GPUs are nobody’s business', () => {
    expect(devices({ jobs: 3 }, hostWith(4, { env: { CUDA_VISIBLE_DEVICES: '' } }))).toEqual(
      Array.from({ length: 3 }),
    );
  });

  test.each([{ perGpu: 2 }, { gpusPerRun: 2 }, { perGpu: 1 }])('%j says nothing', (wishes) => {
    expect(refusal(wishes, hostWith(4))).toMatch(/^--(per-gpu|gpus-per-run) says nothing without --gpus\./);
  });
});

describe('with --gpus', () => {
  test.each<[SlotWishes, (string | undefined)[]]>([
    [{ gpus: 'all' }, ['0', '1', '2', '3']],
    [{ gpus: '2' }, ['0', '1']],
    [{ gpus: '0,2' }, ['0', '2']],
    [{ gpus: 'all', jobs: 3 }, ['0', '1', '2']],
    [{ gpus: 'all', jobs: 9 }, ['0', '1', '2', '3']],
    [{ gpus: '0,2', perGpu: 2 }, ['0', '2', '0', '2']],
    [{ gpus: 'all', perGpu: 2, jobs: 5 }, ['0', '1', '2', '3', '0']],
    [{ gpus: 'all', gpusPerRun: 2 }, ['0,1', '2,3']],
    [{ gpus: 'all', gpusPerRun: 4 }, ['0,1,2,3']],
    [{ gpus: '3,1', gpusPerRun: 2, perGpu: 1 }, ['3,1']],
    [{ gpus: 'all', gpusPerRun: 2, jobs: 1 }, ['0,1']],
  ])('%j of four GPUs', (wishes, expected) => {
    expect(devices(wishes, hostWith(4))).toEqual(expected);
  });

  test('no GPU is in more slots than --per-gpu allows, whatever is wished for', () => {
    for (let gpus = 1; gpus <= 8; gpus++)
      for (const perGpu of [1, 2, 3])
        for (const jobs of [1, 2, 5, 100, undefined]) {
          const all = devices({ gpus: 'all', perGpu, jobs }, hostWith(gpus));
          expect(all).toHaveLength(Math.min(gpus * perGpu, jobs ?? Infinity));
          for (const one of all)
            expect(all.filter((other) => other === one).length).toBeLessThanOrEqual(perGpu);
        }
  });

  test('each MIG instance has a slot', () => {
    const gpus = [0, 1, 2].map((device): Gpu => ({
      ...{ vendor: 'nvidia', index: 0, uuid: migUuid(0, device) },
      mig: { gpuUuid: gpuUuid(0), device },
    }));
    const host = hostWith(0, { gpus });
    expect(devices({ gpus: 'all' }, host)).toEqual([0, 1, 2].map((device) => migUuid(0, device)));
    expect(planSlots({ gpus: 'all', threads: 1 }, host).facts).toEqual(['3 slots on GPUs 0:0, 0:1, 0:2.']);
  });

  test('each AMD GPU has a slot, in which HIP counts from 0', () => {
    const gpus = [0, 1].map((index): Gpu => ({ vendor: 'amd', index, ordinal: index }));
    const { slots } = planSlots({ gpus: 'all', perGpu: 2, threads: 1 }, hostWith(0, { gpus }));
    expect(slots).toHaveLength(4);
    expect(slots[3]).toMatchObject({ ROCR_VISIBLE_DEVICES: '1', HIP_VISIBLE_DEVICES: '0' });
    expect(slots[3]).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
  });

  test.each<[SlotWishes, string]>([
    [{ gpus: 'all', gpusPerRun: 3 }, '--gpus-per-run 3 does not divide the 4 GPUs to use. Choose with --gpus'],
    [{ gpus: 'all', gpusPerRun: 5 }, '--gpus-per-run 5 does not divide the 4 GPUs to use. Give at most 4.'],
    [{ gpus: '1', gpusPerRun: 2 }, 'does not divide the one GPU to use.'],
    [{ gpus: 'all', gpusPerRun: 2, perGpu: 2 }, '--per-gpu and --gpus-per-run do not go together'],
    [{ gpus: '5' }, 'asks for 5 GPUs, but this host has 4'],
    [{ gpus: '0,7' }, 'There is no GPU 7 on this host.'],
  ])('%j of four GPUs is refused', (wishes, expected) => {
    expect(refusal(wishes, hostWith(4))).toContain(expected);
  });
});

describe('threads', () => {
  test('are the cores divided by the slots, for every library that asks', () => {
    const all = threads({ jobs: 8 }, hostWith(0));
    expect(all).toEqual(Object.fromEntries(THREADS.map((name) => [name, '2'])));
  });

  test.each([
    [3, 16, '5'],
    [16, 16, '1'],
    [40, 16, '1'],
    [2, 1, '1'],
  ])('for %i slots on %i cores: %s', (jobs, cores, expected) => {
    expect(threads({ jobs }, hostWith(0, { cores }))['OMP_NUM_THREADS']).toBe(expected);
  });

  test.each([
    ['8', '4'],
    ['64', '8'],
    ['1', '1'],
    ['0', '8'],
    ['many', '8'],
  ])('stay within what Slurm gave a task: %s', (given, expected) => {
    const host = hostWith(0, { env: { SLURM_CPUS_PER_TASK: given } });
    expect(threads({ jobs: 2 }, host)['OMP_NUM_THREADS']).toBe(expected);
  });

  test('are left alone with a single slot', () => {
    expect(planSlots({ gpus: '1' }, hostWith(4)).slots).toEqual([
      { CUDA_VISIBLE_DEVICES: '0', CUDA_DEVICE_ORDER: 'PCI_BUS_ID' },
    ]);
  });

  test('asked for are given, whatever the environment says, also with a single slot', () => {
    const host = hostWith(0, { env: { OMP_NUM_THREADS: '7', MKL_NUM_THREADS: '7' } });
    expect(threads({ threads: 3 }, host)).toEqual(Object.fromEntries(THREADS.map((name) => [name, '3'])));
    expect(planSlots({ threads: 3, jobs: 4 }, host).facts).toEqual([]);
  });

  test('that the environment sets for all libraries stay', () => {
    const host = hostWith(0, { env: { OMP_NUM_THREADS: '7' } });
    expect(threads({ jobs: 2 }, host)).toEqual({});
    expect(planSlots({ jobs: 2 }, host).facts).toEqual([
      '2 slots; OMP_NUM_THREADS=7 stays as your environment has it.',
    ]);
  });

  test('that the environment sets for one library stay for that one', () => {
    const env = { MKL_NUM_THREADS: '7', NUMEXPR_MAX_THREADS: '4', OMP_NUM_THREADS: '' };
    const all = threads({ jobs: 2 }, hostWith(0, { env }));
    expect(Object.keys(all).sort()).toEqual(THREADS.filter((name) => !/^(MKL|NUMEXPR)/.test(name)).sort());
  });
});

describe('what was decided is told in one sentence', () => {
  test.each<[SlotWishes, string]>([
    [{ jobs: 8 }, '8 slots; each run gets 2 threads: OMP_NUM_THREADS=2 and friends.'],
    [{ jobs: 16 }, '16 slots; each run gets 1 thread: OMP_NUM_THREADS=1 and friends.'],
    [{ gpus: '1' }, '1 slot on GPU 0.'],
    [{ gpus: '0,2' }, '2 slots on GPUs 0, 2; each run gets 8 threads: OMP_NUM_THREADS=8 and friends.'],
    [{ gpus: 'all', threads: 2 }, '4 slots on GPUs 0, 1, 2, 3.'],
    [{ gpus: '0,1', perGpu: 3, threads: 2 }, '6 slots on GPUs 0, 1, 3 on each.'],
    [{ gpus: '0,1', perGpu: 3, jobs: 5, threads: 2 }, '5 slots on GPUs 0, 1, up to 3 on each.'],
    [{ gpus: '1', perGpu: 2, threads: 2 }, '2 slots on GPU 0, 2 on each.'],
    [{ gpus: 'all', gpusPerRun: 2, threads: 2 }, '2 slots on GPUs 0+1, 2+3.'],
    [{ gpus: 'all', gpusPerRun: 4, threads: 2 }, '1 slot on GPUs 0+1+2+3.'],
  ])('%j', (wishes, sentence) => {
    expect(planSlots(wishes, hostWith(4)).facts).toEqual([sentence]);
  });
});

test('the GPUs handed out are told once each, as they are named to the runs', () => {
  expect(
    gpusOf([{ CUDA_VISIBLE_DEVICES: '0,1' }, { CUDA_VISIBLE_DEVICES: '2' }, { CUDA_VISIBLE_DEVICES: '2' }]),
  ).toBe('0,1,2');
  expect(gpusOf([{ ROCR_VISIBLE_DEVICES: '3', HIP_VISIBLE_DEVICES: '0', CUDA_VISIBLE_DEVICES: '0' }])).toBe(
    '3',
  );
  expect(gpusOf([{}, { OMP_NUM_THREADS: '4' }])).toBeUndefined();
});
