import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { runCommand, type CommandResult } from '../../src/ports/command.js';
import { visibleGpus } from '../../src/ports/gpus.js';
import { processStart } from '../../src/ports/host.js';
import { amdSmi, fakeGpus, gpuUuid, migUuid, nvidiaSmi, rocmSmi } from '../support/fake-gpus.js';
import { FakePrograms } from '../support/fake-programs.js';

let programs: FakePrograms;
beforeEach(() => (programs = new FakePrograms()));
afterEach(() => programs.dispose());

async function problem(run?: Parameters<typeof visibleGpus>[0]): Promise<string> {
  const failure: unknown = await visibleGpus(run).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  const { detail } = failure as Failure;
  expect(detail.reason).toBe('usage');
  return detail.reason === 'usage' ? detail.problem : '';
}

test('a host without any of the tools has no GPUs', async () => {
  expect(await visibleGpus()).toEqual([]);
});

describe('nvidia-smi', () => {
  test.each([0, 1, 4, 8])('lists %i GPUs', async (count) => {
    programs.add('nvidia-smi', nvidiaSmi(fakeGpus(count)));
    expect(await visibleGpus()).toEqual(
      Array.from({ length: count }, (_, index) => ({
        ...{ vendor: 'nvidia', index, uuid: gpuUuid(index), name: 'NVIDIA A100-SXM4-40GB' },
      })),
    );
  });

  test('lists the instances of a GPU in MIG mode in its place, and none where it has none', async () => {
    programs.add('nvidia-smi', nvidiaSmi([{ mig: ['3g.20gb', '1c.2g.10gb+me'] }, {}, { mig: [] }]));
    const instance = (device: number, name: string) => ({
      ...{ vendor: 'nvidia', index: 0, uuid: migUuid(0, device), name },
      mig: { gpuUuid: gpuUuid(0), device },
    });
    expect(await visibleGpus()).toEqual([
      instance(0, 'MIG 3g.20gb'),
      instance(1, 'MIG 1c.2g.10gb+me'),
      { vendor: 'nvidia', index: 1, uuid: gpuUuid(1), name: 'NVIDIA A100-SXM4-40GB' },
    ]);
  });

  test('is not asked for instances where no GPU can have any', async () => {
    programs.add(
      'nvidia-smi',
      `[ "$1" != -L ] || : > ${programs.folder}/asked; echo '0, GPU-a, GeForce, [N/A]'`,
    );
    expect(await visibleGpus()).toHaveLength(1);
    expect(existsSync(join(programs.folder, 'asked'))).toBe(false);
  });

  test('finds instances where a container may not ask for the mode', async () => {
    programs.add(
      'nvidia-smi',
      `case $1 in -L) printf '%s\\n' 'GPU 0: H100 (UUID: GPU-a)' '  MIG 1g.10gb Device  0: (UUID: MIG-b)' ;;
       *) echo '0, GPU-a, H100, [Insufficient Permissions]' ;; esac`,
    );
    expect(await visibleGpus()).toMatchObject([{ uuid: 'MIG-b', mig: { gpuUuid: 'GPU-a', device: 0 } }]);
  });

  test('knows instances by the older names', async () => {
    programs.add(
      'nvidia-smi',
      `case $1 in -L) printf '%s\\n' 'GPU 0: A100 (UUID: GPU-a)' '  MIG 1g.5gb Device 0: (UUID: MIG-GPU-a/7/0)' ;;
       *) echo '0, GPU-a, A100, Enabled' ;; esac`,
    );
    expect(await visibleGpus()).toMatchObject([{ uuid: 'MIG-GPU-a/7/0' }]);
  });

  test('of a driver that has not heard of MIG is asked without', async () => {
    programs.add(
      'nvidia-smi',
      `case $1 in *mig*) echo 'Field "mig.mode.current" is not a valid field to query.'; exit 2 ;; esac
       echo '0, GPU-a, Tesla K80'`,
    );
    expect(await visibleGpus()).toEqual([{ vendor: 'nvidia', index: 0, uuid: 'GPU-a', name: 'Tesla K80' }]);
  });

  test('may warn of a damaged infoROM', async () => {
    programs.add(
      'nvidia-smi',
      `printf '%s\\n' '0, GPU-a, V100, [N/A]' 'WARNING: infoROM is corrupted at gpu 0000:86:00.0'; exit 14`,
    );
    expect(await visibleGpus()).toHaveLength(1);
  });

  const noDriver =
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.";

  test.each([9, 0])('tells of a driver in trouble in its own words, with exit code %i', async (code) => {
    programs.add('nvidia-smi', `echo "${noDriver}"; echo; exit ${code}`);
    expect(await problem()).toBe(`nvidia-smi failed: ${noDriver}`);
  });

  test('has more than one line to say about it, and still fits', async () => {
    programs.add(
      'nvidia-smi',
      "echo 'Failed to initialize NVML: Driver/library version mismatch' >&2; echo 'NVML library version: 535.161' >&2; exit 18",
    );
    expect(await problem()).toBe(
      'nvidia-smi failed: Failed to initialize NVML: Driver/library version mismatch NVML library version: 535.161',
    );
  });

  test('may fail without a word, or half-way', async () => {
    programs.add('nvidia-smi', 'exit 3');
    expect(await problem()).toBe('nvidia-smi failed: it exited with code 3.');
    programs.add(
      'nvidia-smi',
      "echo '0, GPU-a, V100, [N/A]'; echo 'Unable to determine the device handle'; exit 15",
    );
    expect(await problem()).toContain('Unable to determine the device handle');
    programs.add('nvidia-smi', "[ $1 != -L ] || { echo lost; exit 15; }; echo '0, GPU-a, A100, Enabled'");
    expect(await problem()).toBe('nvidia-smi failed: lost');
    programs.add('nvidia-smi', 'kill -9 $$');
    expect(await problem()).toBe('nvidia-smi could not be run.');
  });

  test('that answers with rubbish is not believed, and cannot write to the terminal', async () => {
    programs.add('nvidia-smi', "printf 'usage: \\033[31m%s\\n' nothing 0,1,2");
    expect(await problem()).toBe(
      'nvidia-smi gave an answer that is not understood: usage: [31mnothing usage: [31m0,1,2',
    );
    programs.add('nvidia-smi', 'for i in 1 2 3 4 5 6 7 8 9; do printf "%0100d" 0; done');
    expect((await problem()).length).toBeLessThan(400);
  });

  test('that hangs is given up after 20 seconds, and ended', async () => {
    programs.add('nvidia-smi', `echo $$ > ${programs.folder}/pid; /bin/sleep 1000`);
    const waits: number[] = [];
    const soon = (file: string, args: readonly string[], ms: number): Promise<CommandResult> => {
      waits.push(ms);
      return runCommand(file, args, 500);
    };
    expect(await problem(soon)).toBe('nvidia-smi did not answer within 20 s.');
    expect(waits[0]).toBe(20_000);
    const pid = Number(readFileSync(join(programs.folder, 'pid'), 'latin1'));
    await expect.poll(() => processStart(pid)).toBe('gone');
  });

  test('in trouble does not stand in the way of AMD GPUs, nor without GPUs', async () => {
    programs.add('amd-smi', amdSmi([1]));
    programs.add('nvidia-smi', `echo "${noDriver}"; exit 9`);
    expect(await visibleGpus()).toMatchObject([{ vendor: 'amd' }]);
    programs.add('nvidia-smi', nvidiaSmi([]));
    expect(await visibleGpus()).toMatchObject([{ vendor: 'amd' }]);
  });

  test('with GPUs is all that is asked', async () => {
    programs.add('nvidia-smi', nvidiaSmi(fakeGpus(1)));
    programs.add('amd-smi', `: > ${programs.folder}/asked`);
    expect(await visibleGpus()).toMatchObject([{ vendor: 'nvidia' }]);
    expect(existsSync(join(programs.folder, 'asked'))).toBe(false);
  });
});

