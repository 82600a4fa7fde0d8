import { beforeEach, describe, expect, it } from 'vitest';
import { runOptionsWith } from '../../src/cli/settings.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

let fs: MemoryFileSystem;
beforeEach(async () => {
  fs = memoryFileSystem();
  await fs.makeDirectory('/p');
});

interface Given {
  readonly [option: string]: unknown;
  readonly profile?: readonly string[];
  readonly config?: boolean;
}

async function options(settings: unknown, given: Given = {}): Promise<unknown> {
  await fs.write('/p/cooperate.config.json', Buffer.from(JSON.stringify(settings)));
  const identify = () => Promise.resolve({ hostname: 'desk', user: 'ann', pid: 1 });
  return runOptionsWith(given, { fs, env: {}, directory: '/p', identify });
}

describe('the options of a run', () => {
  it('are what the command line says, and beside it what the settings say', async () => {
    expect(await options({ jobs: 4, nice: 5 }, { jobs: 1, color: 'auto' })).toEqual({
      color: 'auto',
      jobs: 1,
      nice: 5,
    });
  });

  it('that the command line leaves undefined are those of the settings', async () => {
    expect(await options({ jobs: 4 }, { jobs: undefined })).toEqual({ jobs: 4 });
  });

  it('are as the command line would have them', async () => {
    const settings = {
      ...{ timeout: '90m', timeLimit: '11h', expect: '40s', gpus: 2, keepGoing: true, wait: false },
      ...{ setup: 'a', module: ['b', 'c'], hours: 'Sat,Sun', container: 'd', bind: '/e', persistent: false },
    };
    expect(await options(settings)).toEqual({
      ...{ timeout: 5_400_000, timeLimit: 39_600_000, expect: 40_000, gpus: '2', keepGoing: true },
      ...{ setup: ['a'], module: ['b', 'c'], hours: ['Sat,Sun'], container: 'd', bind: ['/e'] },
    });
  });

  it('are those of the profile that was asked for', async () => {
    const settings = { jobs: 4, profiles: { small: { jobs: 1 } } };
    expect(await options(settings, { profile: ['small'] })).toEqual({ profile: ['small'], jobs: 1 });
    await expect(options(settings, { profile: ['tiny'] })).rejects.toMatchObject({
      detail: { reason: 'usage' },
    });
  });

  it('know no settings with --no-config', async () => {
    expect(await options({ job: 4 }, { config: false })).toEqual({ config: false });
  });

  it.each([
    [{ keepGoing: true }, { maxFailures: 3 }],
    [{ maxFailures: 3 }, { keepGoing: true }],
    [{ persistent: true }, { retries: 2 }],
    [{ jobs: 3, persistent: true }, { inherit: true }],
    [{ inherit: true }, { jobs: 3 }],
    [{ conda: 'a' }, { venv: './b' }],
    [
      { gpusPerRun: 2, gpus: 2 },
      { gpus: 'all', perGpu: 2 },
    ],
  ])('leave out of %j what does not go with the command line: %j', async (settings, given) => {
    expect(await options(settings, given)).toEqual(given);
  });

  it('switched off on the command line do not switch off others', async () => {
    expect(await options({ retries: 2 }, { persistent: false })).toEqual({ persistent: false, retries: 2 });
    expect(await options({ persistent: true }, { persistent: false })).toEqual({ persistent: false });
  });

  it('leave out what says nothing without another one', async () => {
    expect(await options({ perGpu: 2, bind: '/a' })).toEqual({});
    expect(await options({ perGpu: 2, bind: '/a' }, { gpus: 'all', container: 'b' })).toEqual({
      ...{ gpus: 'all', perGpu: 2, container: 'b', bind: ['/a'] },
    });
    expect(await options({ perGpu: 2, gpus: 'all' })).toEqual({ gpus: 'all', perGpu: 2 });
  });
});
