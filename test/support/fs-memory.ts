import { samePrint, systemError } from '../../src/ports/fs.js';
import type {
  AppendFile,
  Content,
  FileContent,
  FileSystem,
  Fingerprint,
  Inspected,
  Ownership,
} from '../../src/ports/fs.js';
import { MemoryAppendFile } from './fs-memory-append.js';
import { Faults, type Operation } from './fs-memory-faults.js';
import { history, type Client, type Version } from './fs-memory-nodes.js';
import { Store, type Spot } from './fs-memory-store.js';

/** What a write reports once it has begun, and so has truncated what was there. */
const FOUND_WHILE_WRITING = new Set(['EDQUOT', 'EFBIG', 'EIO', 'ENOSPC']);

/** A filesystem in memory, empty but for `/`, that behaves as Linux and can be made to fail. */
export function memoryFileSystem(): MemoryFileSystem {
  return new MemoryFileSystem(new Store(), new Faults(), 'memory', 0);
}

/** One client's view. Clients share files, faults and hooks, and differ in how late they see contents. */
export class MemoryFileSystem implements FileSystem {
  readonly #store: Store;
  readonly #self: Client;
  /** Contents up to this step are seen, however lazy the client is. */
  #caughtUpTo = 0n;

  constructor(
    store: Store,
    readonly faults: Faults,
    readonly name: string,
    readonly lag: number,
  ) {
    this.#store = store;
    this.#self = Symbol(name);
  }

