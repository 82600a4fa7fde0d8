import { errorCode, samePrint, systemError } from '../../src/ports/fs.js';
import type {
  AppendFile,
  Content,
  FileContent,
  FileSystem,
  Fingerprint,
  Inspected,
  Ownership,
} from '../../src/ports/fs.js';
import type { MemoryFileSystem } from '../support/fs-memory.js';
import type { Profile } from './profile.js';

/** One system call of one process. */
export interface Call {
  readonly operation: string;
  readonly path: string;
  readonly to?: string | undefined;
}

/** What the world does to a call before and after it is made; either may fail it. */
export interface Turns {
  /** Resolves when it is this call's turn; never for a dead process. */
  before(call: Call): Promise<void>;
  /** Of a call that cannot wait. */
  beforeNow(call: Call): void;
  /** It was made: the reply may be lost, and the call made once more by a client that does not know. */
  after(call: Call): void;
  now(): number;
  /** Whether what was cached is shown once more. */
  isLate(): boolean;
}

interface Cached<T> {
  readonly value: T;
  readonly at: number;
}

/** What a host has read, by path: whatever one of its processes writes, all of them see at once. */
export type Contents = Map<string, Cached<FileContent>>;

/** A process's mount: each call waits for its turn, and what others do is seen as late as its profile says. */
export class Mount implements FileSystem {
  readonly #fs: MemoryFileSystem;
  readonly #turns: Turns;
  readonly #profile: Profile;
  readonly #missing = new Map<string, number>();
  readonly #contents: Contents;
  readonly #names = new Map<string, Cached<string[]>>();
  /** What was appended and not synced: a host that goes down forgets it. */
  readonly #unsynced = new Map<string, number>();

  constructor(fs: MemoryFileSystem, turns: Turns, profile: Profile, contents: Contents) {
    this.#fs = fs;
    this.#turns = turns;
    this.#profile = profile;
    this.#contents = contents;
  }

  realPath(path: string): Promise<string> {
    return this.#do({ operation: 'realPath', path }, () => this.#fs.realPath(path));
  }

  read(path: string): Promise<FileContent> {
    return this.#do({ operation: 'read', path }, () => this.#look(path));
  }

  async readUnless(path: string, known: Fingerprint | undefined): Promise<FileContent | undefined> {
    const content = await this.read(path);
    return known && samePrint(content.print, known) ? undefined : content;
  }

  async readFrom(path: string, offset: number): Promise<Buffer> {
    return (await this.read(path)).bytes.subarray(offset);
  }

