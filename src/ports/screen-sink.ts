import { fstatSync } from 'node:fs';
import { errorCode } from './fs.js';
import type { Cursor } from './screen-cursor.js';

/** What is needed of process.stdout and process.stderr. */
export interface OutputTarget extends NodeJS.EventEmitter {
  readonly fd?: number;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(bytes: Uint8Array | string, taken: (error?: Error | null) => void): boolean;
}

/** The reader is gone, or the terminal closed; other errors, such as a full disk, may pass. */
const FINAL = new Set([
  'EPIPE',
  'EIO',
  'EBADF',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

export class Sink {
  private gone = false;

  constructor(
    private readonly target: OutputTarget,
    readonly cursor: Cursor,
  ) {
    // Without a listener an error here would end the worker; the callback of the write gets it too.
    target.on('error', () => undefined);
  }

  write(bytes: Uint8Array | string): void | Promise<void> {
    if (this.gone) return;
    let resume: (() => void) | undefined;
    const taken = (error?: Error | null): void => {
      if (error && FINAL.has(errorCode(error) ?? '')) this.gone = true;
      resume?.();
    };
    if (this.target.write(bytes, taken)) return;
    return new Promise((resolve) => (resume = resolve));
  }

  flushed(): Promise<void> {
    if (this.gone) return Promise.resolve();
    return new Promise((resolve) => this.target.write('', () => resolve()));
  }
}

/** Whether what is written to one shows up in the other: one terminal, one file, one pipe. */
export function sameSink(a: OutputTarget, b: OutputTarget): boolean {
  // A terminal has several names (/dev/tty, /dev/pts/3) and hence several inodes.
  if (a.isTTY === true && b.isTTY === true) return true;
  if (a.fd === undefined || b.fd === undefined) return false;
  try {
    const [x, y] = [fstatSync(a.fd, { bigint: true }), fstatSync(b.fd, { bigint: true })];
    return x.dev === y.dev && x.ino === y.ino;
  } catch {
    return false;
  }
}
