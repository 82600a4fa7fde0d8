import fs, { type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { openAppend } from './fs-append.js';
import {
  errorCode,
  samePrint,
  systemError,
  type FileContent,
  type FileSystem,
  type Fingerprint,
  type Ownership,
} from './fs.js';

const { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } = fs.constants;

/** What one Buffer holds at most in Node 20. */
const LARGEST_FILE = 4 * 2 ** 30;
/** Below the 2 GiB that one system call moves, and small enough to let others use the thread. */
const LARGEST_CALL = 2 ** 26;
/** For files that state no size, such as those in /proc. */
const UNSIZED_CALL = 2 ** 16;
/** An editor that saves in place is done in milliseconds; these waits add up to about half a second. */
const READ_ATTEMPTS = 12;
/** A second open nearly always finds the file that a rename put there. */
const STALE_ATTEMPTS = 5;
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
/** What filesystems say that keep no modes or owners, or not ours. */
const CANNOT_CHANGE_OWNERSHIP = new Set(['EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat);
const readSome = promisify(fs.read);
const writeSome = promisify(fs.write);
const fsync = promisify(fs.fsync);
const fchmod = promisify(fs.fchmod);
const fchown = promisify(fs.fchown);
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

/** ESTALE is ordinary after a rename over an open file: what stands there now is found by opening again. */
async function retryStale<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (errorCode(error) !== 'ESTALE' || attempt === STALE_ATTEMPTS) throw error;
      await delay(2 ** attempt);
    }
  }
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

async function readFrom(path: string, offset: number): Promise<Buffer> {
  return reading(path, async (fd) => {
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

async function write(path: string, bytes: Uint8Array, ownership?: Ownership): Promise<Fingerprint> {
  const mode = ownership === undefined ? 0o666 : ownership.mode & 0o777;
  const fd = await retryStale(() => open(path, O_CREAT | O_TRUNC | O_WRONLY, mode));
  try {
    return await fillAndClose(fd, bytes, ownership);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** NFS reports a full disk or quota only by fsync and close, so their errors count. */
async function fillAndClose(fd: number, bytes: Uint8Array, ownership?: Ownership): Promise<Fingerprint> {
  let result: Fingerprint;
  try {
    await writeBytes(fd, bytes);
    if (ownership !== undefined) await restoreOwnership(fd, ownership);
    await fsync(fd);
    result = print(await fstat(fd, { bigint: true }));
  } catch (error) {
    await close(fd).catch(() => undefined);
    throw error;
  }
  await close(fd);
  return result;
}

async function writeBytes(fd: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const length = Math.min(bytes.length - written, LARGEST_CALL);
    written += (await writeSome(fd, bytes, written, length, written)).bytesWritten;
  }
}

/** The group alone where the owner cannot be kept: whoever shared the file through it keeps access. */
async function restoreOwnership(fd: number, wanted: Ownership): Promise<void> {
  const current = ownershipOf(await fstat(fd, { bigint: true }));
  if (current.uid !== wanted.uid) await allowed(fchown(fd, wanted.uid, wanted.gid));
  if (current.gid !== wanted.gid) await allowed(fchown(fd, -1, wanted.gid));
  const { mode } = ownershipOf(await fstat(fd, { bigint: true })); // a chown may clear bits
  if (mode !== wanted.mode) await allowed(fchmod(fd, wanted.mode));
}

/** Swallows a refusal, and nothing else. */
async function allowed(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!CANNOT_CHANGE_OWNERSHIP.has(errorCode(error) ?? '')) throw error;
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

function print({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Fingerprint {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

function ownershipOf({ mode, uid, gid }: BigIntStats): Ownership {
  return { mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid) };
}
