import { describe, expect, test } from 'vitest';
import type { Findings } from '../../src/doctor/findings.js';
import { judge } from '../../src/doctor/judge.js';
import type { HostFacts, Mount } from '../../src/doctor/schemas.js';

const fair = { names: 200, twoWinners: 0, noWinner: 0, errors: {} };

function host(name: string, mount: Partial<Mount>, clockMs = 0): HostFacts {
  return {
    host: name,
    mount: { type: 'nfs4', source: 'server:/', at: '/data', options: ['rw', 'hard'], ...mount },
    space: { freeBytes: 1e12, bytes: 2e12, freeInodes: 1e6, inodes: 2e6 },
    clockMs,
  };
}

function findings(mount: Partial<Mount>, change: Partial<Findings> = {}): Findings {
  return {
    hosts: [host('n01', mount), host('n02', mount)],
    processes: 2,
    operations: {
      link: 'ok',
      links: 1001,
      linksEnd: 'ok',
      replaceFile: 'ok',
      moveFolder: 'ok',
      replaceFolder: 'ENOTEMPTY',
      syncFile: 'ok',
      syncFolder: 'ok',
      touch: 'ok',
    },
    races: { link: fair, rename: fair, mkdir: fair, exclusive: fair },
    replaced: { replaced: 50, reads: 500, torn: 0, errors: {} },
    lags: { list: 20, open: 30_000, renamed: 25, rewritten: 15, size: 3000 },
    lagWatchedMs: 65_000,
    lock: { staleMs: 2000, live: 'kept', takenOverMs: 2040 },
    ...change,
  };
}

/** As measured, two clients each. */
describe('judges', () => {
  test('NFS 4.2 good as it is, though a name looked for too early is missing for 30 s', () => {
    expect(judge(findings({}))).toMatchObject({ verdict: 'good', settings: {}, reasons: [] });
  });

  test('NFS 3 good, though O_EXCL has two winners there', () => {
    const exclusive = { names: 1000, twoWinners: 105, noWinner: 0, errors: {} };
    const { races } = findings({});
    const { verdict, checks } = judge(findings({ type: 'nfs' }, { races: { ...races, exclusive } }));
    expect(verdict).toBe('good');
    expect(checks).toContainEqual({
      id: 'race-exclusive',
      what: 'O_EXCL, who wins',
      result: 'two winners, 105 of 1000 names',
      means: 'not relied on; other programs may',
      grade: 'note',
    });
  });

  test('AFS good: all is seen within milliseconds', () => {
    const lags = { list: 12, open: 3, renamed: 1, rewritten: 11, size: 3 };
    expect(judge(findings({ type: 'afs' }, { lags })).verdict).toBe('good');
  });

  test('GlusterFS good, with contents a second old and 100 links to a file', () => {
    const lags = { list: 3, open: 1, renamed: 1000, rewritten: 1000, size: 1000 };
    const operations = { ...findings({}).operations, links: 100, linksEnd: 'ENOSPC' };
    const { verdict, checks } = judge(findings({ type: 'fuse.glusterfs' }, { lags, operations }));
    expect(verdict).toBe('good');
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'links', result: '100, then ENOSPC', grade: 'good' }),
    );
  });

  test('sshfs good with more patience for the lock: its listings are 20 s old, and losers are told EPERM', () => {
    const lags = { list: 20_000, open: 12, renamed: 1, rewritten: 1, size: 21_000 };
    const races = { ...findings({}).races, link: { ...fair, errors: { EPERM: 100 } } };
    const { verdict, settings, checks } = judge(findings({ type: 'fuse.sshfs' }, { lags, races }));
    expect({ verdict, settings }).toEqual({ verdict: 'good-with-settings', settings: { lockStaleMs: 44_000 } });
    expect(checks).toContainEqual(
      expect.objectContaining({
        id: 'race-link',
        grade: 'note',
        result: 'one winner, 200 names, 2 hosts, EPERM 100 times',
      }),
    );
  });

  test('a mount that shows old contents for 10 s good, when they are waited for', () => {
    const lags = { list: 20, open: 10_000, renamed: 9_800, rewritten: 9_900, size: 10_000 };
    const { verdict, settings } = judge(findings({ options: ['rw', 'nocto'] }, { lags }));
    expect({ verdict, settings }).toEqual({ verdict: 'good-with-settings', settings: { lagMs: 20_000 } });
  });

  test('one on which signs of life take more than a minute not to be used', () => {
    const lags = { list: 20, open: null, renamed: null, rewritten: 12, size: null };
    const { verdict, reasons } = judge(findings({}, { lags }));
    expect(verdict).toBe('do-not-use');
    expect(reasons).toEqual(['content, after a rename: not within 65 s']);
  });

  test.each([
    ['robbed', 2040, 'lock of a live holder: was taken away'],
    ['kept', null, 'lock of a dead holder: is never free again'],
  ] as const)('a lock that is %s, and free after %s, a reason not to use it', (live, takenOverMs, reason) => {
    expect(judge(findings({}, { lock: { staleMs: 2000, live, takenOverMs } })).reasons).toEqual([reason]);
  });

  test('nothing by a lock that the host itself was too busy to hold', () => {
    const { verdict, checks } = judge(
      findings({}, { lock: { staleMs: 2000, live: 'busy', takenOverMs: 2040 } }),
    );
    expect(verdict).toBe('good');
    expect(checks).toContainEqual(expect.objectContaining({ id: 'lock-live', grade: 'note' }));
  });

  test.each([
    [['rw', 'soft'], ['soft']],
    [['rw', 'nolock'], ['nolock']],
    [['rw', 'local_lock=all'], ['local_lock=all']],
    [['rw', 'acregmin=3', 'acregmax=600', 'acdirmax=60'], ['acregmax=600']],
    [
      ['rw', 'actimeo=3600', 'nocto'],
      ['actimeo=3600', 'nocto'],
    ],
    [['rw', 'hard', 'local_lock=none', 'actimeo=0'], []],
  ])('of the mount options %j it warns of %j', (options, warned) => {
    const { verdict, checks } = judge(findings({ options }));
    const warnings = checks.filter(({ id, what }) => id === 'mount-option' && what === 'mount option on n01');
    expect(warnings.map(({ result }) => result)).toEqual(warned);
    expect(verdict).toBe('good');
  });

  test('a mount for reading only not to be used', () => {
    expect(judge(findings({ options: ['ro'] })).verdict).toBe('do-not-use');
  });

  test('an export that answers too early worth a warning', () => {
    const { verdict, checks } = judge(findings({}, { asyncExport: '/srv' }));
    expect(verdict).toBe('good');
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'export', grade: 'warning', result: '/srv is async' }),
    );
  });

  test('clocks that disagree worth telling, and no more', () => {
    const { verdict, checks } = judge(findings({}, { hosts: [host('a', {}, 3_600_000), host('b', {}, -500)] }));
    expect(verdict).toBe('good');
    expect(checks).toContainEqual(
      expect.objectContaining({ id: 'clock-hosts', result: '3,601 s apart', means: 'nothing depends on it' }),
    );
  });

  test('errors of rename and fsync for what they are', () => {
    const operations = { ...findings({}).operations, replaceFile: 'EPERM', syncFile: 'EINVAL' };
    expect(judge(findings({}, { operations })).reasons).toEqual([
      'rename over a file: EPERM',
      'fsync of a file: EINVAL',
    ]);
  });
});
