import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { expectNoTrace, Folder, leavesItsName, type Program, sh, until } from '../support/cli.js';
import { canMount, Mount } from '../support/cli-mount.js';

let folder: Folder;
let mount: Mount;
beforeEach(() => {
  folder = new Folder();
  mount = new Mount(folder.in('disk'));
});
afterEach(() => folder.dispose(() => mount.close()));

const NAMES = Array.from({ length: 12 }, (_, i) => `entry-${i}`);
const GATE = `echo output of "$0"; ${until('$COOPERATE_TEST_FOLDER/go')}`;
const schedule = (): string =>
  folder.schedule(
    NAMES.map((name) => leavesItsName(name, GATE)),
    'disk/exp.json',
  );

/** Neither lost nor twice, and readable all the time. */
async function allRanOnce(workers: readonly Program[]): Promise<void> {
  for (const worker of workers) {
    const { code, stderr } = await worker.ended;
    expectNoTrace(stderr);
    expect([code, stderr]).toEqual([0, expect.stringContaining('All experiments completed.')]);
  }
  expect(folder.lines('ran').sort()).toEqual([...NAMES].sort());
  expect(folder.marks('disk/exp.json')).toBe('x'.repeat(NAMES.length));
  const rest = folder.names('disk').filter((name) => name !== 'filling');
  expect(rest).toEqual(['exp.json', 'exp.json.cooperate']);
}

const WAITING = /Waiting and trying again; Ctrl-C (once more )?leaves\./g;

describe.skipIf(!canMount)('a full disk', () => {
  test('is said once by each worker and waited for; then everything goes on and nothing is lost', async () => {
    schedule();
    const workers = [1, 2].map(() => folder.start(['run', folder.in('disk/exp.json')]));
    await folder.hasLines('ran', 2);
    mount.fill();
    folder.write('go', '');
    for (const worker of workers) await worker.says(WAITING);
    for (const worker of workers) expect(worker.stderr).toMatch(/the disk is full \(ENOSPC\)/);
    expect(JSON.parse(folder.read('disk/exp.json'))).toHaveLength(NAMES.length);
    mount.free();
    await allRanOnce(workers);
    for (const worker of workers) {
      expect(worker.stderr.match(WAITING)).toHaveLength(1);
      expect(worker.stderr).toContain('cooperate: that has passed; going on.');
    }
  });

  test('at the start is waited for too, and Ctrl-C leaves with nothing claimed', async () => {
    schedule();
    folder.write('go', '');
    mount.fill();
    const before = folder.read('disk/exp.json');
    const leaver = folder.start(['run', folder.in('disk/exp.json')]);
    const stayer = folder.start(['run', folder.in('disk/exp.json')]);
    await leaver.says(WAITING);
    await stayer.says(WAITING);
    leaver.signal('SIGINT');
    const { code, stderr } = await leaver.ended;
    expect(code).toBe(130);
    expectNoTrace(stderr);
    expect(folder.read('disk/exp.json')).toBe(before);
    mount.free();
    await allRanOnce([stayer]);
  });

  test('met while a worker is told to leave: a second signal ends it, and the next worker puts things right', async () => {
    folder.schedule(
      [
        leavesItsName('entry-0', until('$COOPERATE_TEST_FOLDER/never')),
        ...NAMES.slice(1).map((name) => leavesItsName(name)),
      ],
      'disk/exp.json',
    );
    const worker = folder.start(['run', folder.in('disk/exp.json')]);
    await folder.hasLines('ran', 1);
    mount.fill();
    worker.signal('SIGTERM');
    await worker.says(WAITING);
    worker.signal('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect(code).toBe(143);
    expect(stderr).toContain('entry 0 could not be put back yet: the next worker to finish does it.');
    expectNoTrace(stderr);
    mount.free();
    folder.write('never', '');
    const next = await folder.cooperate('run', folder.in('disk/exp.json'));
    expectNoTrace(next.stderr);
    expect(folder.marks('disk/exp.json')).toBe('x'.repeat(NAMES.length));
    // It was interrupted or is lost, which only a person decides; whichever, the worker says so.
    const again = folder.lines('ran').filter((name) => name === 'entry-0').length === 2;
    expect(again || /entry 0 is lost/.test(next.stderr)).toBe(true);
    expect(next.code).toBe(again ? 0 : 1);
  });

  test('where only the failure file does not fit any more is said, and the failure counts', async () => {
    folder.schedule([sh('exit 3')]);
    mount.fill();
    const ended = await folder.start(['run', folder.in('exp.json')], { cwd: mount.path }).ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /cooperate_<n> could not be written \(ENOSPC\); the journal has the failure\./,
    );
    expect(folder.names('disk')).toEqual(['filling']);
  });
});

describe.skipIf(!canMount)('a filesystem that becomes read-only', () => {
  test('is said and waited for, and nothing is lost', async () => {
    schedule();
    const worker = folder.start(['run', folder.in('disk/exp.json')]);
    await folder.hasLines('ran', 1);
    await vi.waitFor(() => expect(worker.stdout).toContain('output of'));
    // Refused while a file is open for writing: then the worker closes its journal only when it ends.
    if (!mount.remount('ro')) {
      folder.write('go', '');
      return allRanOnce([worker]);
    }
    folder.write('go', '');
    await worker.says(/read-only/);
    mount.remount('rw');
    await allRanOnce([worker]);
  });

  test('is refused at the start, with exit code 3 and nothing made', async () => {
    schedule();
    mount.remount('ro');
    const { code, stdout, stderr } = await folder.cooperate('run', join(mount.path, 'exp.json'));
    mount.remount('rw');
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(/^cooperate: could not .*: .*read-only.*\(EROFS\)\.\nWorkers write marks/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(folder.names('disk')).toEqual(['exp.json']);
    expect((await folder.cooperate('progress', join(mount.path, 'exp.json'))).stdout).toContain('0/12');
  });
});
