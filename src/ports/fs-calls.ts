import fs, { type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, systemError, type Fingerprint, type Ownership } from './fs.js';

const { O_NONBLOCK, O_RDONLY } = fs.constants;

/** Below the 2 GiB that one system call moves, and small enough to let others use the thread. */
export const LARGEST_CALL = 2 ** 26;
/** A second open nearly always finds the file that a rename put there. */
const STALE_ATTEMPTS = 5;

export const open = promisify(fs.open);
export const close = promisify(fs.close);
export const fstat = promisify(fs.fstat);
const stat = promisify(fs.stat);

/** ESTALE is ordinary after a rename over an open file: what stands there now is found by opening again. */
export async function retryStale<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (errorCode(error) !== 'ESTALE' || attempt === STALE_ATTEMPTS) throw error;
      await delay(2 ** attempt);
    }
  }
}

/**
 * Opens a file or a directory to read it. A pipe is not waited for, nor a device read: EFTYPE. Nobody notices the flag
 * for that on a file, but for one that a file server has lent out (EAGAIN), which is waited for.
 */
export async function openToRead(path: string, flags = 0): Promise<number> {
  const fd = await open(path, O_RDONLY | O_NONBLOCK | flags).catch(async (error: unknown) => {
    if (errorCode(error) === 'ENXIO') throw systemError('EFTYPE', 'open', path);
    if (errorCode(error) !== 'EAGAIN' || !(await stat(path)).isFile()) throw error;
    return open(path, O_RDONLY | flags);
  });
  return refuseOdd(fd, path);
}

/** Closes what is neither file nor directory. */
export async function refuseOdd(fd: number, path: string): Promise<number> {
  try {
    const found = await fstat(fd, { bigint: true });
    if (!found.isFile() && !found.isDirectory()) throw systemError('EFTYPE', 'open', path);
    return fd;
  } catch (error) {
    await close(fd).catch(() => undefined);
    throw error;
  }
}

export function print({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Fingerprint {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

export function ownershipOf({ mode, uid, gid }: BigIntStats): Ownership {
  return { mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid) };
}
