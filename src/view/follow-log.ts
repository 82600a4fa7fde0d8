import type { Clock } from '../ports/clock.js';
import { LogReader, type LogLines } from './log-lines.js';

/** What one run has printed, from a byte on; a negative one counts from the end. */
export type ReadLog = (entry: number, attempt: number, from: number) => Promise<LogPiece>;

export interface LogPiece {
  readonly bytes: Buffer;
  /** Where they stand in what the run printed. */
  readonly from: number;
  /** Nothing will come after them. */
  readonly ended: boolean;
}

/** More than anybody scrolls through here. */
const TAIL_BYTES = 1 << 20;
const PAUSE_MS = 500;

/** Reads the end of a log, and what comes, until the run is over or `signal` is aborted. */
export async function followLog(
  clock: Clock,
  readLog: ReadLog,
  entry: number,
  attempt: number,
  signal: AbortSignal,
  show: (log: LogLines) => void,
): Promise<void> {
  let piece = await readLog(entry, attempt, -TAIL_BYTES);
  const reader = new LogReader(piece.from === 0);
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    reader.push(piece.bytes);
    if (isFirst || piece.ended || piece.bytes.length > 0) show(reader.view(piece.ended));
    if (piece.ended) return;
    if (piece.bytes.length === 0 || isFirst) await clock.wait(PAUSE_MS, signal);
    if (!signal.aborted) piece = await readLog(entry, attempt, piece.from + piece.bytes.length);
  }
}
