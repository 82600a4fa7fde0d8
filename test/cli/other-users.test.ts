import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import { expectReadable, type Folder, leavesItsName, type Person, sh, until } from '../support/cli.js';

const LAB = 4000;
const ALICE: Person = { uid: 2001, gid: LAB };
const BOB: Person = { uid: 2002, gid: LAB };
/** In no group of theirs. */
const EVE: Person = { uid: 2003, gid: 4003 };

/** A schedule `lab/exp.json` of Alice's, in a folder of that mode. */
function lab(folder: Folder, entries: readonly (readonly string[])[], mode: number, folderMode = 0o2775): void {
  chmodSync(folder.path, 0o777);
  mkdirSync(folder.in('lab'));
  folder.schedule(entries, 'lab/exp.json');
  for (const name of ['lab', 'lab/exp.json']) chownSync(folder.in(name), ALICE.uid, LAB);
  chmodSync(folder.in('lab/exp.json'), mode);
  chmodSync(folder.in('lab'), folderMode);
}

/** Of everything below a path: what it is, its mode, and its group. */
function rightsBelow(path: string): string[] {
  const found = new Set<string>();
  const walk = (at: string): void => {
    const { mode, gid } = statSync(at);
    const isFolder = (mode & 0o170000) === 0o040000;
    found.add(`${isFolder ? 'folder' : 'file'} ${(mode & 0o7777).toString(8)} ${gid}`);
    if (isFolder) for (const name of readdirSync(at)) walk(join(at, name));
  };
  walk(path);
  return [...found].sort();
}

/** Names, contents and rights, to see whether anything was done. */
function everything(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mode, uid, size } = statSync(join(path, name));
      return `${name} ${mode} ${uid} ${size}`;
    });
}

const names = Array.from({ length: 9 }, (_, i) => `entry-${i}`);

