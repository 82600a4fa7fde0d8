import fs, { type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { openAppend } from './fs-append.js';
import { close, fstat, LARGEST_CALL, open, ownershipOf, print, retryStale } from './fs-calls.js';
import { write } from './fs-write.js';
import {
  errorCode,
  samePrint,
  systemError,
  type FileContent,
  type FileSystem,
  type Fingerprint,
} from './fs.js';

const { O_RDONLY } = fs.constants;

/** What one Buffer holds at most in Node 20. */
const LARGEST_FILE = 4 * 2 ** 30;
/** For files that state no size, such as those in /proc. */
const UNSIZED_CALL = 2 ** 16;
/** An editor that saves in place is done in milliseconds; these waits add up to about half a second. */
const READ_ATTEMPTS = 12;
/** What filesystems say that cannot sync a directory, or will not for us. */
const CANNOT_SYNC = new Set([
  'EACCES',
  'EBADF',
  'EINVAL',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
]);

const readSome = promisify(fs.read);
const fsync = promisify(fs.fsync);
const unlink = promisify(fs.unlink);
const readdir = promisify(fs.readdir);
const mkdir = promisify(fs.mkdir);
const resolvePath = promisify(fs.realpath.native);

/** This machine's filesystem. Every operation throws node's system errors as they are; name them by `errorCode`. */
export function realFileSystem(): FileSystem {
  return {
    realPath: (path) => retryStale(() => resolvePath(path)),
    read,
    readUnless,
    readFrom,
    fingerprint,
    write,
    rename: promisify(fs.rename),
    link: promisify(fs.link),
    unlink,
    makeDirectory,
    createDirectory: (path) => mkdir(path),
    removeDirectory: (path) => promisify(fs.rmdir)(path),
    list: (path) => retryStale(() => readdir(path)),
    syncDirectory,
    openAppend: (path) => retryStale(() => openAppend(path)),
  };
}

async function read(path: string): Promise<FileContent> {
  for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
    const content = await reading(path, readUnchanged);
    if (content !== undefined) return content;
    await delay(Math.min(2 ** attempt, 64));
  }
  throw systemError('EAGAIN', 'read', path);
}

async function readUnless(path: string, known: Fingerprint | undefined): Promise<FileContent | undefined> {
  if (known === undefined) return read(path);
  const content = await reading(path, async (fd) =>
    samePrint(print(await fstat(fd, { bigint: true })), known) ? 'unchanged' : readUnchanged(fd, path),
  );
  if (content === 'unchanged') return undefined;
  // Changed while it was read: the patient way.
  return content ?? read(path);
}

async function readFrom(path: string, offset: number, most?: number): Promise<Buffer> {
  return reading(path, async (fd) => {
    if (most !== undefined) return most <= 0 ? Buffer.alloc(0) : readBytes(fd, path, offset, most);
    const { size } = await fstat(fd, { bigint: true });
    const length = Math.max(0, Number(size) - offset);
    return length === 0 && size > 0n ? Buffer.alloc(0) : readBytes(fd, path, offset, length);
  });
}

async function fingerprint(path: string): Promise<Fingerprint> {
  return reading(path, async (fd) => print(await fstat(fd, { bigint: true })));
}

/** Opens for the time of `action`; what close(2) says is no news to somebody who only read. */
async function reading<T>(path: string, action: (fd: number, path: string) => Promise<T>): Promise<T> {
  return retryStale(async () => {
    const fd = await open(path, O_RDONLY);
    try {
      return await action(fd, path);
    } finally {
      await close(fd).catch(() => undefined);
    }
  });
}

/** Undefined when the file changed while it was read. */
async function readUnchanged(fd: number, path: string): Promise<FileContent | undefined> {
  const before = await fstat(fd, { bigint: true });
  const bytes = await readBytes(fd, path, 0, Number(before.size));
  const after = await fstat(fd, { bigint: true });
  if (!sameState(before, after) || bytes.length < before.size) return undefined;
  return { bytes, print: print(after), ownership: ownershipOf(after) };
}

/** `length` bytes from `offset`, fewer when the file ends before; all there are when `length` is 0. */
async function readBytes(fd: number, path: string, offset: number, length: number): Promise<Buffer> {
  if (length > LARGEST_FILE) throw systemError('EFBIG', 'read', path);
  if (length === 0) return readUnsized(fd, offset);
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readSome(
      fd,
      bytes,
      filled,
      Math.min(length - filled, LARGEST_CALL),
      offset + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** A size of 0 may be true, a file of /proc, or a directory, which only a read tells (EISDIR). */
async function readUnsized(fd: number, offset: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let position = offset; ;) {
    const part = Buffer.allocUnsafe(UNSIZED_CALL);
    const { bytesRead } = await readSome(fd, part, 0, part.length, position);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(part.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeDirectory(dirname(path));
      await makeDirectory(path);
    } else if (!(await isDirectory(path))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return reading(path, async (fd) => (await fstat(fd)).isDirectory()).catch(() => false);
}

async function syncDirectory(path: string): Promise<void> {
  try {
    await reading(path, (fd) => fsync(fd));
  } catch (error) {
    if (!CANNOT_SYNC.has(errorCode(error) ?? '')) throw error;
  }
}

function sameState(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.size === other.size && one.mtimeNs === other.mtimeNs;
}
