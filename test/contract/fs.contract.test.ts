import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realFileSystem } from '../../src/ports/fs-real.js';
import { errorCode, type FileSystem } from '../../src/ports/fs.js';
import { memoryFileSystem } from '../support/fs-memory.js';

/** A filesystem with an empty folder to work in, and what its contract cannot do. */
interface Backend {
  readonly files: FileSystem;
  readonly folder: string;
  symlink(target: string, path: string): void;
  dispose(): void;
}

const backends: Record<string, () => Backend | Promise<Backend>> = {
  real: () => {
    const folder = mkdtempSync(join(tmpdir(), 'cooperate-fs-'));
    chmodSync(folder, 0o755);
    return {
      files: realFileSystem(),
      folder,
      symlink: (target, path) => symlinkSync(target, path),
      dispose: () => rmSync(folder, { recursive: true }),
    };
  },
  memory: async () => {
    const files = memoryFileSystem();
    await files.makeDirectory('/work');
    const symlink = (target: string, path: string): void => files.symlink(target, path);
    return { files, folder: '/work', symlink, dispose: () => undefined };
  },
};

/** The symbolic code that an operation fails with; undefined when it succeeds. */
async function codeOf(operation: Promise<unknown>): Promise<string | undefined> {
  try {
    await operation;
    return undefined;
  } catch (error) {
    return errorCode(error) ?? 'no code';
  }
}

