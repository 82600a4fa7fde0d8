import { beforeEach, describe, expect, test } from 'vitest';
import { errorCode } from '../../src/ports/fs.js';
import { memoryFileSystem, type MemoryFileSystem } from '../support/fs-memory.js';

let files: MemoryFileSystem;

beforeEach(() => {
  files = memoryFileSystem();
});

async function put(client: MemoryFileSystem, path: string, text: string): Promise<void> {
  await client.write(path, Buffer.from(text));
}

async function text(client: MemoryFileSystem, path: string): Promise<string> {
  return String((await client.read(path)).bytes);
}

async function codeOf(operation: Promise<unknown>): Promise<string | undefined> {
  return operation.then(
    () => undefined,
    (error: unknown) => errorCode(error),
  );
}

describe('faults', () => {
  test('fail an operation on matching paths, as often as asked', async () => {
    files.faults.fail('write', /exp/, 'ENOSPC', 1);
    expect(await codeOf(put(files, '/exp.json', 'x'))).toBe('ENOSPC');
    await put(files, '/exp.json', 'x');
  });

  test('fail until they are lifted', async () => {
    const lift = files.faults.fail('*', '/exp', 'EIO');
    expect(await codeOf(put(files, '/exp.json', 'x'))).toBe('EIO');
    expect(await codeOf(files.rename('/other', '/exp.json'))).toBe('EIO');
    await put(files, '/other', 'x');
    lift();
    await put(files, '/exp.json', 'x');
  });

  test('leave half of an append behind, which the retry goes over', async () => {
    const journal = await files.openAppend('/journal');
    files.faults.fail('append', 'journal', 'ENOSPC', 1);
    expect(() => journal.append(Buffer.from('12345678'))).toThrow('ENOSPC');
    expect([journal.size, await text(files, '/journal')]).toEqual([0, '1234']);
    journal.append(Buffer.from('12345678'));
    expect(await text(files, '/journal')).toBe('12345678');
  });

  test('run out of links to one file, and refuse links', async () => {
    await put(files, '/identity', 'me');
    files.faults.limitLinks(3, 'ENOSPC');
    await files.link('/identity', '/one');
    await files.link('/identity', '/two');
    expect(await codeOf(files.link('/identity', '/three'))).toBe('ENOSPC');
    expect(await codeOf(files.link('/identity', '/two'))).toBe('EEXIST');
    files.faults.forbidLinks('ENOTSUP');
    expect(await codeOf(files.link('/identity', '/four'))).toBe('ENOTSUP');
  });

  test('let another client act between two operations', async () => {
    const [mine, theirs] = [files.client({ name: 'mine' }), files.client({ name: 'theirs' })];
    await put(files, '/identity', 'x');
    files.faults.before(async ({ operation, client }) => {
      if (operation === 'link' && client === 'mine') await theirs.link('/identity', '/cell');
    });
    expect(await codeOf(mine.link('/identity', '/cell'))).toBe('EEXIST');
  });
});

describe('a client that lags', () => {
  test('sees contents a version late, whether rewritten, replaced or appended to', async () => {
    const late = files.client({ lag: 1 });
    await put(files, '/file', 'one');
    expect(await text(late, '/file')).toBe('');
    await put(files, '/file', 'two');
    expect(await text(late, '/file')).toBe('one');
    await put(files, '/new', 'three');
    await files.rename('/new', '/file');
    expect(await text(late, '/file')).toBe('two');
    const journal = await files.openAppend('/file');
    journal.append(Buffer.from(' and a half'));
    expect(await text(late, '/file')).toBe('three');
    expect((await late.fingerprint('/file')).size).toBe(5n);
  });

  test('sees names and links at once', async () => {
    const late = files.client({ lag: 9 });
    await put(files, '/file', 'one');
    await files.link('/file', '/cell');
    expect(await late.list('/')).toEqual(['file', 'cell']);
    expect(await codeOf(late.link('/file', '/cell'))).toBe('EEXIST');
    await files.unlink('/file');
    expect(await codeOf(late.read('/file'))).toBe('ENOENT');
  });

  test('sees its own writes, and what it caught up with', async () => {
    const late = files.client({ lag: 2 });
    await put(late, '/file', 'mine');
    expect(await text(late, '/file')).toBe('mine');
    await put(files, '/file', 'theirs');
    expect(await text(late, '/file')).toBe('mine');
    late.catchUp();
    expect(await text(late, '/file')).toBe('theirs');
    await put(files, '/file', 'later');
    expect(await text(late, '/file')).toBe('theirs');
  });
});
