import fs, { type BigIntStats } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode, type Fingerprint, type Ownership } from './fs.js';

/** Below the 2 GiB that one system call moves, and small enough to let others use the thread. */
export const LARGEST_CALL = 2 ** 26;
/** A second open nearly always finds the file that a rename put there. */
const STALE_ATTEMPTS = 5;

export const open = promisify(fs.open);
export const close = promisify(fs.close);
export const fstat = promisify(fs.fstat);

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

export function print({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): Fingerprint {
  return { dev, ino, size, mtimeNs, ctimeNs };
}

export function ownershipOf({ mode, uid, gid }: BigIntStats): Ownership {
  return { mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid) };
}