describe.each(Object.entries(backends))('the %s filesystem', (_name, open) => {
  let backend: Backend;
  let files: FileSystem;
  const at = (name: string): string => `${backend.folder}/${name}`;
  const put = (name: string, text: string): Promise<unknown> => files.write(at(name), Buffer.from(text));
  const text = async (name: string): Promise<string> => (await files.read(at(name))).bytes.toString();

  beforeEach(async () => {
    backend = await open();
    files = backend.files;
  });

  afterEach(() => backend.dispose());

  describe('reading and writing', () => {
    test('reads back what was written', async () => {
      await put('file', 'some bytes');
      expect(await text('file')).toBe('some bytes');
    });

    test('reads an empty file as no bytes', async () => {
      await put('file', '');
      expect(await text('file')).toBe('');
    });

    test('writes what comes piece by piece', async () => {
      function* pieces(): Generator<Uint8Array> {
        for (const piece of ['some', '', ' bytes', ' more']) yield Buffer.from(piece);
      }
      const written = await files.write(at('file'), pieces());
      expect(await text('file')).toBe('some bytes more');
      expect(await files.fingerprint(at('file'))).toEqual(written);
      expect(written.size).toBe(15n);
      await files.write(at('file'), []);
      expect(await text('file')).toBe('');
    });

    test('leaves no file when a piece cannot be made', async () => {
      function* pieces(): Generator<Uint8Array> {
        yield Buffer.from('some');
        throw new Error('no more');
      }
      await expect(files.write(at('file'), pieces())).rejects.toThrow('no more');
      expect(await files.list(backend.folder)).toEqual([]);
    });

    test('leaves nothing of a longer content behind', async () => {
      await put('file', 'long long long');
      await put('file', 'short');
      expect(await text('file')).toBe('short');
    });

    test('tells by the fingerprint of a write whether the file is still that', async () => {
      const written = await files.write(at('file'), Buffer.from('one'));
      expect(await files.fingerprint(at('file'))).toEqual(written);
      expect((await files.read(at('file'))).print).toEqual(written);
    });

    test('shows another fingerprint when another file was renamed over it', async () => {
      await put('file', 'one');
      const before = await files.fingerprint(at('file'));
      await put('new', 'two');
      await files.rename(at('new'), at('file'));
      const after = await files.fingerprint(at('file'));
      expect(after.ino).not.toBe(before.ino);
    });

    test('has the fingerprint of a directory too', async () => {
      const print = await files.fingerprint(backend.folder);
      expect(print.ino).toBeGreaterThan(0n);
    });

    test('keeps the mode and the owner it is given', async () => {
      await put('file', 'one');
      const { ownership } = await files.read(at('file'));
      await files.write(at('file'), Buffer.from('two'), { ...ownership, mode: 0o640 });
      expect((await files.read(at('file'))).ownership).toEqual({ ...ownership, mode: 0o640 });
    });

    test('puts a file in the place of a link, and makes no folder and appends nothing through one', async () => {
      await put('file', 'precious');
      await files.makeDirectory(at('folder'));
      for (const name of ['file', 'folder', 'missing']) backend.symlink(at(name), at(`to-${name}`));
      expect(await codeOf(files.openAppend(at('to-file')))).toBe('ELOOP');
      expect(await codeOf(files.openAppend(at('to-missing')))).toBe('ELOOP');
      expect(await codeOf(files.makeDirectory(at('to-folder')))).toBe('EEXIST');
      for (const name of ['to-file', 'to-missing']) await put(name, 'mine');
      expect([await text('file'), await text('to-file'), await text('to-missing')]).toEqual([
        'precious',
        'mine',
        'mine',
      ]);
      expect((await files.list(backend.folder)).sort()).not.toContain('missing');
    });

    test('tells what has a name, without following it', async () => {
      await put('file', '');
      backend.symlink(at('file'), at('link'));
      const kinds = ['file', 'link', '.', 'missing'].map(async (name) => (await files.inspect(at(name)))?.kind);
      expect(await Promise.all(kinds)).toEqual(['file', 'link', 'directory', undefined]);
      expect([await files.mayWrite(at('file')), (await files.inspect(at('file')))?.isMine]).toEqual([
        true,
        true,
      ]);
    });

    test('never reads a mixture while the file is replaced again and again', async () => {
      const contents = ['a', 'b'].map((letter) => letter.repeat(50_000));
      await put('file', contents[0]!);
      const replacing = (async () => {
        for (let round = 0; round < 40; round += 1) {
          await put('new', contents[round % 2]!);
          await files.rename(at('new'), at('file'));
        }
      })();
      const seen = new Set<string>();
      for (let round = 0; round < 100; round += 1) seen.add(await text('file'));
      await replacing;
      expect(contents).toEqual(expect.arrayContaining([...seen]));
    });

    test('reads the rest of a file from an offset', async () => {
      await put('file', '0123456789');
      expect(String(await files.readFrom(at('file'), 4))).toBe('456789');
      expect(String(await files.readFrom(at('file'), 10))).toBe('');
      expect(String(await files.readFrom(at('file'), 99))).toBe('');
      expect(String(await files.readFrom(at('file'), 4, 3))).toBe('456');
      expect(String(await files.readFrom(at('file'), 8, 3))).toBe('89');
      expect(String(await files.readFrom(at('file'), 10, 3))).toBe('');
      expect(String(await files.readFrom(at('file'), 4, 0))).toBe('');
    });

    test('says ENOENT for what is not there', async () => {
      expect(await codeOf(files.read(at('none')))).toBe('ENOENT');
      expect(await codeOf(files.readFrom(at('none'), 0))).toBe('ENOENT');
      expect(await codeOf(files.fingerprint(at('none')))).toBe('ENOENT');
      expect(await codeOf(files.write(at('none/file'), Buffer.from('x')))).toBe('ENOENT');
      expect(await codeOf(files.openAppend(at('none/file')))).toBe('ENOENT');
    });

    test('says EISDIR for a directory', async () => {
      await files.makeDirectory(at('folder'));
      expect(await codeOf(files.read(at('folder')))).toBe('EISDIR');
      expect(await codeOf(files.readFrom(at('folder'), 0))).toBe('EISDIR');
      expect(await codeOf(files.write(at('folder'), Buffer.from('x')))).toBe('EISDIR');
      expect(await codeOf(files.openAppend(at('folder')))).toBe('EISDIR');
    });

    test('says ENOTDIR for a path through a file', async () => {
      await put('file', 'x');
      expect(await codeOf(files.read(at('file/inside')))).toBe('ENOTDIR');
      expect(await codeOf(files.list(at('file')))).toBe('ENOTDIR');
      expect(await codeOf(files.makeDirectory(at('file/inside')))).toBe('ENOTDIR');
    });
  });

  describe('links', () => {
    test('gives a file a second name with the same inode', async () => {
      await put('file', 'x');
      await files.link(at('file'), at('cell'));
      expect((await files.fingerprint(at('cell'))).ino).toBe((await files.fingerprint(at('file'))).ino);
      expect(await text('cell')).toBe('x');
    });

    test('refuses a taken name with EEXIST, whatever holds it', async () => {
      await put('file', 'mine');
      await put('other', 'theirs');
      await files.makeDirectory(at('folder'));
      expect(await codeOf(files.link(at('file'), at('other')))).toBe('EEXIST');
      expect(await codeOf(files.link(at('file'), at('folder')))).toBe('EEXIST');
      expect(await codeOf(files.link(at('file'), at('file')))).toBe('EEXIST');
      expect(await text('other')).toBe('theirs');
    });

    test('lets one of many who ask at once have the name', async () => {
      const asking = Array.from({ length: 20 }, async (_, n) => {
        await put(`worker${n}`, String(n));
        return (await codeOf(files.link(at(`worker${n}`), at('cell')))) ?? `won by ${n}`;
      });
      const answers = await Promise.all(asking);
      expect(answers.filter((answer) => answer === 'EEXIST')).toHaveLength(19);
      expect(answers).toContain(`won by ${await text('cell')}`);
    });

    test('fails with ENOENT when there is nothing to link to, or no folder to link in', async () => {
      await put('file', 'x');
      expect(await codeOf(files.link(at('none'), at('cell')))).toBe('ENOENT');
      expect(await codeOf(files.link(at('file'), at('none/cell')))).toBe('ENOENT');
    });

    test('moves the change time, as do renames: a fingerprint is not the same after them', async () => {
      const before = await files.write(at('file'), Buffer.from('x'));
      await expect
        .poll(async () => {
          await files.link(at('file'), at('cell'));
          await files.unlink(at('cell'));
          return (await files.fingerprint(at('file'))).ctimeNs;
        })
        .toBeGreaterThan(before.ctimeNs);
      expect((await files.fingerprint(at('file'))).mtimeNs).toBe(before.mtimeNs);
    });

    test('keeps the content under its other name when one is removed or replaced', async () => {
      await put('file', 'old');
      await files.link(at('file'), at('kept'));
      await put('new', 'new');
      await files.rename(at('new'), at('file'));
      expect([await text('file'), await text('kept')]).toEqual(['new', 'old']);
      await files.unlink(at('file'));
      expect(await text('kept')).toBe('old');
    });
  });

  describe('renames', () => {
    test('replaces a file', async () => {
      await put('file', 'old');
      await put('new', 'new');
      await files.rename(at('new'), at('file'));
      expect(await text('file')).toBe('new');
      expect(await files.list(backend.folder)).toEqual(['file']);
    });

    test('moves a directory onto an empty one, with what is in it', async () => {
      await files.makeDirectory(at('nest'));
      await put('nest/owner', 'me');
      await files.makeDirectory(at('lock'));
      await files.rename(at('nest'), at('lock'));
      expect(await text('lock/owner')).toBe('me');
      expect(await files.list(backend.folder)).toEqual(['lock']);
    });

    test('refuses to move a directory onto one that is not empty', async () => {
      await files.makeDirectory(at('nest'));
      await files.makeDirectory(at('lock'));
      await put('lock/owner', 'somebody');
      expect(await codeOf(files.rename(at('nest'), at('lock')))).toBe('ENOTEMPTY');
      expect(await text('lock/owner')).toBe('somebody');
      expect((await files.list(backend.folder)).sort()).toEqual(['lock', 'nest']);
    });

    test('keeps files and directories apart', async () => {
      await put('file', 'x');
      await files.makeDirectory(at('folder'));
      expect(await codeOf(files.rename(at('file'), at('folder')))).toBe('EISDIR');
      expect(await codeOf(files.rename(at('folder'), at('file')))).toBe('ENOTDIR');
      expect(await codeOf(files.rename(at('folder'), at('folder/inside')))).toBe('EINVAL');
    });

    test('fails with ENOENT when there is nothing to move, or nowhere to move it', async () => {
      await put('file', 'x');
      expect(await codeOf(files.rename(at('none'), at('file')))).toBe('ENOENT');
      expect(await codeOf(files.rename(at('file'), at('none/file')))).toBe('ENOENT');
      expect(await text('file')).toBe('x');
    });

    test('does nothing between two names of one file', async () => {
      await put('file', 'x');
      await files.link(at('file'), at('other'));
      await files.rename(at('file'), at('other'));
      expect((await files.list(backend.folder)).sort()).toEqual(['file', 'other']);
    });
  });

  describe('directories', () => {
    test('makes one with its parents, and does not mind one that is there', async () => {
      await files.makeDirectory(at('a/b/c'));
      await files.makeDirectory(at('a/b/c'));
      expect(await files.list(at('a/b'))).toEqual(['c']);
    });

    test('does not take a file for a directory', async () => {
      await put('file', 'x');
      expect(await codeOf(files.makeDirectory(at('file')))).toBe('EEXIST');
    });

    test('creates one once, and without parents', async () => {
      await files.createDirectory(at('cell'));
      expect(await codeOf(files.createDirectory(at('cell')))).toBe('EEXIST');
      expect(await codeOf(files.createDirectory(at('none/cell')))).toBe('ENOENT');
    });

    test('lists names, and says ENOENT for no directory', async () => {
      expect(await files.list(backend.folder)).toEqual([]);
      await put('b', '');
      await put('a', '');
      await files.unlink(at('b'));
      await files.makeDirectory(at('c'));
      expect((await files.list(backend.folder)).sort()).toEqual(['a', 'c']);
      expect(await codeOf(files.list(at('none')))).toBe('ENOENT');
    });

    test('removes an empty one only', async () => {
      await files.makeDirectory(at('folder/inside'));
      await put('file', 'x');
      expect(await codeOf(files.removeDirectory(at('folder')))).toBe('ENOTEMPTY');
      expect(await codeOf(files.removeDirectory(at('file')))).toBe('ENOTDIR');
      expect(await codeOf(files.removeDirectory(at('none')))).toBe('ENOENT');
      await files.removeDirectory(at('folder/inside'));
      expect(await files.list(at('folder'))).toEqual([]);
    });

    test('unlinks files only', async () => {
      await files.makeDirectory(at('folder'));
      expect(await codeOf(files.unlink(at('folder')))).toMatch(/EISDIR|EPERM/); // Linux, macOS
      expect(await codeOf(files.unlink(at('none')))).toBe('ENOENT');
    });

    test('syncs one, and says when there is none', async () => {
      await files.syncDirectory(backend.folder);
      expect(await codeOf(files.syncDirectory(at('none')))).toBe('ENOENT');
    });

    test('follows symbolic links, to the name all agree on', async () => {
      const real = await files.realPath(backend.folder);
      await files.makeDirectory(at('data'));
      await put('data/exp.json', '[]');
      backend.symlink('data', at('link'));
      backend.symlink('../data/exp.json', at('data/same'));
      expect(await files.realPath(at('link/same'))).toBe(`${real}/data/exp.json`);
      expect(await text('link/same')).toBe('[]');
      expect(await codeOf(files.realPath(at('none')))).toBe('ENOENT');
    });
  });

  describe('a file that is appended to', () => {
    test('is created when missing, and grows', async () => {
      const journal = await files.openAppend(at('journal'));
      expect(journal.size).toBe(0);
      journal.append(Buffer.from('one\n'));
      await journal.appendLater(Buffer.from('two\n'));
      await journal.sync();
      expect(journal.size).toBe(8);
      expect(await text('journal')).toBe('one\ntwo\n');
      await journal.close();
    });

    test('goes on at its end when it is there', async () => {
      await put('journal', 'before\n');
      const journal = await files.openAppend(at('journal'));
      expect(journal.size).toBe(7);
      journal.append(Buffer.from('after\n'));
      expect(await text('journal')).toBe('before\nafter\n');
      await journal.close();
    });

    test('keeps the order of the calls, whether they wait or not', async () => {
      const journal = await files.openAppend(at('journal'));
      const later = ['a', 'b', 'c'].map((letter) => journal.appendLater(Buffer.from(letter.repeat(1000))));
      journal.append(Buffer.from('now'));
      later.push(journal.appendLater(Buffer.from('end')));
      await Promise.all(later);
      expect(journal.size).toBe(3006);
      expect(await text('journal')).toBe(`${'a'.repeat(1000)}${'b'.repeat(1000)}${'c'.repeat(1000)}nowend`);
      await journal.close();
    });

    test('is attached until it is unlinked, and takes bytes all the same', async () => {
      const journal = await files.openAppend(at('journal'));
      await files.link(at('journal'), at('other name'));
      expect(await journal.attached()).toBe(true);
      await files.unlink(at('journal'));
      expect(await journal.attached()).toBe(false);
      journal.append(Buffer.from('still here'));
      expect(await text('other name')).toBe('still here');
      await journal.close();
    });

    test('is no longer attached when another file stands at its path', async () => {
      const journal = await files.openAppend(at('journal'));
      await put('new', 'x');
      await files.rename(at('new'), at('journal'));
      expect(await journal.attached()).toBe(false);
      journal.append(Buffer.from('y'));
      expect(await text('journal')).toBe('x');
      await journal.close();
    });

    test('is no longer attached when its folder was renamed, and writes to where it went', async () => {
      await files.makeDirectory(at('sidecar'));
      const journal = await files.openAppend(at('sidecar/journal'));
      await files.rename(at('sidecar'), at('archive'));
      expect(await journal.attached()).toBe(false);
      journal.append(Buffer.from('late'));
      expect(await text('archive/journal')).toBe('late');
      await journal.close();
    });

    test('takes nothing after it was closed, and may be closed again', async () => {
      const journal = await files.openAppend(at('journal'));
      await journal.close();
      await journal.close();
      expect(() => journal.append(Buffer.from('x'))).toThrow(/EBADF/);
      expect(await codeOf(journal.appendLater(Buffer.from('x')))).toBe('EBADF');
      expect(await codeOf(journal.sync())).toBe('EBADF');
      expect(await text('journal')).toBe('');
    });
  });
});
