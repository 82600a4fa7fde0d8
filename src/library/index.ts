/**
 * Looks at schedules of cooperate and steers them from a program: what the command line shows and does, as data. Prints
 * nothing, handles no signals and never ends the process.
 *
 * @packageDocumentation
 */
export type { FailureDetail, Place } from '../failure.js';
export { CooperateError } from './error.js';
export { openSchedule } from './open.js';
export type {
  Added,
  AddOptions,
  Cancellable,
  Entry,
  LogOptions,
  Requeued,
  RequeueFilter,
  RequeueOptions,
  Run,
  RunEnd,
  Schedule,
  Snapshot,
  StateName,
  Stopped,
  StopOptions,
  Totals,
  WatchOptions,
  Worker,
} from './types.js';
