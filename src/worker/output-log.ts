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
  private from: number;
  /** Bytes kept of the runs before this one; they go in ahead of its own. */
  private ahead = 0;
  /** What is lost is lost of the runs before this one alone. */
  private lostBefore = false;

  constructor(
    private readonly file: AppendFile,
    private readonly onTrouble: (trouble: LogTrouble) => void,
  ) {
    this.from = file.size;
  }

  /** The next run begins. */
  begin(): void {
    this.from = this.file.size;
    this.ahead = this.size;
    this.lostBefore = this.lost > 0;
  }

  /** Where this run's bytes are in the file; what cannot be written yet is left out. */
  get range(): [from: number, to: number] {
    return [this.from, this.file.size];
  }

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
    const at = this.file.size;
    try {
      await this.file.appendLater(gap);
      this.size -= batch.length;
      this.moveStart(at, gap.length - batch.length, batch.length);
      this.lost = 0;
      this.inTrouble = false;
      return true;
    } catch (error) {
      this.keep(batch, errorCode(error) ?? 'UNKNOWN');
      return false;
    }
  }

  /** A batch went in at `at`, behind the note of a gap. */
  private moveStart(at: number, note: number, length: number): void {
    const ahead = Math.min(this.ahead, length);
    if (ahead > 0 || this.lostBefore) this.from = at + note + ahead;
    this.ahead -= ahead;
    this.lostBefore = false;
  }

  /** A failed append left nothing behind, so the same bytes may be tried again with the next chunk. */
  private keep(batch: Uint8Array, code: string): void {
    this.queue.unshift(batch);
    if (this.size > KEPT) {
      this.lostBefore = this.size === this.ahead && (this.lostBefore || this.lost === 0);
      this.ahead = 0;
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
