import fs from 'node:fs';
import { promisify } from 'node:util';
import { openToRead, refuseOdd } from './fs-calls.js';
import { follow, withoutGroup } from './fs-ownership.js';
import { errorCode, systemError, type AppendFile, type Ownership } from './fs.js';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants;
/** One system call moves at most 2 GiB. */
const LARGEST_CALL = 2 ** 30;
/** What an open says when nothing of ours is at that path any more. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ESTALE']);

const open = promisify(fs.open);
const close = promisify(fs.close);
const fstat = promisify(fs.fstat);
const fsync = promisify(fs.fsync);
const writeSome = promisify(fs.write);

/** At explicit positions, not O_APPEND, which costs a round trip for every write on NFS. */
export async function openAppend(path: string, ownership?: Ownership): Promise<AppendFile> {
  const mode = ownership === undefined ? 0o666 : withoutGroup(ownership.mode);
  // A pipe that somebody put there is not waited for.
  const fd = await open(path, O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY, mode).catch((error: unknown) => {
    throw errorCode(error) === 'ENXIO' ? systemError('EFTYPE', 'open', path) : error;
  });
  await refuseOdd(fd, path);
  try {
    const found = await fstat(fd, { bigint: true });
    const { dev, ino, size } = found;
    if (ownership !== undefined && Number(found.uid) === process.geteuid?.())
      await follow(fd, ownership, found);
    return new Appender(path, fd, { dev, ino }, Number(size));
  } catch (error) {
    await close(fd).catch(() => undefined);
    throw error;
  }
}

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Bytes given to `appendLater` that are not in the file yet. */
interface Queued {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class Appender implements AppendFile {
  readonly #path: string;
  readonly #identity: Identity;
  readonly #queue: Queued[] = [];
  #fd: number | undefined;
  #size: number;
  /** Set while the queue is written out. */
  #draining: Promise<void> | undefined;
  /** A failed write may have left bytes behind `size`, which nobody should take for a record. */
  #torn = false;

  constructor(path: string, fd: number, identity: Identity, size: number) {
    this.#path = path;
    this.#fd = fd;
    this.#identity = identity;
    this.#size = size;
  }

  get size(): number {
    return this.#size;
  }

  append(bytes: Uint8Array): void {
    const fd = this.#open();
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      this.#writeNow(fd, head.bytes); // the same bytes as a write under way puts at the same place
      this.#queue.shift();
      head.resolve();
    }
    this.#writeNow(fd, bytes);
  }

  appendLater(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const fd = this.#open();
      this.#queue.push({ bytes, resolve, reject });
      this.#draining ??= this.#drain(fd);
    });
  }

  async sync(): Promise<void> {
    await this.#draining;
    this.#trim();
    await fsync(this.#open());
  }

  async attached(): Promise<boolean> {
    try {
      const { dev, ino } = await identityOf(this.#path);
      return dev === this.#identity.dev && ino === this.#identity.ino;
    } catch (error) {
      if (GONE.has(errorCode(error) ?? '')) return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#draining;
    this.#trim();
    const fd = this.#fd;
    this.#fd = undefined; // its number may soon be another file's
    if (fd !== undefined) await close(fd);
  }

  #open(): number {
    if (this.#fd === undefined) throw systemError('EBADF', 'write', this.#path);
    return this.#fd;
  }

  #writeNow(fd: number, bytes: Uint8Array): void {
    try {
      let written = 0;
      while (written < bytes.length) {
        const length = Math.min(bytes.length - written, LARGEST_CALL);
        written += this.#progress(fs.writeSync(fd, bytes, written, length, this.#size + written));
      }
      this.#size += bytes.length;
    } catch (error) {
      this.#torn = true;
      throw error;
    } finally {
      this.#trim();
    }
  }

  async #drain(fd: number): Promise<void> {
    for (let head = this.#queue[0]; head !== undefined; head = this.#queue[0]) {
      const failure = await this.#writeLater(fd, head.bytes, this.#size).catch((error: unknown) => ({ error }));
      if (this.#queue[0] !== head) continue; // an append() has meanwhile written it
      this.#queue.shift();
      if (failure === undefined) {
        this.#size += head.bytes.length;
        head.resolve();
      } else {
        this.#torn = true;
        head.reject(failure.error);
      }
    }
    this.#draining = undefined;
    this.#trim();
  }

  async #writeLater(fd: number, bytes: Uint8Array, position: number): Promise<undefined> {
    let written = 0;
    while (written < bytes.length) {
      const length = Math.min(bytes.length - written, LARGEST_CALL);
      written += this.#progress((await writeSome(fd, bytes, written, length, position + written)).bytesWritten);
    }
  }

  /** A write of nothing would be tried for ever. */
  #progress(written: number): number {
    if (written === 0) throw systemError('EIO', 'write', this.#path);
    return written;
  }

  /** Cuts off what a failed write left, as well as it can; not under a write that is under way. */
  #trim(): void {
    if (!this.#torn || this.#draining !== undefined || this.#fd === undefined) return;
    try {
      fs.ftruncateSync(this.#fd, this.#size);
      this.#torn = false;
    } catch {
      // tried again with the next write; a retry of the same bytes goes over it in any case
    }
  }
}

async function identityOf(path: string): Promise<Identity> {
  const fd = await openToRead(path); // a plain stat may be seconds old on a network mount
  try {
    return await fstat(fd, { bigint: true });
  } finally {
    await close(fd).catch(() => undefined);
  }
}
