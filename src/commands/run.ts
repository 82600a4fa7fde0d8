import type { Findings, LostRun } from '../claim/recover.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import type { FailedEntry } from '../worker/runner.js';
import { statusText } from '../worker/status-line.js';
import { Worker, type WorkResult } from '../worker/worker.js';
import { postfixFor, type AskPostfix } from '../worker/persistent.js';
import { openWorkshop, type Ports, type Workshop } from './workshop.js';

export interface RunRequest {
  readonly schedule: string;
  /** Infinity: keep going. */
  readonly maxFailures: number;
  readonly inherit: boolean;
  readonly persistent: boolean;
  /** Given on the command line instead of asked for. */
  readonly postfix: string | undefined;
}

export interface RunReport {
  readonly ended: number;
  readonly failures: number;
  /** False when it stopped before nothing was pending. */
  readonly completed: boolean;
  readonly lost: readonly (LostRun & { readonly command: string | undefined })[];
  /** Other workers still at work. */
  readonly working: number;
  readonly suspect: readonly string[];
  readonly unreadable: number;
}

/** Works the schedule off. `onFailure` is told of each failed entry as it happens. */
export async function run(
  ports: Ports,
  request: RunRequest,
  ask: AskPostfix,
  onFailure: (failed: FailedEntry) => void,
): Promise<RunReport> {
  const workshop = await openWorkshop(ports, request.schedule, { inherit: request.inherit, onFailure });
  const persistent = request.persistent
    ? await postfixFor({ fs: ports.fs, directory: ports.directory, given: request.postfix, ask })
    : undefined;
  const worker = new Worker({
    claimer: workshop.claimer,
    runner: workshop.runner,
    stop: workshop.stop,
    clock: ports.clock,
    tell: ports.tell,
    maxFailures: request.maxFailures,
    persistent,
  });
  ports.screen.status(() => statusOf(workshop, worker, ports.clock.monotonic()));
  try {
    return report(workshop, await worker.work());
  } finally {
    ports.screen.status(undefined);
    await workshop.runner.close();
    await workshop.lock.close();
  }
}

function report({ file }: Workshop, { ended, failed, findings }: WorkResult): RunReport {
  const none: Findings = { offered: 0, lost: [], working: 0, running: 0, suspect: [], unreadable: 0 };
  const { lost, working, suspect, unreadable } = findings ?? none;
  const text = file.seen?.text;
  return {
    ended,
    failures: failed,
    completed: findings !== undefined && findings.offered === 0,
    lost: lost.map((run) => ({
      ...run,
      command:
        text && run.entry !== undefined && run.entry < text.count
          ? commandLine(argvOf(text, run.entry))
          : undefined,
    })),
    working,
    suspect,
    unreadable,
  };
}

function statusOf({ file }: Workshop, worker: Worker, now: number): string {
  const { held, failed, current, runMs, workers } = worker.progress;
  const { count = 0, pending = 0 } = file.seen?.text ?? {};
  const left = pending + held + (current ? 1 : 0);
  return statusText({
    done: count - left,
    total: count,
    failed,
    workers,
    running: current && { command: commandLine(current.claim.argv), sinceMs: now - current.since },
    etaMs: runMs === undefined ? undefined : (left * runMs) / workers,
  });
}
