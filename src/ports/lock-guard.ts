import { rmdirSync, unlinkSync } from 'node:fs';
import { errorCode } from './fs.js';
import type { LockOptions } from './lock.js';

/** What rename(2) says when the target is a directory with something in it. */
const HELD = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY']);

/** A worker's name and a counter. */
const HOLDER = /^[\w-]+\.\d+$/;

/** Asking whether the holder lives costs more than waiting for one that does. */
const UNUSUALLY_LONG_MS = 100;

type Callback<T = void> = (error: Error | null, value?: T) => void;

/** The `fs` that proper-lockfile is given; each method says what it does in place of the plain call. */
export class Guard {
  readonly #o: LockOptions;
  #counter = 0;
  /** The name of our file inside the lock while we hold it. */
  #held: string | undefined;
  #nestReady = false;
  #isTidy = true;
  #mtime = new Date(0);
  #probed = false;
  /** Steps on our own file go one after the other: a heartbeat must not run into a release. */
  #queue: Promise<unknown> = Promise.resolve();
  #seen: { readonly name: string; readonly since: number } | undefined;

  readonly #nest: string;

  constructor(options: LockOptions) {
    this.#o = options;
    this.#nest = `${options.nests}/${options.worker}`;
  }

  #name(): string {
    return `${this.#o.worker}.${this.#counter}`;
  }

  /** Acquire. Looks first: a failed try costs everybody more than a listing. */
  mkdir = (path: string, done: Callback): void => {
    answer(
      this.#inTurn(() => this.#acquire(path)),
      done,
    );
  };

  async #acquire(path: string): Promise<void> {
    const holder = await this.#holder(path);
    if (holder !== undefined) {
      this.#watch(holder);
      throw systemError('EEXIST');
    }
    await this.#prepareNest().catch((error: unknown) => {
      // Of a lock it would mean that it is held; here something else has a folder's name.
      throw errorCode(error) === 'EEXIST' ? systemError('ENOTDIR') : this.#refusal(error, undefined);
    });
    const name = this.#name();
    try {
      await this.#o.fs.rename(this.#nest, path);
    } catch (error) {
      // A lost reply: the rename did happen, and asking again found the source gone.
      if ((await this.#holder(path)) !== name) throw this.#refusal(error, await this.#holder(path));
    }
    this.#held = name;
    this.#nestReady = false;
    this.#seen = undefined;
  }

  #refusal(error: unknown, holder: string | undefined): unknown {
    const code = errorCode(error) ?? '';
    // The nest vanished with the sidecar: it is made anew at the next try.
    if (code === 'ENOENT') this.#nestReady = false;
    const tryAgain = holder !== undefined || HELD.has(code) || code === 'ENOENT';
    return tryAgain ? systemError('EEXIST') : error;
  }

  async #prepareNest(): Promise<void> {
    if (this.#nestReady) return;
    this.#counter++;
    // The folder of all nests first: of what is above the last part of a path a link would be followed.
    await this.#o.fs.makeDirectory(this.#o.nests);
    await this.#o.fs.makeDirectory(this.#nest);
    for (const old of await this.#o.fs.list(this.#nest)) await this.#o.fs.unlink(`${this.#nest}/${old}`);
    await this.#o.fs.write(`${this.#nest}/${this.#name()}`, Buffer.alloc(0));
    this.#nestReady = true;
  }

  async #holder(path: string): Promise<string | undefined> {
    try {
      return (await this.#o.fs.list(path))[0];
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #watch(name: string): void {
    if (this.#seen?.name !== name) this.#seen = { name, since: this.#o.clock.monotonic() };
  }

  /** Staleness by our own watching, told to proper-lockfile as an mtime, so that no two clocks are compared. */
  stat = (_path: string, done: Callback<{ mtime: Date }>): void => {
    answer(
      this.#isStale().then((stale) => ({ mtime: this.#held ? this.#mtime : stale ? new Date(0) : new Date() })),
      done,
    );
  };

  async #isStale(): Promise<boolean> {
    if (this.#held || !this.#seen) return false;
    const unchangedMs = this.#o.clock.monotonic() - this.#seen.since;
    if (unchangedMs >= this.#o.staleMs) return true;
    return unchangedMs >= UNUSUALLY_LONG_MS && this.#o.provenDead(workerOf(this.#seen.name));
  }

  /** Heartbeat. The first call after acquiring is proper-lockfile's probe of the mtime's precision: nothing to do. */
  utimes = (path: string, _atime: Date, mtime: Date, done: Callback): void => {
    this.#mtime = mtime;
    if (!this.#probed) {
      this.#probed = true;
      done(null);
      return;
    }
    answer(
      this.#inTurn(async () => {
        if (!(await this.#step(path))) throw systemError('ENOENT');
      }),
      done,
    );
  };

  async isMine(): Promise<boolean> {
    return this.#inTurn(() => this.#step(this.#o.path));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Renames our file to the next counter: succeeds only while it is there, that is, while the lock is ours. */
  async #step(path: string): Promise<boolean> {
    const before = this.#held;
    if (before === undefined) return false;
    this.#counter++;
    const after = this.#name();
    try {
      await this.#o.fs.rename(`${path}/${before}`, `${path}/${after}`);
    } catch (error) {
      // Whatever the error says: the reply may be lost and the rename done.
      const holder = await this.#holder(path);
      if (holder !== after) {
        if (errorCode(error) !== 'ENOENT') throw error;
        this.#held = undefined;
        return false;
      }
    }
    this.#held = after;
    return true;
  }

  /** Release, when we hold it; takeover, when we saw it stale. Either removes one exact name. */
  rmdir = (path: string, done: Callback): void => {
    answer(
      this.#inTurn(() => (this.#held === undefined ? this.#takeOver(path) : this.#release(path, this.#held))),
      done,
    );
  };

  async #release(path: string, held: string): Promise<void> {
    this.#held = undefined;
    this.#counter++;
    try {
      await this.#o.fs.makeDirectory(this.#nest);
      await this.#o.fs.rename(`${path}/${held}`, `${this.#nest}/${this.#name()}`);
      this.#nestReady = true;
    } catch {
      // The nest could not be kept (full disk, sidecar gone): give the lock up all the same.
      await this.#o.fs.unlink(`${path}/${held}`).catch(() => undefined);
    }
    // An empty directory is a free lock already; removing it is tidiness, for which there is another time.
    this.#isTidy = true;
    await this.#o.fs.removeDirectory(path).catch(() => (this.#isTidy = false));
  }

  async #takeOver(path: string): Promise<void> {
    const victim = this.#seen?.name;
    this.#seen = undefined;
    if (victim !== undefined) {
      // Behind a link, or of another name, it is somebody's file.
      const found = await this.#o.fs.inspect(path);
      if (found !== undefined && (found.kind !== 'directory' || !HOLDER.test(victim)))
        throw systemError(found.kind === 'link' ? 'ELOOP' : 'EEXIST');
      await this.#o.fs.unlink(`${path}/${victim}`);
    }
    await this.#o.fs.removeDirectory(path).catch(() => undefined);
  }

  async clear(nest: string): Promise<void> {
    const { fs, path } = this.#o;
    // With somebody else's file in it, it stays.
    if (!this.#isTidy) await fs.removeDirectory(path).catch(() => undefined);
    for (const name of await fs.list(nest).catch((): string[] => [])) {
      await fs.unlink(`${nest}/${name}`).catch(() => undefined);
    }
    await fs.removeDirectory(nest).catch(() => undefined);
  }

  /** At process exit there is no time left for promises. */
  rmdirSync = (path: string): void => {
    if (this.#held === undefined) return;
    const held = this.#held;
    this.#held = undefined;
    try {
      unlinkSync(`${path}/${held}`);
      rmdirSync(path);
    } catch {
      // Taken over meanwhile, or the filesystem is gone: a contender's takeover clears it.
    }
  };
}

function workerOf(holder: string): string {
  return holder.slice(0, holder.lastIndexOf('.'));
}

function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

function answer<T>(work: Promise<T>, done: Callback<T>): void {
  work.then(
    (value) => {
      done(null, value);
    },
    (error: unknown) => {
      done(error as Error);
    },
  );
}
