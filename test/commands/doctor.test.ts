import { beforeEach, describe, expect, test } from 'vitest';
import type { Examined } from '../../src/commands/doctor.js';
import { measuredFor } from '../../src/doctor/measured.js';
import { errorCode, systemError, type FileSystem } from '../../src/ports/fs.js';
import { Mount } from '../simulation/mount.js';
import { PROFILES } from '../simulation/profile.js';
import { lying, Ward } from '../support/doctors.js';

let ward: Ward;
beforeEach(async () => (ward = await Ward.open()));

async function alone(): Promise<Examined> {
  return (await ward.passing(ward.lead())) as Examined;
}

function resultOf({ checks }: Examined, id: string): string {
  return checks.find((check) => check.id === id)?.result ?? 'not tested';
}

/** Every tenth time the name is taken, it says that it was not. */
function twoWinners(operation: 'createDirectory' | 'link' | 'rename'): (fs: FileSystem) => FileSystem {
  let taken = 0;
  return (fs) =>
    lying(fs, (real) => ({
      [operation]: async (...args: [string, string]) => {
        try {
          const call = real[operation].bind(real) as (...paths: string[]) => Promise<void>;
          await call(...args);
        } catch (error) {
          const name = args.at(-1) ?? '';
          const isRaced =
            /race\.[a-z]+\/\d+$/.test(name) && ['EEXIST', 'ENOTEMPTY'].includes(errorCode(error) ?? '');
          if (!isRaced || ++taken % 10 !== 0) throw error;
        }
      },
    }));
}

describe('alone, on a filesystem', () => {
  test('where all is well it says so, keeps no settings and leaves nothing', async () => {
    const examined = await alone();
    expect(examined).toMatchObject({ verdict: 'good', settings: {}, reasons: [] });
    expect(resultOf(examined, 'race-link')).toBe('one winner, 300 names, 4 processes');
    expect(await ward.fs.list('/work')).toEqual([]);
  });

  test('that refuses links it has cells be folders, and keeps that for the workers', async () => {
    ward.fs.faults.forbidLinks('ENOTSUP');
    const examined = await alone();
    expect(examined).toMatchObject({ verdict: 'good-with-settings', settings: { cells: 'folder' } });
    expect(examined.kept).toBe('/work/.cooperate-doctor.json');
    expect(resultOf(examined, 'links')).toBe('ENOTSUP');
    expect(await measuredFor(ward.fs, '/work')).toEqual({ measured: { cells: 'folder' } });
  });

  test('where links have two winners it has cells be folders', async () => {
    ward.mount = twoWinners('link');
    const examined = await alone();
    expect(examined).toMatchObject({ verdict: 'good-with-settings', settings: { cells: 'folder' } });
    expect(resultOf(examined, 'race-link')).toMatch(/^two winners, \d+ of 300 names$/);
  });

  test.each([
    ['mkdir', 'createDirectory', /^mkdir, who wins: two winners/],
    ['a rename', 'rename', /^rename of a folder, who wins: two winners/],
  ] as const)('where %s has two winners it says not to use it', async (_what, operation, reason) => {
    ward.mount = twoWinners(operation);
    const { verdict, reasons, kept } = await alone();
    expect({ verdict, kept }).toEqual({ verdict: 'do-not-use', kept: undefined });
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });

  test('where O_EXCL has two winners it tells, and nothing depends on it', async () => {
    ward.trials = {
      createExclusive: async (path) => {
        await ward.fs.write(path, Buffer.alloc(0));
      },
    };
    const examined = await alone();
    expect(examined.verdict).toBe('good');
    expect(resultOf(examined, 'race-exclusive')).toBe('two winners, 300 of 300 names');
  });

  test('with 100 links to a file it tells what comes then', async () => {
    ward.fs.faults.limitLinks(100, 'ENOSPC');
    const examined = await alone();
    expect(examined.verdict).toBe('good');
    expect(resultOf(examined, 'links')).toBe('100, then ENOSPC');
    expect(resultOf(examined, 'race-link')).toBe('one winner, 300 names, 4 processes');
  });

  test('that takes a folder with something in it for an empty one it is not to be used', async () => {
    ward.mount = (fs) =>
      lying(fs, (real) => ({
        rename: async (from, to) => {
          await real.rename(from, to).catch(async (error: unknown) => {
            if (errorCode(error) !== 'ENOTEMPTY') throw error;
            for (const name of await real.list(to)) await real.unlink(`${to}/${name}`);
            await real.rename(from, to);
          });
        },
      }));
    const { verdict, reasons } = await alone();
    expect(verdict).toBe('do-not-use');
    expect(reasons).toContain('rename over a full folder: replaces it');
  });

  test('that knows no fsync of folders and no utimes it is good all the same', async () => {
    const refuse = (code: string) => (path: string) => Promise.reject(systemError(code, 'fsync', path));
    ward.trials = { syncDirectory: refuse('EINVAL'), touch: refuse('ENOSYS') };
    const examined = await alone();
    expect(examined.verdict).toBe('good');
    expect([resultOf(examined, 'fsync-folder'), resultOf(examined, 'utimes')]).toEqual(['EINVAL', 'ENOSYS']);
  });

  test('that shows readers half a file it is not to be used', async () => {
    ward.mount = (fs) =>
      lying(fs, (real) => ({
        read: async (path) => {
          const content = await real.read(path);
          return path.endsWith('/whole') ? { ...content, bytes: content.bytes.subarray(0, 100) } : content;
        },
      }));
    expect((await alone()).reasons).toEqual([expect.stringMatching(/^a file replaced while read: \d+ torn/)]);
  });

  test('that is nearly full it warns, and on a full one it says no', async () => {
    ward.space = { freeBytes: 2 ** 29, bytes: 1e12, freeInodes: 5, inodes: 1e6 };
    expect((await alone()).checks).toContainEqual(
      expect.objectContaining({ id: 'space', grade: 'warning', result: '512 MiB of 931 GiB; 5 files' }),
    );
    ward.space = { freeBytes: 0, bytes: 1e12, freeInodes: 0, inodes: 0 };
    expect((await alone()).verdict).toBe('do-not-use');
  });
});

