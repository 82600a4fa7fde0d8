import { Failure } from '../failure.js';
import { errorCode, type AppendFile, type FileSystem } from '../ports/fs.js';
import type { JournalRecord } from './records.js';

/**
 * One worker's append-only record of what it did. A record goes into the page cache at once, so a killed worker loses
 * nothing, and stays in memory until it is proven to be on the disk: a full disk, a lost permission or a deleted
 * sidecar delays it, and never loses it.
 */
export class Journal {
  readonly #fs: FileSystem;
  #path: string;
  readonly #first: JournalRecord;
  #file: AppendFile | undefined;
  #n = 0;
  /** Not yet known to be on the disk, oldest first. */
  #unsynced: Buffer[] = [];
  /** How many of them are in the file. */
  #written = 0;

  constructor(fs: FileSystem, path: string, first: JournalRecord) {
    this.#fs = fs;
    this.#path = path;
    this.#first = first;
  }

  get path(): string {
    return this.#path;
  }

  /** Goes on in another place: a new epoch, or a sidecar that was made anew. */
  async moveTo(path: string): Promise<void> {
    if (path === this.#path && this.#file && (await this.#file.attached())) return;
    await this.close().catch(() => undefined);
    this.#path = path;
  }

  /** Never throws: what cannot be written now is written by the next `flush`. */
  record(record: JournalRecord): void {
    this.#unsynced.push(this.#line(record));
    try {
      this.#write();
    } catch {
      // Kept; flush() tries again and says what is wrong.
    }
  }

  /** Resolves when everything recorded is on the disk; fails with the filesystem's reason otherwise. */
  async flush(): Promise<void> {
    try {
      await this.#open();
      if (this.#unsynced.length === 0) return;
      this.#write();
      const count = this.#unsynced.length;
      await this.#file?.sync();
      this.#unsynced.splice(0, count);
      this.#written -= count;
    } catch (error) {
      // What a failed sync left on the disk is unknown: all of it is written again, and read once by its number.
      await this.close().catch(() => undefined);
      throw new Failure(
        {
          reason: 'filesystem',
          code: errorCode(error) ?? 'unknown',
          operation: 'write the journal',
          path: this.#path,
        },
        { cause: error },
      );
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#written = 0;
    await file?.close();
  }

  async #open(): Promise<void> {
    if (this.#file && (await this.#file.attached())) return;
    // Deleted under us: what is not proven to be on the disk goes into a new file.
    await this.close().catch(() => undefined);
    this.#file = await this.#fs.openAppend(this.#path);
    // A file that was written to before may end in the middle of a line.
    this.#file.append(this.#file.size === 0 ? this.#line(this.#first, -1) : Buffer.from('\n'));
  }

  /** The first line of a file has no number: it is written anew into every file. */
  #line(record: JournalRecord, n = this.#n++): Buffer {
    return Buffer.from(`${JSON.stringify({ n, ...record })}\n`);
  }

  #write(): void {
    if (!this.#file) return;
    while (this.#written < this.#unsynced.length) {
      const line = this.#unsynced[this.#written];
      if (line) this.#file.append(line);
      this.#written++;
    }
  }
}