describe.runIf(process.getuid?.() === 0).concurrent('other users on the same filesystem', () => {
  test('colleagues work one schedule together, whatever the umask of each', async ({ folder }) => {
    const entries = names.map((name) => leavesItsName(name, 'sleep 0.1; [ $0 != entry-8 ]'));
    lab(folder, entries, 0o660);
    folder.write('ran', '', 0o666);
    const people = [ALICE, BOB, { uid: 2004, gid: LAB }];
    const workers = people.map((person, i) =>
      folder.start(['run', 'exp.json'], {
        cwd: folder.in('lab'),
        as: { ...person, umask: ['077', '022', '002'][i] ?? '' },
      }),
    );
    const ended = await Promise.all(workers.map((worker) => worker.ended));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 0, 1]);
    expect(ended.map(({ stderr }) => stderr).join('')).not.toContain('permission');
    expect(folder.lines('ran').sort()).toEqual(names);
    expect(folder.marks('lab/exp.json')).toBe('x'.repeat(9));
    expect(rightsBelow(folder.in('lab/exp.json.cooperate'))).toEqual([`file 660 ${LAB}`, `folder 2770 ${LAB}`]);
    const schedule = statSync(folder.in('lab/exp.json'));
    expect([schedule.mode & 0o7777, schedule.gid]).toEqual([0o660, LAB]);
    const failure = statSync(folder.in('lab/cooperate_0'));
    expect([failure.mode & 0o7777, failure.gid]).toEqual([0o660, LAB]);
  });

  test.for([
    [0o644, ['file 644 4000', 'folder 755 4000']],
    [0o640, ['file 640 4000', 'folder 750 4000']],
    [0o600, ['file 600 4000', 'folder 700 4000']],
  ] as const)(
    'a schedule of mode %i lets no more people in than itself',
    async ([mode, rights], { folder }) => {
      lab(folder, [sh('echo secret; exit 3')], mode, 0o777);
      const as = { ...ALICE, umask: '000' };
      await folder.start(['run', 'exp.json'], { cwd: folder.in('lab'), as }).ended;
      expect(rightsBelow(folder.in('lab/exp.json.cooperate'))).toEqual(rights);
      expect(statSync(folder.in('lab/cooperate_0')).mode & 0o777).toBe(mode);
    },
  );

  test('a folder whose group is passed on keeps doing so in the sidecar', async ({ folder }) => {
    lab(folder, [['true']], 0o640, 0o2750);
    await folder.start(['run', 'lab/exp.json'], { as: ALICE }).ended;
    expect(rightsBelow(folder.in('lab/exp.json.cooperate'))).toEqual(['file 640 4000', 'folder 2750 4000']);
  });

  test('a schedule that is shared later is, with its sidecar, from the next run on', async ({ folder }) => {
    lab(folder, [leavesItsName('a'), leavesItsName('b')], 0o644);
    folder.write('ran', '', 0o666);
    await folder.start(['one', 'lab/exp.json', '--entry', '0'], { as: ALICE }).ended;
    chmodSync(folder.in('lab/exp.json'), 0o664);
    const refused = await folder.start(['run', 'lab/exp.json'], { as: BOB }).ended;
    expect(refused.code).toBe(3);
    expectReadable(refused.stderr);
    expect(refused.stderr).toContain(
      'cooperate: lab/exp.json.cooperate is not yours to write (rwxr-xr-x, user 2001, group 4000).\nHave its owner run: chmod -R g+rwX',
    );
    await folder.start(['requeue', 'lab/exp.json', '0', '--yes'], { as: ALICE }).ended;
    expect((await folder.start(['run', 'lab/exp.json'], { as: BOB }).ended).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['a', 'a', 'b']);
  });

  test.for([
    ['schedule', 0o644, 0o777, 'lab/exp.json is not yours to write (rw-r--r--, user 2001, group 4000).'],
    ['folder', 0o666, 0o755, 'you may not write in lab (rwxr-xr-x, user 2001, group 4000), where every'],
    ['sticky folder', 0o666, 0o1777, "in lab nobody may replace a file of somebody else's (rwxrwxrwx, user"],
  ] as const)(
    'who may not write the %s is told so, and nothing is done',
    async ([, mode, folderMode, said], { folder }) => {
      lab(folder, [['touch', folder.in('ran')]], mode, folderMode);
      const before = everything(folder.in('lab'));
      for (const args of [['run'], ['one', '--entry', '0'], ['add', '--', 'true']]) {
        const [verb = '', ...rest] = args;
        const { code, stderr } = await folder.start([verb, 'lab/exp.json', ...rest], { as: EVE }).ended;
        expectReadable(stderr);
        expect([code, stderr]).toEqual([3, expect.stringContaining(said)]);
        expect([everything(folder.in('lab')), folder.names().includes('ran')]).toEqual([before, false]);
      }
      const looked = await folder.start(['status', 'lab/exp.json', '--json'], { as: EVE }).ended;
      expect([looked.code, JSON.parse(looked.stdout)]).toEqual([0, expect.objectContaining({ version: 1 })]);
    },
  );

  test('who may not read it either is told so', async ({ folder }) => {
    lab(folder, [['true']], 0o660);
    const { code, stderr } = await folder.start(['run', 'lab/exp.json'], { as: EVE }).ended;
    expect([code, stderr]).toEqual([3, expect.stringContaining('lab/exp.json): permission denied (EACCES)')]);
  });

  test('a rewrite by somebody who may not give it the group says so', async ({ folder }) => {
    lab(folder, [['true'], ['true']], 0o666, 0o777);
    const { code, stderr } = await folder.start(['run', 'lab/exp.json'], { as: EVE }).ended;
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(
        'cooperate: lab/exp.json is rw-rw-rw-, user 2003, group 4003 from now on; it was rw-rw-rw-, user 2001, group 4000,',
      ),
    ]);
    expect(stderr.match(/from now on/g)).toHaveLength(1);
  });

  test('whether the worker of a colleague lives is known, and he is asked to stop as any other', async ({
    folder,
  }) => {
    const waits = (name: string): string[] => leavesItsName(name, until('$COOPERATE_TEST_FOLDER/go'));
    lab(folder, [waits('a'), waits('b')], 0o660);
    folder.write('ran', '', 0o666);
    const totals = async (): Promise<unknown> => {
      const { stdout } = await folder.start(['status', 'lab/exp.json', '--json'], { as: BOB }).ended;
      return (JSON.parse(stdout) as { totals: unknown }).totals;
    };
    const killed = folder.start(['run', 'lab/exp.json'], { as: ALICE });
    await folder.hasLines('ran', 1);
    expect(await totals()).toMatchObject({ running: 1, lost: 0 });
    killed.signal('SIGKILL');
    await vi.waitFor(async () => expect(await totals()).toMatchObject({ running: 0, lost: 1 }), 10_000);
    const put = await folder.start(['requeue', 'lab/exp.json', '--lost', '--yes'], { as: BOB }).ended;
    expect(put.code).toBe(0);
    const hers = folder.start(['run', 'lab/exp.json'], { as: ALICE });
    await folder.hasLines('ran', 2);
    const stopped = await folder.start(['stop', 'lab/exp.json', '--now'], { as: BOB }).ended;
    expect([stopped.code, (await hers.ended).stderr]).toEqual([
      0,
      expect.stringContaining('asked this worker'),
    ]);
    folder.write('go', '');
    expect((await folder.start(['run', 'lab/exp.json'], { as: BOB }).ended).code).toBe(0);
    expect(folder.lines('ran').slice(0, 2)).toEqual(['a', 'a']);
    expect(rightsBelow(folder.in('lab/exp.json.cooperate'))).toEqual([`file 660 ${LAB}`, `folder 2770 ${LAB}`]);
  });

  test('root works on it as its owner would, who can go on', async ({ folder }) => {
    lab(folder, [leavesItsName('a'), leavesItsName('b')], 0o600);
    folder.write('ran', '', 0o666);
    await folder.cooperate('one', 'lab/exp.json', '--entry', '0');
    const owners = readdirSync(folder.in('lab'), { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(folder.in('lab'), name)).uid,
    );
    expect(new Set(owners)).toEqual(new Set([ALICE.uid]));
    expect((await folder.start(['run', 'lab/exp.json'], { as: ALICE }).ended).code).toBe(0);
    expect(folder.lines('ran')).toEqual(['a', 'b']);
  });

  test('nothing of the environment is written down', async ({ folder }) => {
    const secret = 'hunter2-in-the-environment';
    lab(folder, [sh('exit 1'), ['no-such-command']], 0o644);
    const env = { API_TOKEN: secret };
    await folder.start(['run', 'exp.json', '--max-failures', '5', '--on-finish', 'false'], {
      cwd: folder.in('lab'),
      env,
    }).ended;
    const files = readdirSync(folder.in('lab'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(folder.in(`lab/${name}`)).isFile(),
    );
    expect(files).toContain('cooperate_1');
    for (const name of files) expect(readFileSync(folder.in(`lab/${name}`), 'latin1')).not.toContain(secret);
  });
});
