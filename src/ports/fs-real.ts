import { randomUUID } from 'node:crypto';
import fs, { type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { openAppend } from './fs-append.js';
import { close, fstat, LARGEST_CALL, openToRead, ownershipOf, print, retryStale } from './fs-calls.js';
import { follow } from './fs-ownership.js';
import { write } from './fs-write.js';
import {
  errorCode,
  samePrint,
  systemError,
  type FileContent,
  type FileSystem,
  type Fingerprint,
  type Inspected,
  type Ownership,
} from './fs.js';

const { O_DIRECTORY, O_NOFOLLOW, W_OK } = fs.constants;

/** More than ten million entries. Whoever puts something larger there costs a reader no memory. */
const LARGEST_FILE = 2 ** 30;
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
const rename = promisify(fs.rename);
const rmdir = promisify(fs.rmdir);
const lstat = promisify(fs.lstat);
const access = promisify(fs.access);
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
    rename,
    link: promisify(fs.link),
    unlink,
    makeDirectory,
    createDirectory,
    removeDirectory: (path) => rmdir(path),
    list: (path) => retryStale(() => readdir(path)),
    syncDirectory,
    openAppend: (path, ownership) => retryStale(() => openAppend(path, ownership)),
    inspect,
    mayWrite,
  };
}

async function read(path: string, most = LARGEST_FILE): Promise<FileContent> {
  for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
    const content = await reading(path, (fd) => readUnchanged(fd, path, most));
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
async function reading<T>(path: string, action: (fd: number) => Promise<T>, flags?: number): Promise<T> {
  return retryStale(async () => {
    const fd = await openToRead(path, flags);
    try {
      return await action(fd);
    } finally {
      await close(fd).catch(() => undefined);
    }
  });
}

/** Undefined when the file changed while it was read. */
async function readUnchanged(fd: number, path: string, most = LARGEST_FILE): Promise<FileContent | undefined> {
  const before = await fstat(fd, { bigint: true });
  const bytes = await readBytes(fd, path, 0, Number(before.size), most);
  const after = await fstat(fd, { bigint: true });
  if (!sameState(before, after) || bytes.length < before.size) return undefined;
  return { bytes, print: print(after), ownership: ownershipOf(after) };
}

/** `length` bytes from `offset`, fewer when the file ends before; all there are when `length` is 0. */
async function readBytes(
  fd: number,
  path: string,
  offset: number,
  length: number,
  most = LARGEST_FILE,
): Promise<Buffer> {
  if (length > most) throw systemError('EFBIG', 'read', path);
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

async function makeDirectory(path: string, ownership?: Ownership): Promise<void> {
  try {
    await createDirectory(path, ownership);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeDirectory(dirname(path), ownership);
      await makeDirectory(path, ownership);
    } else if (!(await isDirectory(path, ownership))) throw error;
  }
}

async function createDirectory(path: string, ownership?: Ownership): Promise<void> {
  if (ownership !== undefined && (ownership.mode & 0o022) !== 0) return createShared(path, ownership);
  await mkdir(path, ownership === undefined ? 0o777 : 0o700);
  if (ownership !== undefined) await isDirectory(path, ownership);
}

/** Others who come the moment that it is there may write in it already. Empty ones that meet become one. */
async function createShared(path: string, ownership: Ownership): Promise<void> {
  if (await inspect(path)) throw systemError('EEXIST', 'mkdir', path);
  const made = `${path}.${randomUUID()}`;
  await mkdir(made, 0o700);
  try {
    await isDirectory(made, ownership);
    await rename(made, path);
  } catch (error) {
    await rmdir(made).catch(() => undefined);
    const isTaken = ['ENOTEMPTY', 'ENOTDIR', 'EBUSY'].includes(errorCode(error) ?? '');
    throw isTaken ? systemError('EEXIST', 'mkdir', path) : error;
  }
}

/** Not a link to one. One of this user's gets the ownership. */
async function isDirectory(path: string, ownership?: Ownership): Promise<boolean> {
  const look = async (fd: number): Promise<boolean> => {
    const found = await fstat(fd, { bigint: true });
    if (ownership !== undefined && isMine(found)) await follow(fd, ownership, found);
    return true;
  };
  return reading(path, look, O_DIRECTORY | O_NOFOLLOW).catch(() => false);
}

async function inspect(path: string): Promise<Inspected | undefined> {
  try {
    const found = await lstat(path, { bigint: true });
    const kind = found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'directory'
        : found.isSymbolicLink()
          ? 'link'
          : 'other';
    return { kind, ownership: ownershipOf(found), isMine: isMine(found) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isMine({ uid }: BigIntStats): boolean {
  return Number(uid) === process.geteuid?.();
}

async function mayWrite(path: string): Promise<boolean> {
  try {
    await access(path, W_OK);
    return true;
  } catch (error) {
    // Of other trouble the writing itself tells.
    return !['EACCES', 'EPERM'].includes(errorCode(error) ?? '');
  }
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
