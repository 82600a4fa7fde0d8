import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test as plain } from 'vitest';
import { expectReadable, Folder, leavesItsName, sh, until, type Program } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';

/** Each with a folder of its own: they mostly wait for a worker's next look. */
const test = plain.extend<{ folder: Folder }>({
  // eslint-disable-next-line no-empty-pattern
  folder: async ({}, use) => {
    const folder = new Folder();
    await use(folder);
    await folder.dispose();
  },
});

const stop = (folder: Folder, ...args: string[]) => folder.cooperate('stop', 'exp.json', ...args);

interface Value {
  readonly asked: readonly { worker: string; host: string; became?: string }[];
}

const waits = (name: string): string[] => leavesItsName(name, until('$COOPERATE_TEST_FOLDER/go'));

/** Workers, each of which runs one of the entries. */
async function atWork(
  folder: Folder,
  entries: string[][],
  workers: number,
  ...args: string[]
): Promise<Program[]> {
  folder.schedule(entries);
  const programs = [];
  for (let i = 0; i < workers; i++) {
    programs.push(folder.start(['run', 'exp.json', ...args]));
    await folder.hasLines('ran', i + 1);
  }
  return programs;
}

/** Nothing of what was asked is left for others to find. */
const expectTidy = (folder: Folder): void => expect(folder.names('exp.json.cooperate')).toEqual(['1', 'lock']);

