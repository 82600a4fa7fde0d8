import { formatDuration } from './duration.js';

/** What the status line tells; the terminal cuts it to its width. */
export interface StatusFacts {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  /** Workers on this schedule, this one included. */
  readonly workers: number;
  /** The one that has been running longest, for `sinceMs`, and how many others run beside it. */
  readonly running: { readonly command: string; readonly sinceMs: number; readonly others: number } | undefined;
  readonly etaMs: number | undefined;
}

/** Such as `[12/60] 1 failed · ETA 3m12s · python main.py --lr 0.1 (1m02s)`: what matters most comes first. */
export function statusText({ done, total, failed, workers, running, etaMs }: StatusFacts): string {
  const parts = [
    failed > 0 ? `${failed} failed` : '',
    workers > 1 ? `${workers} workers` : '',
    etaMs === undefined ? '' : `ETA ${formatDuration(etaMs)}`,
    running === undefined || running.others === 0 ? '' : `${running.others + 1} running`,
    running === undefined ? '' : `${running.command} (${formatDuration(running.sinceMs)})`,
  ];
  return `[${done}/${total}] ${parts.filter((part) => part !== '').join(' · ')}`.trimEnd();
}