  fingerprint(path: string): Promise<Fingerprint> {
    return this.#do({ operation: 'fingerprint', path }, () => {
      const cached = this.#contents.get(path);
      const isLate = cached && this.#isStill(cached.at, this.#profile.contentMs);
      return isLate ? Promise.resolve(cached.value.print) : this.#fs.fingerprint(path);
    });
  }

  write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint> {
    return this.#change({ operation: 'write', path }, () => this.#fs.write(path, content, ownership));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change({ operation: 'rename', path: from, to }, () => this.#fs.rename(from, to));
  }

  link(existing: string, path: string): Promise<void> {
    return this.#change({ operation: 'link', path: existing, to: path }, () => this.#link(existing, path));
  }

  unlink(path: string): Promise<void> {
    return this.#change({ operation: 'unlink', path }, () => this.#fs.unlink(path));
  }

  makeDirectory(path: string): Promise<void> {
    return this.#change({ operation: 'makeDirectory', path }, () => this.#fs.makeDirectory(path));
  }

  createDirectory(path: string): Promise<void> {
    return this.#change({ operation: 'createDirectory', path }, () => this.#fs.createDirectory(path));
  }

  removeDirectory(path: string): Promise<void> {
    return this.#change({ operation: 'removeDirectory', path }, () => this.#fs.removeDirectory(path));
  }

  list(path: string): Promise<string[]> {
    return this.#do({ operation: 'list', path }, async () => {
      const cached = this.#names.get(path);
      if (cached && this.#isStill(cached.at, this.#profile.namesMs)) return cached.value;
      const value = await this.#fs.list(path);
      this.#names.set(path, { value, at: this.#turns.now() });
      return value;
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#do({ operation: 'syncDirectory', path }, () => this.#fs.syncDirectory(path));
  }

  openAppend(path: string): Promise<AppendFile> {
    const call = { operation: 'openAppend', path };
    return this.#change(call, async () => this.#appending(path, await this.#fs.openAppend(path)));
  }

  inspect(path: string): Promise<Inspected | undefined> {
    return this.#do({ operation: 'inspect', path }, () => this.#fs.inspect(path));
  }

  mayWrite(path: string): Promise<boolean> {
    return this.#do({ operation: 'mayWrite', path }, () => this.#fs.mayWrite(path));
  }

  /** Its host lost its power: of what was not synced, only the beginning reached the server. */
  async forgetUnsynced(keep: () => number): Promise<void> {
    for (const [path, from] of this.#unsynced) {
      const { bytes } = await this.#fs.read(path).catch(() => ({ bytes: Buffer.alloc(0) }));
      if (bytes.length > from)
        await this.#fs.write(path, bytes.subarray(0, from + keep() * (bytes.length - from)));
    }
  }

  async #do<T>(call: Call, action: () => Promise<T>): Promise<T> {
    await this.#turns.before(call);
    return action();
  }

  async #change<T>(call: Call, action: () => Promise<T>): Promise<T> {
    await this.#turns.before(call);
    for (const path of [call.path, call.to]) if (path !== undefined) this.#forget(path);
    const result = await action();
    this.#turns.after(call);
    return result;
  }

  /** What this client changes it sees at once. */
  #forget(path: string): void {
    this.#missing.delete(path);
    this.#contents.delete(path);
    this.#names.delete(path);
    this.#names.delete(path.slice(0, path.lastIndexOf('/')));
  }

  async #look(path: string): Promise<FileContent> {
    const missing = this.#missing.get(path);
    if (missing !== undefined && this.#isStill(missing, this.#profile.negativeMs))
      throw systemError('ENOENT', 'open', path);
    const cached = this.#contents.get(path);
    if (cached && this.#isStill(cached.at, this.#profile.contentMs)) return cached.value;
    try {
      const value = await this.#fs.read(path);
      this.#missing.delete(path);
      if (this.#profile.contentMs > 0) this.#contents.set(path, { value, at: this.#turns.now() });
      return value;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') this.#missing.set(path, this.#turns.now());
      throw error;
    }
  }

  async #link(existing: string, path: string): Promise<void> {
    try {
      const { links } = this.#profile;
      if (links === 1) throw systemError('EPERM', 'link', path);
      await this.#fs.link(existing, path);
    } catch (error) {
      throw errorCode(error) === 'EEXIST' ? systemError(this.#profile.loser, 'link', path) : error;
    }
  }

  #isStill(at: number, longestMs: number): boolean {
    return longestMs > 0 && this.#turns.now() - at < longestMs && this.#turns.isLate();
  }

  #appending(path: string, file: AppendFile): AppendFile {
    const put = (operation: string, bytes: Uint8Array): void => {
      const from = file.size;
      this.#turns.beforeNow({ operation, path });
      this.#contents.delete(path);
      if (!this.#unsynced.has(path)) this.#unsynced.set(path, from);
      file.append(bytes);
    };
    return {
      get size() {
        return file.size;
      },
      append: (bytes) => {
        put('append', bytes);
      },
      appendLater: (bytes) =>
        new Promise((resolve) => {
          put('appendLater', bytes);
          resolve();
        }),
      sync: () =>
        this.#do({ operation: 'sync', path }, async () => {
          await file.sync();
          this.#unsynced.delete(path);
        }),
      attached: () => this.#do({ operation: 'attached', path }, () => file.attached()),
      close: () => this.#do({ operation: 'close', path }, () => file.close()),
    };
  }
}
