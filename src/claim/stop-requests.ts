import { randomUUID } from 'node:crypto';
import { LARGEST_NOTE } from '../journal/records.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { stopFolderOf } from './sidecar.js';

/** What somebody asks of a worker. */
export interface StopRequest {
  /** Not to wait for what runs. */
  readonly now: boolean;
  /** Who asks, as they call themselves. */
  readonly by: string;
  /** When, for people. */
  readonly at: string;
}

const TRIES = 5;
const GONE = new Set(['ENOENT', 'ESTALE']);

/** Longer names of people are cut. */
const LONGEST_NAME = 200;

/** The requests that lie in a sidecar: they come by rename, so each is whole, and the last one to a worker counts. */
export class StopRequests {
  readonly #fs: FileSystem;
  readonly #sidecar: string;
  readonly #folder: string;

  constructor(fs: FileSystem, sidecar: string) {
    this.#fs = fs;
    this.#sidecar = sidecar;
    this.#folder = stopFolderOf(sidecar);
  }

  async ask(worker: string, request: StopRequest): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#put(worker, request);
        return;
      } catch (error) {
        // Somebody has removed the empty folder under us.
        if (tries >= TRIES || !GONE.has(errorCode(error) ?? '')) throw error;
      }
    }
  }

  /**
   * Whose requests are there. The sidecar is listed first: a mount may say for half a minute that a folder is not there
   * which it was asked for before, and never lists an old state.
   */
  async workers(): Promise<string[]> {
    if (!(await this.#list(this.#sidecar)).includes('stop')) return [];
    return (await this.#list(this.#folder)).filter((name) => !name.startsWith('.'));
  }

  /** Undefined where there is none. What cannot be read was meant as one all the same. */
  async of(worker: string): Promise<StopRequest | undefined> {
    if (!(await this.workers()).includes(worker)) return undefined;
    const content = await this.#fs.read(this.#of(worker), LARGEST_NOTE).catch(() => undefined);
    return content && parsed(content.bytes);
  }

  /** Removes the requests to these, and the folder when it is empty. */
  async tidy(workers: readonly string[]): Promise<void> {
    for (const worker of workers) await this.#fs.unlink(this.#of(worker)).catch(() => undefined);
    await this.#fs.removeDirectory(this.#folder).catch(() => undefined);
  }

  async #put(worker: string, request: StopRequest): Promise<void> {
    await this.#fs.makeDirectory(this.#folder);
    const fresh = `${this.#folder}/.${randomUUID()}`;
    await this.#fs.write(fresh, Buffer.from(`${JSON.stringify({ version: 1, ...request })}\n`));
    await this.#fs.rename(fresh, this.#of(worker));
  }

  #of(worker: string): string {
    return `${this.#folder}/${worker}`;
  }

  async #list(folder: string): Promise<string[]> {
    try {
      return await this.#fs.list(folder);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }
}

function parsed(bytes: Buffer): StopRequest {
  try {
    const { now, by, at } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    return { now: now === true, by: nameIn(by), at: nameIn(at) };
  } catch {
    return { now: false, by: nameIn(undefined), at: '' };
  }
}

function nameIn(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : 'somebody';
}
