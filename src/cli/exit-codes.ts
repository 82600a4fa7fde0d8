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

/** What they mean, for --help and the man page. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.done, 'done, nothing failed'],
  [EXIT.entryFailed, 'an entry failed or was lost'],
  [EXIT.usage, 'usage or an unusable schedule'],
  [EXIT.filesystem, 'the filesystem or the lock'],
  ...Object.entries(EXIT.signal).map(([signal, code]) => [code, `ended by ${signal}`] as const),
];

/** Stands at the end of every --help. */
export const EXIT_CODES_HELP = `
Exit codes:
${EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`).join('\n')}`;

const OF_FAILURE: Record<FailureDetail['reason'], number> = {
  usage: EXIT.usage,
  'schedule-missing': EXIT.usage,
  'schedule-is-directory': EXIT.usage,
  'schedule-unusable': EXIT.usage,
  'entry-unknown': EXIT.usage,
  'entry-running': EXIT.usage,
  'sidecar-damaged': EXIT.filesystem,
  'not-permitted': EXIT.filesystem,
  filesystem: EXIT.filesystem,
};

export function exitCodeOf({ reason }: FailureDetail): number {
  return OF_FAILURE[reason];
}
