import type { Clock } from '../ports/clock.js';
import type { Snapshot } from '../survey/types.js';
import { LogReader, type LogLines } from './log-lines.js';

/** What one run has printed, from a byte on; a negative one counts from the end; undefined where nothing is kept of it. */
export type ReadLog = (
  snapshot: Snapshot,
  entry: number,
  attempt: number,
  from: number,
) => Promise<LogPiece | undefined>;

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
/** A log that is not there may come. */
const MISSING_PAUSE_MS = 2000;

/** Reads the end of a log, and what comes, until the run is over or `signal` is aborted. */
export async function followLog(
  clock: Clock,
  read: (from: number) => Promise<LogPiece | undefined>,
  signal: AbortSignal,
  show: (log: LogLines | undefined) => void,
): Promise<void> {
  let reader: LogReader | undefined;
  let shownTo = -1;
  const isOver = (): boolean => signal.aborted;
  for (let from = -TAIL_BYTES; !isOver();) {
    const piece = await read(from);
    if (isOver()) return;
    if (!piece) {
      show(undefined);
      await clock.wait(MISSING_PAUSE_MS, signal);
      continue;
    }
    reader ??= new LogReader(piece.from === 0);
    reader.push(piece.bytes);
    from = piece.from + piece.bytes.length;
    // What comes in many pieces is shown when all that is there was read.
    const isAll = piece.ended || piece.bytes.length === 0;
    if (shownTo < 0 || (isAll && shownTo < from) || piece.ended) show(reader.view(piece.ended));
    if (shownTo < 0 || isAll) shownTo = from;
    if (piece.ended) return;
    if (isAll) await clock.wait(PAUSE_MS, signal);
  }
}
