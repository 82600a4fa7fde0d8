import { beforeEach, describe, expect, test } from 'vitest';
import { Cells } from '../../src/claim/cells.js';
import type { WorkerIdentity } from '../../src/journal/records.js';
import { systemError } from '../../src/ports/fs.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

const FOLDER = '/side/cells';
const NAME = 'abc123.0.0';

let fs: MemoryFileSystem;

beforeEach(async () => {
  fs = memoryFileSystem();
  await fs.makeDirectory(FOLDER);
});

function of(worker: string, { files = fs, shards = 1 } = {}): Cells {
  const identity: WorkerIdentity = { worker, hostname: 'node1', user: 'ada', pid: 1 };
  return new Cells({ fs: files, folder: FOLDER, shards, identity });
}

/** The call is made and its answer replaced by an error, once. */
function loseReply(operation: 'link' | 'rename', code: string): void {
  let lost = false;
  fs.faults.after((call) => {
    if (lost || call.operation !== operation) return;
    lost = true;
    throw systemError(code, operation, call.path);
  });
}

describe.each([
  ['by links', () => undefined],
  ['by directories, where links are refused', () => fs.faults.forbidLinks('ENOTSUP')],
])('a cell made %s', (_how, prepare) => {
  beforeEach(prepare);

  test('is created once, and by one', async () => {
    const [ada, ben] = [of('ada'), of('ben')];
    expect(await ada.create(NAME)).toBe(true);
    expect(await ben.create(NAME)).toBe(false);
    expect(await ada.create(NAME)).toBe(false);
    expect(await ben.owner(NAME)).toBe('ada');
    expect(await ben.namesBeside('abc123')).toEqual([NAME]);
  });

  test('has one winner among many that try at once', async () => {
    const workers = Array.from({ length: 20 }, (_, i) => of(`worker-${i}`));
    const created = await Promise.all(workers.map((cells) => cells.create(NAME)));
    expect(created.filter(Boolean)).toHaveLength(1);
    expect(await of('ada').owner(NAME)).toBe(`worker-${created.indexOf(true)}`);
  });

  test('has no owner when it does not exist', async () => {
    expect(await of('ada').owner(NAME)).toBeUndefined();
  });

  test('goes into the folder of its hash where there are many', async () => {
    const ada = of('ada', { shards: 256 });
    expect(await ada.create(NAME)).toBe(true);
    expect(await ada.create('ffff.0.0')).toBe(true);
    expect(await of('ben', { shards: 256 }).create(NAME)).toBe(false);
    expect((await ada.allNames()).toSorted()).toEqual([NAME, 'ffff.0.0']);
    expect(await fs.list(`${FOLDER}/ab`)).toContain(NAME);
  });

  test('cannot be created in a sidecar that is gone', async () => {
    const ada = of('ada', { shards: 256 });
    await fs.removeDirectory(FOLDER);
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a reply that got lost', () => {
  test('to a link is no refusal: the cell is ours, and created once only', async () => {
    loseReply('link', 'EEXIST');
    const ada = of('ada');
    expect(await ada.create(NAME)).toBe(true);
    expect(await ada.create(NAME)).toBe(false);
  });

  test('to a link that then seems to have failed, shows when it is tried again', async () => {
    loseReply('link', 'EIO');
    const ada = of('ada');
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'EIO' });
    expect(await ada.create(NAME)).toBe(true);
    expect(await ada.create(NAME)).toBe(false);
  });

  test('to a link is a refusal when somebody else has the cell', async () => {
    await of('ben').create(NAME);
    expect(await of('ada').create(NAME)).toBe(false);
  });

  test.each(['ENOENT', 'ENOTEMPTY', 'EEXIST'])('to a rename (%s) is no refusal either', async (code) => {
    fs.faults.forbidLinks('ENOTSUP');
    loseReply('rename', code);
    const ada = of('ada');
    expect(await ada.create(NAME)).toBe(true);
    expect(await ada.create(NAME)).toBe(false);
  });

  test('to a rename that then seems to have failed, shows when it is tried again', async () => {
    fs.faults.forbidLinks('ENOTSUP');
    loseReply('rename', 'EIO');
    const ada = of('ada');
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'EIO' });
    expect(await ada.create(NAME)).toBe(true);
    expect(await ada.create(NAME)).toBe(false);
  });
});

describe('links to one file that run out', () => {
  test.each([
    ['EMLINK', 5],
    ['ENOSPC', 100],
    ['EDQUOT', 3],
  ])('(%s after %i) are made to a fresh one', async (code, most) => {
    fs.faults.limitLinks(most, code);
    const ada = of('ada');
    for (let i = 0; i < 250; i++) expect(await ada.create(`abc.0.${i}`)).toBe(true);
    expect(await ada.namesBeside('abc')).toHaveLength(250);
    expect(await of('ben').owner('abc.0.249')).toBe('ada');
  });

  test('also when many are made at once', async () => {
    fs.faults.limitLinks(100, 'ENOSPC');
    const ada = of('ada');
    const names = Array.from({ length: 350 }, (_, i) => `abc.0.${i}`);
    const created = await Promise.all(names.map((name) => ada.create(name)));
    expect(created.every(Boolean)).toBe(true);
  });

  test('do not hide a disk that is really full', async () => {
    const ada = of('ada');
    await ada.create('abc.0.0');
    const heal = fs.faults.fail('*', FOLDER, 'ENOSPC');
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'ENOSPC' });
    heal();
    expect(await ada.create(NAME)).toBe(true);
  });

  test('end when the fresh file takes none either', async () => {
    const ada = of('ada');
    await ada.create('abc.0.0');
    fs.faults.fail('link', FOLDER, 'ENOSPC');
    await expect(ada.create(NAME)).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});

describe('EPERM', () => {
  test('to the loser of a race, as sshfs has it, is a refusal of this cell alone', async () => {
    const [ada, ben] = [of('ada'), of('ben')];
    await ben.create(NAME);
    fs.faults.fail('link', NAME, 'EPERM', 1);
    expect(await ada.create(NAME)).toBe(false);
    expect(await ada.create('def.0.0')).toBe(true);
    expect((await fs.fingerprint(`${FOLDER}/def.0.0`)).size).not.toBe(4096n);
  });

  test('to everybody means that links do not work, and directories do', async () => {
    fs.faults.forbidLinks('EPERM');
    expect(await of('ada').create(NAME)).toBe(true);
    expect(await of('ben').create(NAME)).toBe(false);
    expect(await of('cyd').owner(NAME)).toBe('ada');
  });
});

describe('workers of which some may link and some may not', () => {
  test('never both have a cell', async () => {
    const linking = of('ada');
    const other = of('ben', { files: fs.client({ name: 'ben' }) });
    fs.faults.before(({ client, operation, path }) => {
      if (client === 'ben' && operation === 'link') throw systemError('ENOTSUP', 'link', path);
    });
    expect(await linking.create('abc.0.0')).toBe(true);
    expect(await other.create('abc.0.0')).toBe(false);
    expect(await other.create('abc.1.0')).toBe(true);
    expect(await linking.create('abc.1.0')).toBe(false);
    expect(await linking.owner('abc.1.0')).toBe('ben');
    expect(await other.owner('abc.0.0')).toBe('ada');
    const names = Array.from({ length: 40 }, (_, i) => `abc.2.${i}`);
    const both = names.map((name) => Promise.all([linking.create(name), other.create(name)]));
    for (const pair of await Promise.all(both)) expect(pair.filter(Boolean)).toHaveLength(1);
  });
});
