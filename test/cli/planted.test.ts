import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { describe, expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { expectReadable, type Folder, leavesItsName, type Person, sh } from '../support/cli.js';

const ALICE: Person = { uid: 2001, gid: 4001 };
const EVE: Person = { uid: 2003, gid: 4003 };

/** Somebody else's folder with something in it that is not to be touched. */
function treasure(folder: Folder): string {
  mkdirSync(folder.in('treasure'));
  folder.write('treasure/host-1-abcdef.1', 'precious');
  return folder.in('treasure');
}

const untouched = (folder: Folder): void => {
  expect([readdirSync(folder.in('treasure')), folder.read('treasure/host-1-abcdef.1')]).toEqual([
    ['host-1-abcdef.1'],
    'precious',
  ]);
};

describe.concurrent('what somebody planted', () => {
  test('a link where the lock should be is not followed, and nothing behind it removed', async ({ folder }) => {
    folder.schedule([leavesItsName('a')]);
    symlinkSync(treasure(folder), folder.in('exp.json.lock'));
    const { code, stderr } = await folder.start(['run', 'exp.json'], { env: { COOPERATE_STALE_MS: '2000' } })
      .ended;
    expect([code, folder.lines('ran')]).toEqual([3, []]);
    expectReadable(stderr);
    expect(stderr).toContain('exp.json.lock is a symbolic link that cooperate did not make');
    untouched(folder);
  });

  test('a link that takes the place of the lock later is not followed either', async ({ folder }) => {
    const place = folder.in('exp.json.lock');
    const plant = `rm -rf "${place}"; ln -s "${treasure(folder)}" "${place}"`;
    folder.schedule([sh(plant), leavesItsName('a')]);
    const program = folder.start(['run', 'exp.json'], { env: { COOPERATE_STALE_MS: '2000' } });
    const { code, stderr } = await program.ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('and nothing is written through it (ELOOP)')]);
    expect(folder.lines('ran')).toEqual([]);
    untouched(folder);
  });

  test.for(['cells', 'journals', 'logs', 'heartbeats', 'head', 'lock'])(
    'a link in place of the folder %s in the sidecar is not written through',
    async (name, { folder }) => {
      folder.schedule([leavesItsName('a'), leavesItsName('b')]);
      await folder.cooperate('one', 'exp.json', '--entry', '0');
      const place = folder.in(`exp.json.cooperate/${name === 'lock' ? name : `1/${name}`}`);
      renameSync(place, folder.in('moved'));
      symlinkSync(treasure(folder), place);
      const { code, stderr } = await folder.cooperate('run', 'exp.json');
      expectReadable(stderr);
      expect([code, folder.lines('ran')]).toEqual([3, ['a']]);
      untouched(folder);
    },
  );

  test('a sidecar that its owner has put on another disk by a link works', async ({ folder }) => {
    folder.schedule([leavesItsName('a')]);
    mkdirSync(folder.in('scratch'));
    symlinkSync('scratch', folder.in('exp.json.cooperate'));
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect(folder.names('scratch')).toContain('1');
    expect(folder.lines('ran')).toEqual(['a']);
  });

  test('a schedule that is a link stays one, and what it leads to is worked on', async ({ folder }) => {
    mkdirSync(folder.in('data'));
    folder.schedule([leavesItsName('a')], 'data/exp.json');
    symlinkSync('data/exp.json', folder.in('exp.json'));
    expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
    expect([folder.marks('data/exp.json'), folder.names('data')]).toEqual([
      'x',
      ['exp.json', 'exp.json.cooperate'],
    ]);
    expect(readlinkSync(folder.in('exp.json'))).toBe('data/exp.json');
  });

  test('failure files and backups take the next name', async ({ folder }) => {
    folder.write('exp.json', '[["false"],]');
    for (const name of ['cooperate_0', 'exp.json.bak'])
      symlinkSync(folder.in(`missing-${name}`), folder.in(name));
    const { code } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(1);
    expect(folder.names().filter((name) => /cooperate_|bak|missing/.test(name))).toEqual([
      'cooperate_0',
      'cooperate_1',
      'exp.json.bak',
      'exp.json.bak.1',
    ]);
  });
});

describe.runIf(process.getuid?.() === 0).concurrent('in a folder that everybody may write', () => {
  function everybodys(folder: Folder): void {
    chmodSync(folder.path, 0o1777);
    folder.schedule([['touch', folder.in('ran')]]);
    chownSync(folder.in('exp.json'), ALICE.uid, ALICE.gid);
  }

  test.for([
    ['sidecar', 'exp.json.cooperate'],
    ['lock', 'exp.json.lock'],
  ])("a stranger's folder for the %s is refused", async ([, name = ''], { folder }) => {
    everybodys(folder);
    mkdirSync(folder.in(name));
    chmodSync(folder.in(name), 0o777);
    chownSync(folder.in(name), EVE.uid, EVE.gid);
    const { code, stderr } = await folder.start(['run', 'exp.json'], { as: ALICE }).ended;
    expectReadable(stderr);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(
        `${name} belongs to somebody who has no right to the schedule (rwxrwxrwx, user 2003, group 4003)`,
      ),
    ]);
    expect([folder.names(name), folder.marks()]).toEqual([[], '.']);
  });

  test("a stranger's link for the sidecar is refused, wherever it leads", async ({ folder }) => {
    everybodys(folder);
    mkdirSync(folder.in('hers'));
    chownSync(folder.in('hers'), ALICE.uid, ALICE.gid);
    symlinkSync(folder.in('hers'), folder.in('exp.json.cooperate'));
    lchownSync(folder.in('exp.json.cooperate'), EVE.uid, EVE.gid);
    const { code, stderr } = await folder.start(['run', 'exp.json'], { as: ALICE }).ended;
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('is a symbolic link that cooperate did not make'),
    ]);
    expect([folder.names('hers'), folder.marks()]).toEqual([[], '.']);
  });

  test('without anything planted its owner works there', async ({ folder }) => {
    everybodys(folder);
    expect((await folder.start(['run', 'exp.json'], { as: ALICE }).ended).code).toBe(0);
    expect([folder.marks(), folder.names()]).toEqual(['x', ['exp.json', 'exp.json.cooperate', 'ran']]);
  });
});
