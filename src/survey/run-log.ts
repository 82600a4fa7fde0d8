import { folders, logOf, type Epoch } from '../claim/sidecar.js';
import { Failure } from '../failure.js';
import { journalPath } from '../journal/appended.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { Run, Snapshot } from './types.js';

/** A part of a run's output. */
export interface LogPiece {
  /** None when there is nothing new. */
  readonly bytes: Buffer;
  /** Where the next piece begins, counted from the beginning of the run's output. */
  readonly next: number;
  /** That was all: the run has ended, or its worker is gone, and nothing is left to read. */
  readonly isOver: boolean;
  /** As it is known by now. */
  readonly run: Run;
}

/** What of a snapshot says where a log is and whether somebody still writes it. */
export type LogBook = Pick<Snapshot, 'epoch' | 'workers' | 'readOn'>;

/** One read moves so much. */
export const BLOCK = 256 << 10;
/** A single line is looked for no further back. */
const LONGEST_LINE = 64 << 20;
const NEWLINE = 0x0a;

/** The file that holds a run's output, among that of others. */
export function logPath(epoch: Epoch, run: Run): string {
  return logOf(epoch, run.worker, run.slot);
}

/**
 * The next bytes of a run's output from byte `offset` on (0 is where the run began), `most` at most. To follow a run, ask
 * again with `next` and a newer snapshot until `isOver`; each call opens and reads anew, as network mounts demand. Its
 * worker goes on with another entry in the same file, so an end that is not known is asked for behind the bytes.
 * Undefined: the run kept no log, or its file is not there any more.
 */
export async function readLog(
  fs: FileSystem,
  book: LogBook,
  run: Run,
  offset: number,
  most = BLOCK,
): Promise<LogPiece | undefined> {
  const { epoch, workers } = book;
  if (!epoch || !run.log) return undefined;
  const [from, to = Infinity] = run.log;
  const wanted = Math.min(most, to - from - offset);
  const read = wanted > 0 ? await part(fs, logPath(epoch, run), from + offset, wanted) : Buffer.alloc(0);
  if (!read) return undefined;
  const now = await settled(book, run);
  const end = now.log?.[1];
  const bytes = end === undefined ? read : read.subarray(0, Math.max(0, end - from - offset));
  const next = offset + bytes.length;
  const isWritten = now.end !== undefined || isWithoutWriter(workers, run);
  const isOver = end === undefined ? bytes.length < wanted && isWritten : next >= end - from;
  return { bytes, next, isOver, run: now };
}

/** With the end that has come since. */
async function settled(book: LogBook, run: Run): Promise<Run> {
  if (!book.epoch || run.end !== undefined || run.log?.[1] !== undefined) return run;
  try {
    return await book.readOn(run);
  } catch (error) {
    // Of a deleted history nothing more will be known.
    if (isGone(error)) return run;
    throw unreadable('journal', journalPath(folders.journals(book.epoch), run.worker), error);
  }
}

/** Whether the file is there, by opening it. */
export async function hasLog(fs: FileSystem, path: string): Promise<boolean> {
  return (await part(fs, path, 0, 1)) !== undefined;
}

/** How many bytes a run has printed, as far as they are in its log; undefined without a log. */
export async function loggedBytes(fs: FileSystem, book: LogBook, run: Run): Promise<number | undefined> {
  if (!book.epoch || !run.log) return undefined;
  const size = await sizeOf(fs, logPath(book.epoch, run));
  if (size === undefined) return undefined;
  const [from, to = Infinity] = (await settled(book, run)).log ?? run.log;
  return Math.max(0, Math.min(size, to) - from);
}

async function sizeOf(fs: FileSystem, path: string): Promise<number | undefined> {
  try {
    return Number((await fs.fingerprint(path)).size);
  } catch (error) {
    if (!isGone(error)) throw unreadable('log', path, error);
    return undefined;
  }
}

/**
 * Where the last `lines` lines of a run's output begin, for `readLog`. Reads backwards from the end, so that it costs as
 * much as is shown, however long the log is.
 */
export async function tailStart(fs: FileSystem, book: LogBook, run: Run, lines: number): Promise<number> {
  const end = (await loggedBytes(fs, book, run)) ?? 0;
  if (!book.epoch || !run.log || lines <= 0) return end;
  const path = logPath(book.epoch, run);
  let missing = lines;
  let line = end;
  // The last byte may end the last line, and begins none.
  let searched = end - 1;
  while (searched > 0 && line - searched < LONGEST_LINE) {
    const from = Math.max(0, searched - BLOCK);
    const bytes = (await part(fs, path, run.log[0] + from, searched - from)) ?? Buffer.alloc(0);
    for (let at = lastNewline(bytes, bytes.length); at >= 0; at = lastNewline(bytes, at)) {
      line = from + at + 1;
      if (--missing === 0) return line;
    }
    searched = from;
  }
  return Math.max(0, searched);
}

/** The last line end before index `end`. */
function lastNewline(bytes: Buffer, end: number): number {
  return end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
}

async function part(fs: FileSystem, path: string, from: number, length: number): Promise<Buffer | undefined> {
  try {
    return await fs.readFrom(path, from, length);
  } catch (error) {
    if (!isGone(error)) throw unreadable('log', path, error);
    return undefined;
  }
}

/** ESTALE: it was deleted between two reads. */
function isGone(error: unknown): boolean {
  return ['ENOENT', 'ESTALE'].includes(errorCode(error) ?? '');
}

function unreadable(what: string, path: string, error: unknown): Failure {
  const code = errorCode(error) ?? 'unknown';
  return new Failure({ reason: 'filesystem', code, operation: `read the ${what}`, path }, { cause: error });
}

/** Nobody will write more of it, though no end was recorded. */
function isWithoutWriter(workers: Snapshot['workers'], { worker }: Run): boolean {
  const facts = workers.find((one) => one.worker === worker);
  return facts === undefined || facts.standing === 'gone';
}
