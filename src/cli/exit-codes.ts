import type { FailureDetail } from '../failure.js';

export const EXIT = {
  done: 0,
  entryFailed: 1,
  usage: 2,
  filesystem: 3,
  signal: { SIGHUP: 129, SIGINT: 130, SIGUSR1: 138, SIGTERM: 143 },
} as const;

export type StopSignal = keyof typeof EXIT.signal;

export const STOP_SIGNALS = Object.keys(EXIT.signal) as readonly StopSignal[];

/** Stands at the end of every --help. */
export const EXIT_CODES_HELP = `
Exit codes: 0 done, nothing failed; 1 an entry failed or was lost; 2 usage or an unusable schedule;
3 the filesystem or the lock; 129, 130, 138 and 143 for SIGHUP, SIGINT, SIGUSR1 and SIGTERM.`;

const OF_FAILURE: Record<FailureDetail['reason'], number> = {
  usage: EXIT.usage,
  'schedule-missing': EXIT.usage,
  'schedule-is-directory': EXIT.usage,
  'schedule-unusable': EXIT.usage,
  'entry-unknown': EXIT.usage,
  'entry-running': EXIT.usage,
  'sidecar-damaged': EXIT.filesystem,
  filesystem: EXIT.filesystem,
};

export function exitCodeOf({ reason }: FailureDetail): number {
  return OF_FAILURE[reason];
}
