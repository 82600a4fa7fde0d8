/** What a worker has measured of itself, in milliseconds; undefined before the first measurement. */
export interface Pace {
  /** One claim, from wanting to having, waiting for the lock included. */
  readonly claimMs: number | undefined;
  /** One entry, from start to end. */
  readonly runMs: number | undefined;
  /** How many were claimed last time. */
  readonly lastBatch: number;
}

/** Of the time spent running, this much may go into claiming. */
const CLAIMING_SHARE = 0.03;
/** A measurement of a few entries says little about hundreds. */
const GROWTH = 4;
/** Nobody who comes later should wait much longer than this for what one worker holds. */
const LONGEST_HOLD_MS = 10_000;

/** For the last of what one worker holds, nobody waits as long as this in vain. */
const NO_WAIT_MS = 100;

/**
 * How many entries to claim at once: enough that the rewrite costs a few per cent of the running, and never more than
 * half a fair share of what is left (guided self-scheduling, Polychronopoulos and Kuck 1987), so that the tail stays
 * balanced, unless all of it takes but a moment. Entries of minutes are claimed one by one.
 */
export function batchSize({ claimMs, runMs, lastBatch }: Pace, pending: number, workers: number): number {
  if (claimMs === undefined || runMs === undefined) return 1;
  const run = Math.max(runMs, 0.01);
  const worthwhile = Math.ceil(claimMs / (CLAIMING_SHARE * run));
  const holdable = Math.floor(LONGEST_HOLD_MS / run);
  const moment = Math.min(Math.ceil(pending / workers), Math.floor(NO_WAIT_MS / run));
  const fair = Math.max(Math.ceil(pending / (2 * workers)), moment);
  return Math.max(1, Math.min(worthwhile, holdable, fair, GROWTH * lastBatch));
}

/** The newest measurement counts a third: quick to follow, not thrown by one outlier. */
export function smoothed(before: number | undefined, now: number): number {
  return before === undefined ? now : before + (now - before) / 3;
}
