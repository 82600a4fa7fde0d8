import { errorCode, type AppendFile } from '../ports/fs.js';

/** As much may wait for the log before the run must. */
const QUEUE = 1 << 20;
/** As much is kept for another try while the log cannot be written. */
const KEPT = 256 << 10;

export interface LogTrouble {
  /** ENOSPC, EDQUOT, EIO ... */
  readonly code: string;
}

/** Puts output into the worker's log in order of arrival, many chunks with one write when it is slow. */
export class OutputLog {
  private queue: Uint8Array[] = [];
  private size = 0;
  private writing: Promise<void> | undefined;
  private inTrouble = false;
  private lost = 0;
  private lostTo = '';

  constructor(
    private readonly file: AppendFile,
    private readonly onTrouble: (trouble: LogTrouble) => void,
  ) {}

  /** Never fails: what a full disk keeps out of the log was still printed, and the run goes on. */
  add(chunk: Uint8Array): void | Promise<void> {
    this.queue.push(chunk);
    this.size += chunk.length;
    this.writing ??= this.writeOut();
    if (this.size > QUEUE) return this.writing;
  }

  /** When everything is in, or was tried once more. */
  flushed(): void | Promise<void> {
    if (this.size > 0) this.writing ??= this.writeOut();
    return this.writing;
  }

  private async writeOut(): Promise<void> {
    try {
      while (this.size > 0 && (await this.writeBatch()));
    } finally {
      this.writing = undefined;
    }
  }

  private async writeBatch(): Promise<boolean> {
    const batch = this.queue.length === 1 ? (this.queue[0] as Uint8Array) : Buffer.concat(this.queue);
    this.queue = [];
    const gap = this.lost === 0 ? batch : Buffer.concat([this.gapNote(), batch]);
    try {
      await this.file.appendLater(gap);
      this.size -= batch.length;
      this.lost = 0;
      this.inTrouble = false;
      return true;
    } catch (error) {
      this.keep(batch, errorCode(error) ?? 'UNKNOWN');
      return false;
    }
  }

  /** A failed append left nothing behind, so the same bytes may be tried again with the next chunk. */
  private keep(batch: Uint8Array, code: string): void {
    this.queue.unshift(batch);
    if (this.size > KEPT) {
      this.lost += this.size;
      this.lostTo = code;
      this.queue = [];
      this.size = 0;
    }
    if (this.inTrouble) return;
    this.inTrouble = true;
    this.onTrouble({ code });
  }

  private gapNote(): Buffer {
    return Buffer.from(`\n[cooperate: ${this.lost} bytes of output are missing here: ${this.lostTo}]\n`);
  }
}
