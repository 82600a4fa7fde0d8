import { errorCode, type FileSystem } from '../ports/fs.js';

/** The revision that the schedule's content should have, as the last worker to rewrite it left it. */
export interface Head {
  readonly revision: number;
  /** Of the whole file; empty before the first rewrite. */
  readonly hash: string;
}

/** As the hash of a head: the schedule was replaced on purpose, and what stands there belongs to the next epoch. */
export const RETIRED = '0';

export const NO_HEAD: Head = { revision: 0, hash: '' };

/**
 * The newest revision as the name of a file, `<revision>.<hash>`. One rename moves it on, and fails when somebody else
 * has: one cheap operation that is durable, visible at once and notices a lock that let two in.
 */
export class HeadFile {
  readonly #fs: FileSystem;
  readonly #folder: string;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  async read(): Promise<Head> {
    const heads = (await this.#names()).map(parse).sort((a, b) => b.revision - a.revision);
    return heads[0] ?? NO_HEAD;
  }

  /**
   * Moves on to `to`, and returns where the head is now. That is a later revision with the same hash when somebody
   * else has moved it meanwhile: their content was replaced by ours, and what it said is to be put right.
   */
  async advance(from: Head, to: Head): Promise<Head> {
    if (from.revision > 0 && (await this.#move(from, to))) return to;
    for (;;) {
      const newest = await this.read();
      if (newest.revision < to.revision) return this.#begin(to);
      if (newest.hash === to.hash) return newest;
      const beyond = { revision: newest.revision + 1, hash: to.hash };
      if (await this.#move(newest, beyond)) return beyond;
    }
  }

  async #move(from: Head, to: Head): Promise<boolean> {
    try {
      await this.#fs.rename(this.#path(from), this.#path(to));
      return true;
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  /** The first, or one that a writer who died had not moved on. */
  async #begin(to: Head): Promise<Head> {
    await this.#fs.write(this.#path(to), Buffer.alloc(0));
    for (const name of await this.#names()) {
      if (parse(name).revision < to.revision) {
        await this.#fs.unlink(`${this.#folder}/${name}`).catch(() => undefined);
      }
    }
    return to;
  }

  async #names(): Promise<string[]> {
    return (await this.#fs.list(this.#folder)).filter((name) => /^\d{1,15}\.[0-9a-f]{1,64}$/.test(name));
  }

  #path({ revision, hash }: Head): string {
    return `${this.#folder}/${revision}.${hash}`;
  }
}

function parse(name: string): Head {
  const dot = name.indexOf('.');
  return { revision: Number(name.slice(0, dot)), hash: name.slice(dot + 1) };
}
