import type { Check, Findings } from './findings.js';
import { judgeLags } from './judge-lags.js';
import { judgeHosts } from './judge-mounts.js';
import { judgeOperations } from './judge-operations.js';
import { judgeRaces } from './judge-races.js';
import type { Measured } from './schemas.js';

export interface Judgement {
  readonly verdict: 'good' | 'good-with-settings' | 'do-not-use';
  /** Why not. */
  readonly reasons: readonly string[];
  readonly checks: readonly Check[];
  readonly settings: Measured;
}

/** From what was measured to what it means; pure. */
export function judge(findings: Findings): Judgement {
  const lags = judgeLags(findings);
  const checks = [
    ...judgeHosts(findings),
    ...judgeRaces(findings),
    ...judgeOperations(findings),
    ...lags.checks,
    ...judgeLock(findings),
  ];
  const reasons = checks.filter(({ grade }) => grade === 'bad').map(({ what, result }) => `${what}: ${result}`);
  const settings = { ...(linksHold(findings) ? {} : { cells: 'folder' as const }), ...lags.settings };
  const isUsual = Object.keys(settings).length === 0;
  const verdict = reasons.length > 0 ? 'do-not-use' : isUsual ? 'good' : 'good-with-settings';
  return { verdict, reasons, checks, settings };
}

/** Whether a cell can be a hard link. */
function linksHold({ operations, races }: Findings): boolean {
  return operations.link === 'ok' && (races.link?.twoWinners ?? 0) === 0;
}

const LIVE = {
  kept: { result: 'stays with its holder', means: 'rewrites stay apart', grade: 'good' },
  robbed: { result: 'was taken away', means: 'signs of life do not arrive', grade: 'bad' },
  busy: { result: 'not told', means: 'this host was too busy; try again', grade: 'note' },
} as const;

function judgeLock({ lock: { live, takenOverMs, staleMs } }: Findings): Check[] {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const dead = { id: 'lock-dead', what: 'lock of a dead holder' };
  return [
    { id: 'lock-live', what: 'lock of a live holder', ...LIVE[live] },
    takenOverMs === null
      ? { ...dead, result: 'is never free again', means: 'workers would wait for ever', grade: 'bad' }
      : {
          ...dead,
          result: `taken over after ${seconds(takenOverMs)}; due after ${seconds(staleMs)}`,
          means: 'a crash does not stop the others',
          grade: 'good',
        },
  ];
}
