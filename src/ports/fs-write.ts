import fs from 'node:fs';
import { promisify } from 'node:util';
import { close, fstat, LARGEST_CALL, open, ownershipOf, print, retryStale } from './fs-calls.js';
import { errorCode, type Content, type Fingerprint, type Ownership } from './fs.js';

const { O_CREAT, O_TRUNC, O_WRONLY } = fs.constants;

/** What filesystems say that keep no modes or owners, or not ours. */
const CANNOT_CHANGE_OWNERSHIP = new Set(['EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

const writeSome = promisify(fs.write);
const fsync = promisify(fs.fsync);
const fchmod = promisify(fs.fchmod);
const fchown = promisify(fs.fchown);
const unlink = promisify(fs.unlink);

/** Creates or truncates, writes all of it, syncs to disk, closes; on failure the file is gone. */
export async function write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint> {
  const mode = ownership === undefined ? 0o666 : ownership.mode & 0o777;
  const fd = await retryStale(() => open(path, O_CREAT | O_TRUNC | O_WRONLY, mode));
  try {
    return await fillAndClose(fd, content, ownership);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** NFS reports a full disk or quota only by fsync and close, so their errors count. */
async function fillAndClose(fd: number, content: Content, ownership?: Ownership): Promise<Fingerprint> {
  let result: Fingerprint;
  try {
    let position = 0;
    for (const bytes of content instanceof Uint8Array ? [content] : content) {
      await writeAt(fd, bytes, position);
      position += bytes.length;
    }
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

async function writeAt(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const length = Math.min(bytes.length - written, LARGEST_CALL);
    written += (await writeSome(fd, bytes, written, length, position + written)).bytesWritten;
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