describe('between hosts', () => {
  const mounted = (name: string) => {
    const profile = PROFILES.find((one) => one.name === name);
    if (!profile) throw new Error(name);
    const turns = {
      before: () => Promise.resolve(),
      beforeNow: () => undefined,
      after: () => undefined,
      now: () => ward.clock.monotonic(),
      isLate: () => true,
    };
    ward.mount = () => new Mount(ward.fs.client(), turns, profile, new Map());
  };

  async function together(...others: string[]): Promise<Examined> {
    const joined = others.map((host) => ward.join(host));
    const examined = ward.lead({ hosts: others.length + 1 });
    const [result] = await ward.passing(Promise.all([examined, ...joined]));
    return result as Examined;
  }

  test('it tells how late a change is seen, of each host the clock, and leaves nothing', async () => {
    const { verdict, findings } = await together('n02', 'n03');
    expect(verdict).toBe('good');
    expect(findings.hosts.map(({ host }) => host).sort()).toEqual(['n01', 'n02', 'n03']);
    expect(findings.lags).toMatchObject({ list: expect.any(Number) as number });
    expect(await ward.fs.list('/work')).toEqual([]);
  });

  test('a name that was looked for too early may be missing for 30 s: nothing depends on it', async () => {
    mounted('nfs');
    const { verdict, findings } = await together('n02');
    expect(verdict).toBe('good');
    expect(findings.lags?.open).toBeGreaterThan(29_000);
    expect(findings.lags?.list).toBeLessThan(1_000);
  });

  test('listings that are 20 s old ask for more patience with the lock', async () => {
    mounted('sshfs');
    const { verdict, settings, findings } = await together('n02');
    expect(findings.lags?.list).toBeGreaterThan(15_000);
    expect(verdict).toBe('good-with-settings');
    expect(settings.lockStaleMs).toBeGreaterThan(30_000);
    expect((await measuredFor(ward.fs, '/work')).measured).toEqual(settings);
  });

  test('what several hosts have measured is kept when one is tested alone later', async () => {
    mounted('sshfs');
    const { settings } = await together('n02');
    ward.mount = (fs) => fs;
    expect((await alone()).settings).toEqual(settings);
  });

  test('one that nobody joins says so after a minute, and leaves nothing', async () => {
    const examined = ward.lead({ hosts: 3 });
    await expect(ward.passing(examined)).rejects.toMatchObject({
      detail: { reason: 'usage', problem: '2 of 2 hosts did not join within 60 s.' },
    });
    expect(ward.said.join('\n')).toContain('cooperate doctor /work --join');
    expect(await ward.fs.list('/work')).toEqual([]);
  });

  test('one that has nobody to join says so after a minute', async () => {
    await expect(ward.passing(ward.join('n02'))).rejects.toMatchObject({
      detail: { reason: 'usage', problem: 'No doctor is at work in /work, as far as this host sees.' },
    });
  });

  test('one whose partner falls silent says who it is, and leaves nothing', async () => {
    const examined = ward.lead({ hosts: 2 });
    const folder = (await ward.fs.list('/work').then(([name]) => name)) ?? 'none yet';
    expect(folder).toBe('none yet');
    const silent = async (): Promise<void> => {
      while ((await ward.fs.list('/work')).length === 0) await ward.clock.wait(10);
      const [meeting] = await ward.fs.list('/work');
      await ward.fs.write(`/work/${meeting}/boxes/box.n02-1-abc`, Buffer.from('{"round":0}'));
    };
    const outcome = Promise.all([examined, silent()]);
    await expect(ward.passing(outcome)).rejects.toMatchObject({
      detail: { problem: 'n02-1-abc has not answered for 60 s.' },
    });
    expect(await ward.fs.list('/work')).toEqual([]);
  });

  test('what a doctor has left that was killed on another host goes when it does not move', async () => {
    await ward.fs.makeDirectory('/work/.cooperate-doctor-n09-1-abc/boxes');
    await ward.fs.write('/work/.cooperate-doctor-n09-1-abc/boxes/beat.4', Buffer.alloc(0));
    await alone();
    expect(await ward.fs.list('/work')).toEqual([]);
  });

  test('nonsense in the boxes is no partner, and no answer', async () => {
    const examined = ward.lead({ hosts: 2 });
    const hostile = async (): Promise<void> => {
      while ((await ward.fs.list('/work')).length === 0) await ward.clock.wait(10);
      const [meeting] = await ward.fs.list('/work');
      await ward.fs.write(`/work/${meeting}/boxes/box.n02-1-abc`, Buffer.from(`{"round":${'9'.repeat(400)}`));
    };
    await expect(ward.passing(Promise.all([examined, hostile()]))).rejects.toMatchObject({
      detail: { problem: expect.stringContaining('has not answered') as string },
    });
  });
});

test('told to stop it stops, and leaves nothing', async () => {
  const examined = ward.lead();
  const stopping = ward.clock.wait(3000).then(() => ward.stop.abort());
  const [result] = await ward.passing(Promise.all([examined, stopping]));
  expect(result).toBeUndefined();
  expect(await ward.fs.list('/work')).toEqual([]);
});
