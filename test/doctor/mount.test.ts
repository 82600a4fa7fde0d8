import { describe, expect, test } from 'vitest';
import { asyncExportIn, mountIn } from '../../src/doctor/mount.js';

const MOUNTS = `22 27 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 27 0:35 / /data rw,relatime shared:9 - autofs systemd-1 rw,fd=5
41 40 0:50 / /data rw,noatime shared:10 master:2 - nfs4 nfs.example:/my\\040export rw,vers=4.2,hard
42 27 0:51 / /data/fast\\040disk rw - xfs /dev/sdb rw
bad line
`;

describe('the mount of a folder', () => {
  test.each([
    ['/data/me/runs', { type: 'nfs4', source: 'nfs.example:/my export', at: '/data' }],
    ['/data/fast disk', { type: 'xfs', at: '/data/fast disk' }],
    ['/database', { type: 'ext4', source: '/dev/vda', at: '/' }],
  ])('%s is the innermost one, and of several the one on top', (folder, expected) => {
    expect(mountIn(MOUNTS, folder)).toMatchObject(expected);
  });

  test('has the options of the mount and of the filesystem, each once', () => {
    expect(mountIn(MOUNTS, '/data')?.options).toEqual(['rw', 'noatime', 'vers=4.2', 'hard']);
  });

  test('is not known where nothing is said', () => {
    expect(mountIn('', '/data')).toBeUndefined();
  });
});

describe('an export', () => {
  const table = '# comment\n/srv/a\t10.0.0.0/8(rw,sync,wdelay)\n/srv/b\\040c\t*(rw,async,wdelay) x(rw,sync)\n';

  test.each([
    ['/srv/b c/runs', '/srv/b c'],
    ['/srv/a/runs', undefined],
    ['/home', undefined],
  ])('of %s that is async is %s', (folder, expected) => {
    expect(asyncExportIn(table, folder)).toBe(expected);
  });
});
