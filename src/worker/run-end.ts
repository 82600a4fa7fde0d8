import type { EndRecord } from '../journal/records.js';
import type { RunEnd } from '../ports/spawn.js';

interface EndFacts {
  readonly claim: string;
  readonly entry: number;
  readonly at: Date;
  readonly took: number;
  readonly timedOut: boolean;
}

/** How a run ended, as its journal says. */
export function endRecord(end: RunEnd, { claim, entry, at, took, timedOut }: EndFacts): EndRecord {
  const facts = { t: 'end' as const, claim, entry, at: at.toISOString(), took: Math.round(took * 1000) / 1000 };
  switch (end.is) {
    case 'exited':
      // Read as a success by everybody.
      return timedOut && end.code === 0 ? facts : { ...facts, code: end.code };
    case 'killed':
      return { ...facts, signal: end.signal };
    case 'unstartable':
      return { ...facts, unstartable: end.problem };
  }
}

/** What it had of them, as its variable says. */
export function gpusOf(env: Readonly<NodeJS.ProcessEnv>): string | undefined {
  return env['CUDA_VISIBLE_DEVICES'] ?? env['ROCR_VISIBLE_DEVICES'];
}

const STOPPING: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'];
/** 128 + 15: as a shell tells it. */
const STOPPING_CODE = 143;

/** Whether it ended as one does that was told to. */
export function looksSignalled(end: RunEnd): boolean {
  return end.is === 'killed'
    ? STOPPING.includes(end.signal)
    : end.is === 'exited' && end.code === STOPPING_CODE;
}
