import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { cliTest as test } from '../support/cli-test.js';
import type { Folder } from '../support/cli.js';
import { valueBy } from '../support/json-schema.js';

/** What doctors put into a folder for as long as they work. */
const leftovers = (folder: Folder) =>
  folder.names('data').filter((name) => name.startsWith('.cooperate-doctor'));

function prepared(folder: Folder): void {
  mkdirSync(folder.in('data'));
}

describe('cooperate doctor', () => {
  test('tests a folder with several processes, tells by its schema and leaves nothing', async ({ folder }) => {
    prepared(folder);
    writeFileSync(join(folder.in('data'), 'exp.json'), '[["true"]]');
    const { code, stdout, stderr } = await folder.cooperate('doctor', 'data/exp.json', '--json');
    expect(valueBy('doctor', stdout)).toMatchObject({
      version: 1,
      folder: folder.in('data'),
      verdict: 'good',
      settings: {},
      kept: null,
      measured: { races: { link: { twoWinners: 0 } }, lags: null },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('who wins, with link');
    expect(folder.names('data')).toEqual(['exp.json']);
  }, 60_000);

  test('leaves nothing when it is interrupted', async ({ folder }) => {
    prepared(folder);
    const doctor = folder.start(['doctor', 'data']);
    await doctor.says('who wins');
    doctor.signal('SIGINT');
    expect(await doctor.ended).toMatchObject({ code: 130, stdout: '' });
    expect(leftovers(folder)).toEqual([]);
  });

  test('that was killed leaves a folder, which the next one removes; its processes end by themselves', async ({
    folder,
  }) => {
    prepared(folder);
    const first = folder.start(['doctor', 'data']);
    await first.says('who wins');
    first.signal('SIGKILL');
    await first.ended;
    const [left] = leftovers(folder);
    expect(left).toBeDefined();
    const next = folder.start(['doctor', 'data', '--hosts', '2']);
    await next.says('waiting for 1 more');
    expect(existsSync(folder.in(`data/${left}`))).toBe(false);
    next.signal('SIGTERM');
    expect(await next.ended).toMatchObject({ code: 143 });
    expect(leftovers(folder)).toEqual([]);
  });

  test('says which line to type on the others, and finds out when one of them leaves', async ({ folder }) => {
    prepared(folder);
    const doctor = folder.start(['doctor', 'data', '--hosts', '2']);
    await doctor.says(`cooperate doctor ${folder.in('data')} --join`);
    const other = folder.start(['doctor', 'data', '--join']);
    await other.says('race');
    other.signal('SIGINT');
    expect((await other.ended).code).toBe(130);
    const { code, stderr } = await doctor.ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/has left: interrupted\.\nWithout it/);
    expect(leftovers(folder)).toEqual([]);
  });

  test('of a folder that is not there, or that nobody may write to, says so', async ({ folder }) => {
    prepared(folder);
    const missing = await folder.cooperate('doctor', 'nowhere');
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no folder nowhere.') as string,
    });
    const { code, stderr } = await folder.cooperate('doctor', '/proc');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^cooperate: could not test the filesystem \(\/proc\): .*\(E[A-Z]+\)/);
  });
});

describe('a worker', () => {
  const cellsAreFolders = (folder: Folder) => {
    const cells = folder.in('exp.json.cooperate/1/cells');
    return folder
      .names('exp.json.cooperate/1/cells')
      .filter((name) => name.endsWith('.0'))
      .filter((name) => !name.startsWith('worker.'))
      .map((name) => statSync(join(cells, name)).isDirectory());
  };

  test('takes from the folder what the doctor has kept', async ({ folder }) => {
    folder.schedule([['true'], ['echo', 'b']]);
    folder.write('.cooperate-doctor.json', '{"version":1,"hosts":2,"cells":"folder","lagMs":20000}');
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(0);
    expect(stderr).not.toContain('cooperate-doctor');
    expect(cellsAreFolders(folder)).toEqual([true, true]);
  });

  test('leaves out what no doctor writes, with a warning, and works as usual', async ({ folder }) => {
    folder.schedule([['true']]);
    folder.write('.cooperate-doctor.json', '{"version":1,"hosts":2,"lockStaleMs":1,"cells":"folder"}');
    const { code, stderr } = await folder.cooperate('run', 'exp.json');
    expect(code).toBe(0);
    expect(stderr).toContain('.cooperate-doctor.json is not what cooperate doctor writes, and is left out.');
    expect(cellsAreFolders(folder)).toEqual([false]);
  });
});