describe.concurrent('stop', () => {
  describe('a worker that is asked to stop', () => {
    test('finishes what it runs, starts nothing more, and leaves with what it has done', async ({ folder }) => {
      const [worker] = (await atWork(folder, [waits('a'), leavesItsName('b')], 1)) as [Program];
      const asked = await stop(folder);
      expect(asked.code).toBe(0);
      expect(asked.stderr).toMatch(
        /^cooperate: asked 1 worker to finish what it runs, and leave:\n {2}\S+ on \S+\n/,
      );
      await worker.says(/\S+@\S+ asked this worker to stop: leaving when what runs has ended\./);
      folder.write('go', '');
      const { code, stderr } = await worker.ended;
      expect([code, folder.marks(), folder.lines('ran')]).toEqual([0, 'x.', ['a']]);
      expect(stderr).not.toContain('All experiments completed.');
      expect(stderr).not.toContain('put back');
      expectTidy(folder);
      expect((await folder.cooperate('run', 'exp.json')).code).toBe(0);
      expect(folder.lines('ran')).toEqual(['a', 'b']);
    });

    test('leaves with 1 where what it ran has failed, which counts as that', async ({ folder }) => {
      const fails = leavesItsName('a', `${until('$COOPERATE_TEST_FOLDER/go')}; exit 3`);
      const [worker] = (await atWork(folder, [fails, leavesItsName('b')], 1, '-k')) as [Program];
      await stop(folder);
      await worker.says('asked this worker to stop');
      folder.write('go', '');
      const { code, stderr } = await worker.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('entry 0 failed with exit code 3');
      expect(folder.marks()).toBe('x.');
    });

    test('with --now ends what it runs, puts it back and leaves', async ({ folder }) => {
      const [worker] = (await atWork(folder, [waits('a'), leavesItsName('b')], 1)) as [Program];
      const { code, stderr } = await stop(folder, '--now', '--wait');
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /asked 1 worker to end what it runs, put it back and leave:\n.*\n.*worker \S+ has left\.\n$/,
      );
      const ended = await worker.ended;
      expect([ended.code, folder.marks()]).toEqual([0, '..']);
      expect(ended.stderr).toContain('asked this worker to stop now: ending what runs.');
      expect(ended.stderr).toContain('put back entry 0: pending again.');
      expect(folder.processes()).toEqual([]);
      expectTidy(folder);
    });

    test('can be asked to hurry', async ({ folder }) => {
      const [worker] = (await atWork(folder, [waits('a')], 1)) as [Program];
      await stop(folder);
      await worker.says('leaving when what runs has ended');
      await stop(folder, '--now');
      const { code } = await worker.ended;
      expect([code, folder.marks()]).toEqual([0, '.']);
      expectTidy(folder);
    });

    test('still takes a signal: it ends what runs', async ({ folder }) => {
      const [worker] = (await atWork(folder, [waits('a')], 1)) as [Program];
      await stop(folder);
      await worker.says('asked this worker to stop');
      worker.signal('SIGINT');
      const { code, stderr } = await worker.ended;
      expect([code, folder.marks()]).toEqual([130, '.']);
      expect(stderr).toContain('put back entry 0');
    });

    test('while it waits for entries that are added later leaves at once', async ({ folder }) => {
      folder.schedule([leavesItsName('a')]);
      const worker = folder.start(['run', 'exp.json', '--wait']);
      await folder.hasLines('ran', 1);
      expect((await stop(folder, '--wait')).code).toBe(0);
      expect((await worker.ended).code).toBe(0);
    });
  });

  describe('of several workers', () => {
    test('all are asked, one that comes later is not', async ({ folder }) => {
      const workers = await atWork(folder, [waits('a'), waits('b'), leavesItsName('c')], 2);
      await stop(folder);
      for (const worker of workers) await worker.says('asked this worker to stop');
      const later = folder.start(['run', 'exp.json']);
      await folder.hasLines('ran', 3);
      folder.write('go', '');
      for (const worker of workers) expect((await worker.ended).code).toBe(0);
      expect((await later.ended).code).toBe(0);
      expect(later.stderr).not.toContain('asked this worker');
      expect([folder.lines('ran').toSorted(), folder.marks()]).toEqual([['a', 'b', 'c'], 'xxx']);
      expectTidy(folder);
    });

    test('one is asked by its name, and the others work on', async ({ folder }) => {
      const [first, second] = (await atWork(folder, [waits('a'), waits('b'), leavesItsName('c')], 2)) as [
        Program,
        Program,
      ];
      const name = readdirSync(folder.in('exp.json.cooperate/1/heartbeats')).find((worker) =>
        worker.includes(`-${first.child.pid ?? 0}-`),
      );
      const { stdout } = await stop(folder, '--worker', name ?? '', '--json');
      const { asked } = valueBy('stop', stdout) as Value;
      expect(asked.map(({ worker }) => worker)).toEqual([name]);
      await first.says('asked this worker to stop');
      folder.write('go', '');
      expect((await second.ended).code).toBe(0);
      expect(second.stderr).not.toContain('asked');
      expect(folder.marks()).toBe('xxx');
    });

    test('those of another host are left alone, and it is said who is there', async ({ folder }) => {
      const [worker] = (await atWork(folder, [waits('a')], 1)) as [Program];
      const { code, stderr } = await stop(folder, '--host', 'nowhere*');
      expect(code).toBe(0);
      expect(stderr).toMatch(
        /^cooperate: none of the 1 worker at work on exp\.json is meant by that:\n {2}\S+ on \S+\n$/,
      );
      folder.write('go', '');
      expect((await worker.ended).code).toBe(0);
      expect((await stop(folder, '--host', '*')).stderr).toBe('cooperate: nobody is working on exp.json.\n');
    });

    test('one that is dead is not asked, and what it was asked goes away', async ({ folder }) => {
      const [worker] = (await atWork(folder, [sh('echo a >> ran; exec sleep 60')], 1)) as [Program];
      await stop(folder);
      worker.signal('SIGKILL');
      await worker.ended;
      const { stdout } = await stop(folder, '--json');
      expect((valueBy('stop', stdout) as Value).asked).toEqual([]);
      expectTidy(folder);
      for (const pid of folder.processes()) process.kill(Number(pid), 'SIGKILL');
    });

    test('one that dies while it is waited for is told, and the exit code is 1', async ({ folder }) => {
      const [worker] = (await atWork(folder, [sh('echo a >> ran; exec sleep 60')], 1)) as [Program];
      const stopping = folder.start(['stop', 'exp.json', '--wait', '--json']);
      await worker.says('asked this worker to stop');
      worker.signal('SIGKILL');
      const { code, stdout } = await stopping.ended;
      expect(code).toBe(1);
      expect((valueBy('stop', stdout) as Value).asked[0]?.became).toBe('died');
      for (const pid of folder.processes()) process.kill(Number(pid), 'SIGKILL');
    });
  });

  describe('where there is nobody to stop', () => {
    test('it is said, and nothing is created', async ({ folder }) => {
      folder.schedule([['true']]);
      const { code, stderr } = await stop(folder, '--wait');
      expect([code, stderr]).toEqual([0, 'cooperate: nobody is working on exp.json.\n']);
      expect(folder.names()).toEqual(['exp.json']);
      expect((await stop(folder, '--json')).stdout).toBe(
        '{"version":1,"schedule":"exp.json","now":false,"waited":false,"asked":[]}\n',
      );
    });

    test('since there is no schedule it is an error', async ({ folder }) => {
      const { code, stderr } = await stop(folder);
      expect(code).toBe(2);
      expectReadable(stderr);
      expect(valueBy('error', (await stop(folder, '--json')).stdout)).toMatchObject({
        error: { reason: 'schedule-missing' },
      });
    });
  });

  test('workers are stopped also when the schedule is broken by hand', async ({ folder }) => {
    const [worker] = (await atWork(folder, [waits('a'), leavesItsName('b')], 1)) as [Program];
    const before = folder.read('exp.json');
    folder.write('exp.json', '[');
    await stop(folder);
    await worker.says('asked this worker to stop');
    folder.write('exp.json', before);
    folder.write('go', '');
    expect((await worker.ended).code).toBe(0);
  });

  test('a request that is rubbish is taken for a polite one, and its words do not reach the terminal raw', async ({
    folder,
  }) => {
    const [worker] = (await atWork(folder, [waits('a')], 1)) as [Program];
    const [name = ''] = readdirSync(folder.in('exp.json.cooperate/1/heartbeats'));
    mkdirSync(folder.in('exp.json.cooperate/stop'));
    writeFileSync(folder.in(`exp.json.cooperate/stop/${name}`), '{"by":"\u001b[2Jeve\\u001b[31m","now":1}');
    await worker.says('asked this worker to stop: leaving when');
    folder.write('go', '');
    const { code, stderr } = await worker.ended;
    expect([code, folder.marks()]).toEqual([0, 'x']);
    expect(stderr).not.toContain('\u001b');
  });
});
