import fs from 'node:fs';
import { promisify } from 'node:util';
import { close, fstat, LARGEST_CALL, open, print, retryStale } from './fs-calls.js';
import { follow, withoutGroup } from './fs-ownership.js';
import { errorCode, type Content, type Fingerprint, type Ownership } from './fs.js';

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;

/** Somebody who puts things at our name again and again is not to be outrun. */
const ATTEMPTS = 5;

const writeSome = promisify(fs.write);
const fsync = promisify(fs.fsync);
const unlink = promisify(fs.unlink);

/** Puts a new file there, writes all of it, syncs to disk, closes; on failure the file is gone. */
export async function write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint> {
  // The group's rights come with the group.
  const mode = ownership === undefined ? 0o666 : withoutGroup(ownership.mode) & 0o777;
  const fd = await retryStale(() => create(path, mode));
  try {
    return await fillAndClose(fd, content, ownership);
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

/** Never into what is there: it may be a link to somebody's file, or a file that somebody else has open. */
async function create(path: string, mode: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open(path, O_CREAT | O_EXCL | O_WRONLY, mode);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST' || attempt === ATTEMPTS) throw error;
      await unlink(path).catch((refusal: unknown) => {
        if (errorCode(refusal) !== 'ENOENT') throw refusal;
      });
    }
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
    if (ownership !== undefined) await follow(fd, ownership);
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
