import { randomUUID } from 'node:crypto';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { LARGEST_NOTE, parseIdentity, type WorkerIdentity } from '../journal/records.js';
import { parseCellName } from './names.js';

/** A fresh identity file now and then: it keeps link counts low and the memory of what was linked to it small. */
const LINKS_PER_IDENTITY = 1000;

/** The filesystem refuses links altogether. */
const REFUSED = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EACCES']);

/** No more links to this one file: EMLINK by the book, ENOSPC on GlusterFS. */
const USED_UP = new Set(['EMLINK', 'ENOSPC', 'EDQUOT']);

const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR']);

interface Identity {
  readonly path: string;
  readonly names: Set<string>;
}

export interface CellsOptions {
  readonly fs: FileSystem;
  readonly folder: string;
  /** Into how many subfolders the names are spread; 1 or 256. */
  readonly shards: number;
  /** What an identity file holds: whose a cell is. */
  readonly identity: WorkerIdentity;
  /** Not to be tried: they are refused here, or have two winners. */
  readonly linksRefused?: boolean;
}

/**
 * Create-once names: whoever creates one owns the fact it states, and it is never changed or removed.
 *
 * A cell is a hard link to a file that says whose it is. link(2) never has two winners, on no filesystem that was
 * measured (O_EXCL does, on NFS 3), the name is never there without its content, and a reply that the network lost
 * shows as "it is my own file". Where links are refused, a directory holding an owner file is renamed into place,
 * which has the same three properties.
 */
export class Cells {
  readonly #options: CellsOptions;
  readonly #identities = new Map<string, Identity>();
  #serial = 0;
  #linksRefused: boolean;
  /** Where links are refused: the cells this worker knows it has created. */
  readonly #created = new Set<string>();

  constructor(options: CellsOptions) {
    this.#options = options;
    this.#linksRefused = options.linksRefused ?? false;
  }

  /** True when this call created the name, false when it was there before. */
  async create(name: string): Promise<boolean> {
    return this.#linksRefused ? this.#createDirectory(name) : this.#createLink(name);
  }

  /** The worker that created a cell; undefined where there is no such cell. */
  async owner(name: string): Promise<string | undefined> {
    return (await this.#ownerOf(name))?.worker;
  }

  async #ownerOf(name: string): Promise<{ worker: string | undefined; isFolder: boolean } | undefined> {
    const path = `${this.shardOf(name)}/${name}`;
    try {
      return {
        worker: parseIdentity((await this.#options.fs.read(path, LARGEST_NOTE)).bytes)?.worker,
        isFolder: false,
      };
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      if (errorCode(error) !== 'EISDIR') throw error;
      return { worker: ownerInside(await this.#options.fs.list(path)), isFolder: true };
    }
  }

  /** All cells in the folder where this hash has its cells, by readdir: never stale where a negative stat is. */
  async namesBeside(hash: string): Promise<string[]> {
    return this.#list(this.shardOf(hash));
  }

  async allNames(): Promise<string[]> {
    const { folder, shards } = this.#options;
    if (shards === 1) return this.#list(folder);
    const all: string[] = [];
    for (const shard of await this.#list(folder, false)) all.push(...(await this.#list(`${folder}/${shard}`)));
    return all;
  }

  async #list(folder: string, cellsOnly = true): Promise<string[]> {
    try {
      const names = await this.#options.fs.list(folder);
      return cellsOnly ? names.filter((name) => parseCellName(name) !== undefined) : names;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** The folder of a cell, or of all cells of a hash. */
  shardOf(name: string): string {
    const { folder, shards } = this.#options;
    return shards === 1 ? folder : `${folder}/${name.slice(0, 2)}`;
  }

  async #createLink(name: string): Promise<boolean> {
    const shard = this.shardOf(name);
    const identity = await this.#identityIn(shard);
    try {
      await this.#options.fs.link(identity.path, `${shard}/${name}`);
      identity.names.add(name);
      return true;
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'EEXIST') return this.#replyWasLost(identity, `${shard}/${name}`, name);
      if (USED_UP.has(code) && identity.names.size > 0) {
        // A full disk shows itself when the fresh identity file is written.
        this.#identities.delete(shard);
        return this.#createLink(name);
      }
      if (REFUSED.has(code)) return this.#createUnlessTaken(name, error);
      throw error;
    }
  }

  /** Somebody else's, or ours by a call whose answer never came; a name linked before is never "created" again. */
  async #replyWasLost(identity: Identity, path: string, name: string): Promise<boolean> {
    if (identity.names.has(name)) return false;
    const [mine, cell] = await Promise.all([
      this.#options.fs.fingerprint(identity.path),
      this.#options.fs.fingerprint(path).catch(() => undefined),
    ]);
    if (cell?.ino !== mine.ino || cell.dev !== mine.dev) return false;
    identity.names.add(name);
    return true;
  }

  /** sshfs says EPERM to the loser of a race; only a refusal without a winner means that links do not work. */
  async #createUnlessTaken(name: string, refusal: unknown): Promise<boolean> {
    if ((await this.namesBeside(name)).includes(name)) return false;
    if (errorCode(refusal) === 'EACCES') throw refusal;
    this.#linksRefused = true;
    return this.#createDirectory(name);
  }

  async #createDirectory(name: string): Promise<boolean> {
    const { fs } = this.#options;
    const { worker } = this.#options.identity;
    const shard = this.shardOf(name);
    const nonce = `${worker}.${randomUUID()}`;
    const made = `${shard}/new.${nonce}`;
    await this.#makeShard(shard);
    await fs.createDirectory(made);
    await fs.write(`${made}/${nonce}`, this.#identityBytes());
    try {
      await fs.rename(made, `${shard}/${name}`);
    } catch (error) {
      if (!TAKEN.has(errorCode(error) ?? '') && errorCode(error) !== 'ENOENT') throw error;
      const owner = await this.#ownerOf(name);
      await fs.unlink(`${made}/${nonce}`).catch(() => undefined);
      await fs.removeDirectory(made).catch(() => undefined);
      if (owner === undefined && errorCode(error) === 'ENOENT') throw error;
      // Ours, a folder, and not known to be: an earlier rename was done and its reply lost.
      if (owner?.worker !== worker || !owner.isFolder || this.#created.has(name)) return false;
    }
    this.#created.add(name);
    return true;
  }

  async #identityIn(shard: string): Promise<Identity> {
    const known = this.#identities.get(shard);
    if (known && known.names.size < LINKS_PER_IDENTITY) return known;
    const { fs } = this.#options;
    const { worker } = this.#options.identity;
    const identity = { path: `${shard}/worker.${worker}.${this.#serial++}`, names: new Set<string>() };
    await this.#makeShard(shard);
    await fs.write(identity.path, this.#identityBytes());
    this.#identities.set(shard, identity);
    return identity;
  }

  /** Without its parents: where the sidecar is gone, this must fail. */
  async #makeShard(shard: string): Promise<void> {
    if (this.#options.shards === 1) return;
    try {
      await this.#options.fs.createDirectory(shard);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
      if ((await this.#options.fs.inspect(shard))?.kind === 'link') throw error;
    }
  }

  #identityBytes(): Buffer {
    return Buffer.from(`${JSON.stringify(this.#options.identity)}\n`);
  }
}

/** An owner file's name is the worker and a nonce. */
function ownerInside(names: readonly string[]): string | undefined {
  const [name] = names;
  return name?.slice(0, name.lastIndexOf('.'));
}