describe('amd-smi', () => {
  test.each([0, 1, 4, 8])('lists %i GPUs', async (count) => {
    programs.add('amd-smi', amdSmi(Array.from({ length: count }, (_, index) => index + 2)));
    expect(await visibleGpus()).toEqual(
      Array.from({ length: count }, (_, index) => ({
        ...{ vendor: 'amd', index, uuid: `GPU-0${index}25447e39149eba`, ordinal: index },
      })),
    );
  });

  test('tells by the nodes how ROCm numbers them', async () => {
    programs.add('amd-smi', amdSmi([5, 4, 2, 3]));
    expect((await visibleGpus()).map(({ index, ordinal }) => [index, ordinal])).toEqual([
      [0, 3],
      [1, 2],
      [2, 0],
      [3, 1],
    ]);
  });

  test.each([[[7, undefined, 3]], [[2, 1, 1]]])('else they are taken as listed: nodes %j', async (nodes) => {
    programs.add('amd-smi', amdSmi(nodes));
    expect((await visibleGpus()).map(({ ordinal }) => ordinal)).toEqual([0, 1, 2]);
  });

  test('may give its list a name, and a GPU no number of its own', async () => {
    programs.add(
      'amd-smi',
      `echo '{"gpu_data": [{"gpu": 0, "uuid": "00ff1586-0000-1000-8000-000000000000", "node_id": 1}]}'`,
    );
    expect(await visibleGpus()).toEqual([{ vendor: 'amd', index: 0, ordinal: 0 }]);
  });

  test.each(['[{"gpu": "N/A"}]', '{"gpu": 0}', '[', 'hello'])(
    'that answers %s is not understood',
    async (answer) => {
      programs.add('amd-smi', `echo '${answer}'`);
      expect(await problem()).toBe(`amd-smi gave an answer that is not understood: ${answer}`);
    },
  );

  test('in trouble leaves it to rocm-smi', async () => {
    programs.add('amd-smi', "echo 'AMDSMI_STATUS_NOT_INIT: the driver is not there' >&2; exit 255");
    programs.add('rocm-smi', rocmSmi(2));
    expect(await visibleGpus()).toHaveLength(2);
    programs.add('rocm-smi', "echo 'no such thing'; exit 1");
    expect(await problem()).toBe('amd-smi failed: AMDSMI_STATUS_NOT_INIT: the driver is not there');
  });
});

describe('rocm-smi', () => {
  test.each([0, 1, 4, 8])('lists %i GPUs', async (count) => {
    programs.add('rocm-smi', rocmSmi(count));
    expect(await visibleGpus()).toEqual(
      Array.from({ length: count }, (_, index) => ({
        ...{
          vendor: 'amd',
          index,
          ordinal: index,
          uuid: `GPU-0${index}25447e39149eba`,
          name: 'AMD INSTINCT MI250',
        },
      })),
    );
  });

  test('lists ten cards in their order', async () => {
    programs.add('rocm-smi', rocmSmi(10));
    expect((await visibleGpus()).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('tells of a driver in trouble in its own words', async () => {
    programs.add(
      'rocm-smi',
      "echo 'ERROR:root:Driver not initialized (amdgpu not found in modules)' >&2; exit 2",
    );
    expect(await problem()).toBe(
      'rocm-smi failed: ERROR:root:Driver not initialized (amdgpu not found in modules)',
    );
  });
});

test('a file that is no program counts as a tool in trouble', async () => {
  writeFileSync(join(programs.folder, 'nvidia-smi'), 'not executable');
  expect(await problem()).toBe('nvidia-smi could not be run.');
});