  /**
   * Another client of the same files. With a lag it sees each file's content that many versions late (names, links
   * and its own writes at once, as on GlusterFS) until `catchUp`.
   */
  client({ lag = 0, name = 'client' }: { lag?: number; name?: string } = {}): MemoryFileSystem {
    this.#store.depth = Math.max(this.#store.depth, lag);
    return new MemoryFileSystem(this.#store, this.faults, name, lag);
  }

  /** Shows this client everything up to now. */
  catchUp(): void {
    this.#caughtUpTo = this.#store.step;
  }

  /** For tests that prepare a tree: not part of FileSystem. */
  symlink(target: string, path: string): void {
    this.#store.symlink(target, path, this.#self);
  }

  async realPath(path: string): Promise<string> {
    return this.#do('realPath', path, () => this.#store.existing(path, 'realpath').spot.path);
  }

  async read(path: string): Promise<FileContent> {
    return this.#do('read', path, () => {
      const { bytes, print, ownership } = this.#visible(path, 'read');
      return { bytes: Buffer.from(bytes), print, ownership };
    });
  }

  async readUnless(path: string, known: Fingerprint | undefined): Promise<FileContent | undefined> {
    const content = await this.read(path);
    return known && samePrint(content.print, known) ? undefined : content;
  }

  async readFrom(path: string, offset: number, most = Infinity): Promise<Buffer> {
    return this.#do('readFrom', path, () =>
      Buffer.from(this.#visible(path, 'read').bytes.subarray(offset, offset + most)),
    );
  }

  async fingerprint(path: string): Promise<Fingerprint> {
    return this.#do('fingerprint', path, () => {
      const { node } = this.#store.existing(path, 'open');
      if (node.kind !== 'directory') return this.#visible(path, 'open').print;
      return { dev: 1n, ino: node.ino, size: 4096n, mtimeNs: node.mtimeNs, ctimeNs: node.ctimeNs };
    });
  }

  async write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint> {
    const action = (): Fingerprint => {
      const file = this.#store.createFile(path, 0o644, this.#self);
      try {
        this.#store.change(file, this.#self, () => {
          file.truncate();
          for (const bytes of content instanceof Uint8Array ? [content] : content) file.put(bytes, file.size);
          file.ownership = ownership ?? file.ownership;
        });
      } catch (error) {
        this.#store.unlink(path);
        throw error;
      }
      return file.print();
    };
    return this.faults.around({ operation: 'write', path, client: this.name }, action, (code) => {
      const exists = this.#store.spot(path, 'open', false).node?.kind === 'file';
      if (exists && FOUND_WHILE_WRITING.has(code)) this.#store.unlink(path);
    });
  }

  async rename(from: string, to: string): Promise<void> {
    return this.#do('rename', from, () => this.#store.rename(from, to, this.#self), to);
  }

  async link(existing: string, path: string): Promise<void> {
    const action = (): void => {
      const { node } = this.#store.spot(existing, 'link', false);
      const taken = this.#store.spot(path, 'link', false).node !== undefined;
      if (node?.kind === 'file' && !taken) this.faults.throwIfTooManyLinks(node.links, path);
      this.#store.link(existing, path, this.#self);
    };
    return this.#do('link', existing, action, path);
  }

  async unlink(path: string): Promise<void> {
    return this.#do('unlink', path, () => this.#store.unlink(path));
  }

  async makeDirectory(path: string): Promise<void> {
    return this.#do('makeDirectory', path, () => this.#makeWithParents(path));
  }

  async createDirectory(path: string): Promise<void> {
    return this.#do('createDirectory', path, () => this.#store.makeDirectory(path, this.#self));
  }

  async removeDirectory(path: string): Promise<void> {
    return this.#do('removeDirectory', path, () => this.#store.removeDirectory(path));
  }

  async list(path: string): Promise<string[]> {
    return this.#do('list', path, () => {
      const { node } = this.#store.existing(path, 'scandir');
      if (node.kind !== 'directory') throw systemError('ENOTDIR', 'scandir', path);
      return [...node.entries.keys()];
    });
  }

  async syncDirectory(path: string): Promise<void> {
    return this.#do('syncDirectory', path, () => void this.#store.existing(path, 'open'));
  }

  async openAppend(path: string): Promise<AppendFile> {
    return this.#do('openAppend', path, () => {
      if (this.#store.spot(path, 'open', false).node?.kind === 'symlink')
        throw systemError('ELOOP', 'open', path);
      const file = this.#store.openFile(path, 0o644, this.#self);
      const at = { store: this.#store, faults: this.faults, self: this.#self, client: this.name };
      return new MemoryAppendFile(at, path, file);
    });
  }

  async inspect(path: string): Promise<Inspected | undefined> {
    return this.#do('inspect', path, () => {
      const { node } = this.#store.spot(path, 'lstat', false);
      if (!node) return undefined;
      const kind = node.kind === 'symlink' ? 'link' : node.kind;
      const ownership = node.kind === 'file' ? node.ownership : { mode: 0o755, uid: 1000, gid: 1000 };
      return { kind, ownership, isMine: true };
    });
  }

  async mayWrite(path: string): Promise<boolean> {
    return this.#do('mayWrite', path, () => this.#store.spot(path, 'access', true).node !== undefined);
  }

  #do<T>(operation: Operation, path: string, action: () => T, to?: string): Promise<T> {
    return this.faults.around(
      { operation, path, client: this.name, ...(to === undefined ? {} : { to }) },
      action,
    );
  }

  #makeWithParents(path: string): void {
    const names = path.split('/').filter((name) => name !== '');
    for (let depth = 1; depth <= names.length; depth += 1) {
      const part = `/${names.slice(0, depth).join('/')}`;
      const { node } = this.#store.spot(part, 'mkdir', part !== path);
      if (node === undefined) this.#store.makeDirectory(part, this.#self);
      else if (node.kind !== 'directory')
        throw systemError(part === path ? 'EEXIST' : 'ENOTDIR', 'mkdir', path);
    }
  }

  /** The newest content that this client is up to seeing at that path. */
  #visible(path: string, syscall: string): Version {
    const { spot, node } = this.#store.existing(path, syscall);
    if (node.kind !== 'file') throw systemError('EISDIR', syscall, path);
    if (this.lag === 0) return node.current();
    const versions = this.#versionsAt(spot);
    const seen = versions.findLastIndex(({ since, by }) => since <= this.#caughtUpTo || by === this.#self);
    return versions[Math.max(seen, versions.length - 1 - this.lag, 0)] ?? node.current();
  }

  #versionsAt({ directory, name }: Spot): Version[] {
    const entry = directory.entries.get(name);
    return entry === undefined ? [] : history(entry);
  }
}
