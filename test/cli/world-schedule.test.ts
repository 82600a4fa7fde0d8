import { appendFileSync, chmodSync, chownSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  expectNoTrace,
  Folder,
  leavesItsName,
  NOBODY,
  type Program,
  type StartOptions,
  until,
} from '../support/cli.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  mkdirSync(folder.in('data'));
});
afterEach(() => folder.dispose());

const NAMES = Array.from({ length: 8 }, (_, i) => `entry-${i}`);
const GATE = until('$COOPERATE_TEST_FOLDER/go');

/** So many workers, each in the middle of an entry. */
async function busyWorkers(count: number, options: StartOptions = {}): Promise<Program[]> {
  folder.schedule(
    NAMES.map((name) => leavesItsName(name, GATE)),
    'data/exp.json',
  );
  if (options.asNobody) giveAway('.', 'data', 'data/exp.json');
  const workers = Array.from({ length: count }, () => folder.start(['run', 'data/exp.json'], options));
  await folder.hasLines('ran', count);
  return workers;
}

const goOn = (): string => folder.write('go', '');

async function allRanOnce(workers: readonly Program[]): Promise<void> {
  for (const worker of workers) {
    const { code, stderr } = await worker.ended;
    expectNoTrace(stderr);
    expect([code, stderr]).toEqual([0, expect.stringContaining('All experiments completed.')]);
  }
  expect(folder.lines('ran').sort()).toEqual(NAMES);
  expect(folder.marks('data/exp.json')).toBe('x'.repeat(NAMES.length));
  expect(folder.names('data')).toEqual(['exp.json', 'exp.json.cooperate']);
}

const WAITING = /Waiting and trying again; Ctrl-C leaves\./g;

describe('while workers run, a schedule', () => {
  test('that is moved away is waited for, and once back everything goes on', async () => {
    const workers = await busyWorkers(2);
    renameSync(folder.in('data/exp.json'), folder.in('data/away.json'));
    goOn();
    for (const worker of workers) await worker.says(/there is no schedule data\/exp\.json\./);
    for (const worker of workers) await worker.says(WAITING);
    renameSync(folder.in('data/away.json'), folder.in('data/exp.json'));
    await allRanOnce(workers);
    for (const worker of workers) expect(worker.stderr.match(WAITING)).toHaveLength(1);
  });

  test('that is deleted is waited for, and a copy put back is good enough', async () => {
    const workers = await busyWorkers(2);
    const copy = folder.read('data/exp.json');
    rmSync(folder.in('data/exp.json'));
    goOn();
    for (const worker of workers) await worker.says(WAITING);
    folder.write('data/exp.json', copy);
    await allRanOnce(workers);
  });

  test('that is replaced by rubbish is left alone, and once mended everything goes on', async () => {
    const workers = await busyWorkers(2);
    const good = folder.read('data/exp.json');
    folder.write('data/exp.json', `${good.slice(0, -1)}\n  rubbish]`);
    const before = statSync(folder.in('data/exp.json'));
    goOn();
    for (const worker of workers) await worker.says(/data\/exp\.json:2:3: a comma is missing/);
    for (const worker of workers) await worker.says(WAITING);
    expect(folder.read('data/exp.json')).toBe(`${good.slice(0, -1)}\n  rubbish]`);
    expect(statSync(folder.in('data/exp.json')).mtimeMs).toBe(before.mtimeMs);
    folder.write('data/exp.json', good);
    await allRanOnce(workers);
  });

  test('that is gone can be left by a signal, with nothing lost', async () => {
    const [worker] = await busyWorkers(1);
    renameSync(folder.in('data/exp.json'), folder.in('away.json'));
    goOn();
    await worker!.says(WAITING);
    worker!.signal('SIGINT');
    const { code, stderr } = await worker!.ended;
    expect(code).toBe(130);
    expectNoTrace(stderr);
    renameSync(folder.in('away.json'), folder.in('data/exp.json'));
    await allRanOnce([folder.start(['run', 'data/exp.json'])]);
  });
});

describe('the sidecar', () => {
  test('deleted while workers run is made anew, and nothing runs twice', async () => {
    const workers = await busyWorkers(2);
    rmSync(folder.in('data/exp.json.cooperate'), { recursive: true });
    goOn();
    await allRanOnce(workers);
    expect(
      workers.some(({ stderr }) => /exp\.json\.cooperate was deleted or replaced; going on/.test(stderr)),
    ).toBe(true);
  });

  test('deleted between two runs costs nothing but history', async () => {
    folder.schedule([leavesItsName('a'), leavesItsName('b', 'exit 1'), leavesItsName('c')]);
    await folder.cooperate('run', 'exp.json');
    rmSync(folder.in('exp.json.cooperate'), { recursive: true });
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expectNoTrace(stderr);
    expect([code, folder.lines('ran'), folder.marks()]).toEqual([0, ['a', 'b', 'c'], 'xxx']);
  });

  test('with an unreadable line in the journal of a worker that died: said, and what it ran is called lost', async () => {
    const [dying] = await busyWorkers(1);
    dying!.signal('SIGKILL');
    await dying!.ended;
    const [journal] = folder.names('data/exp.json.cooperate/1/journals');
    appendFileSync(folder.in(`data/exp.json.cooperate/1/journals/${journal}`), '{"n":99,"t":"en\x00\n');
    goOn();
    await vi.waitFor(() => expect(folder.processes()).toEqual([]));
    const { code, stderr } = await folder.cooperate('run', 'data/exp.json', '--keep-going');
    expect(code).toBe(1);
    expectNoTrace(stderr);
    expect(stderr).toContain('cooperate: 1 journal line could not be read; what it recorded is unknown.');
    expect(stderr).toMatch(/entry 0 is lost: worker [\w-]+ died while running it/);
    expect(stderr).toContain('cooperate one data/exp.json --entry 0');
    expect(folder.lines('ran').sort()).toEqual(NAMES);
  });
});

describe.runIf(process.getuid?.() === 0)('without permission', () => {
  test('lost while a worker runs: said, waited for, and nothing is lost', async () => {
    const workers = await busyWorkers(2, { asNobody: true });
    chmodSync(folder.in('data'), 0o000);
    goOn();
    for (const worker of workers) await worker.says(WAITING);
    for (const worker of workers) expect(worker.stderr).toMatch(/kinit and aklog/);
    chmodSync(folder.in('data'), 0o755);
    await allRanOnce(workers);
    for (const worker of workers) expect(worker.stderr.match(WAITING)).toHaveLength(1);
  });

  test('to write where the schedule lies, it is refused at once and nothing is made', async () => {
    folder.schedule([['true']], 'data/exp.json');
    giveAway('.', 'data', 'data/exp.json');
    chmodSync(folder.in('data'), 0o555);
    const { code, stderr } = await folder.start(['run', 'data/exp.json'], { asNobody: true }).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cooperate: you may not write in data \(r-xr-xr-x, .*\nAsk its owner .*kinit/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(folder.names('data')).toEqual(['exp.json']);
    expect(folder.marks('data/exp.json')).toBe('.');
  });

  test('to read the schedule, it is refused at once', async () => {
    folder.schedule([['true']], 'data/exp.json');
    giveAway('.', 'data', 'data/exp.json');
    chmodSync(folder.in('data/exp.json'), 0o000);
    const { code, stderr } = await folder.start(['run', 'data/exp.json'], { asNobody: true }).ended;
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cooperate: could not read the schedule \(data\/exp\.json\): .*EACCES/);
    expect(folder.names('data')).toEqual(['exp.json']);
  });
});

function giveAway(...names: string[]): void {
  for (const name of names) chownSync(folder.in(name), NOBODY, NOBODY);
}
