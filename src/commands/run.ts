import { isDesk } from '../claim/names.js';
import type { Findings, LostRun } from '../claim/recover.js';
import type { LostPolicy } from '../claim/lost-policy.js';
import { Failure } from '../failure.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import type { FailedEntry } from '../worker/runner.js';
import type { Reruns } from '../worker/attempts.js';
import { Hooks, type HookCommands } from '../worker/hooks.js';
import type { LimitSettings } from '../worker/limits.js';
import { statusText } from '../worker/status-line.js';
import type { WorkResult } from '../worker/worker-options.js';
import type { Worker } from '../worker/worker.js';
import { postfixFor, type AskPostfix } from '../worker/persistent.js';
import { prepareHost, settingsOf, type HostPorts, type HostWishes } from './host.js';
import { openWorkshop, stopSwitch, workerIn, type Ports, type Workshop } from './workshop.js';

export interface RunRequest {
  readonly schedule: string;
  /** Infinity: keep going. */
  readonly maxFailures: number;
  readonly inherit: boolean;
  readonly persistent: boolean;
  /** Given on the command line instead of asked for. */
  readonly postfix: string | undefined;
  /** How many more runs a failed entry gets. */
  readonly retries: number;
  readonly limits: LimitSettings;
  /** What it puts back by itself. */
  readonly requeueLost: LostPolicy;
  readonly host: HostWishes;
  readonly hooks: HookCommands;
  /** Milliseconds that a run may take. */
  readonly timeoutMs: number | undefined;
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
  /** How many the schedule has. */
  readonly entries: number;
}

/** Told to stop before anything was claimed. */
const NOTHING_DONE: RunReport = {
  ...{ ended: 0, failures: 0, completed: false, lost: [], working: 0, suspect: [], unreadable: 0, entries: 0 },
};

/** Works the schedule off. `onFailure` is told of each failed entry as it happens. */
export async function run(
  ports: Ports,
  hostPorts: HostPorts,
  request: RunRequest,
  ask: AskPostfix,
  onFailure: (failed: FailedEntry) => void,
): Promise<RunReport> {
  const { inherit, timeoutMs, maxFailures } = request;
  const stop = stopSwitch(ports);
  const signal = stop.draining;
  const host = await prepareHost(ports, hostPorts, request.schedule, request.host, { inherit, signal });
  if (!host) return NOTHING_DONE;
  for (const fact of host.facts) ports.tell({ tell: 'fact', text: fact });
  const workshop = await openWorkshop(ports, request.schedule, {
    ...{ ...settingsOf(host), inherit, timeoutMs, stop },
    onFailure: (failed) => {
      onFailure(failed);
      hooks.failed(failed);
    },
  });
  const hooks = hooksOf(ports, workshop, request.hooks, host.env);
  const reruns = await rerunsOf(ports, request, ask);
  const { limits, requeueLost } = request;
  const worker = workerIn(workshop, ports, { maxFailures, reruns, limits, requeueLost });
  const timeIsUp = endInTime(workshop, request.limits.timeMs);
  ports.screen.status(() => statusOf(workshop, worker, ports.clock.monotonic()));
  try {
    const made = report(workshop, await worker.work());
    const isLast = request.hooks.onFinish !== undefined && (await isAllDone(workshop));
    await hooks.finished({ ...made, lost: made.lost.length, isLast });
    return made;
  } finally {
    clearTimeout(timeIsUp);
    ports.screen.status(undefined);
    for (const runner of workshop.runners) await runner.close();
    await workshop.lock.close();
  }
}

/** A hook that takes longer is left behind. */
const LONGEST_HOOK_MS = 60_000;

function hooksOf(
  { tell, shell }: Ports,
  { file, worker, host }: Workshop,
  commands: HookCommands,
  base: Readonly<NodeJS.ProcessEnv>,
): Hooks {
  const facts = { COOPERATE_SCHEDULE: file.path, COOPERATE_WORKER: worker, COOPERATE_HOST: host };
  return new Hooks({
    ...commands,
    tell,
    facts,
    shell: (command, env) => shell(command, LONGEST_HOOK_MS, { ...base, ...env }),
  });
}

/** Asked when this worker has left: of two that leave at once, one at least finds nobody. */
async function isAllDone({ file, claimer }: Workshop): Promise<boolean> {
  try {
    const { text } = await file.look();
    const others = await claimer.inSidecar(({ peers }) => peers.others());
    return text.pending === 0 && others.every(isDesk);
  } catch (error) {
    // It cannot be seen, and has been told already.
    if (error instanceof Failure) return false;
    throw error;
  }
}

/** With --persistent until it succeeds. */
async function rerunsOf(ports: Ports, request: RunRequest, ask: AskPostfix): Promise<Reruns> {
  if (!request.persistent) return { retries: request.retries, appended: [] };
  const { fs, directory } = ports;
  return { retries: Infinity, appended: await postfixFor({ fs, directory, given: request.postfix, ask }) };
}

/** Timers cannot be set for longer than this. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What still runs when the time is up is told to end, and put back. */
function endInTime({ stop }: Workshop, timeMs: number | undefined): NodeJS.Timeout | undefined {
  if (timeMs === undefined || timeMs > LONGEST_TIMER_MS) return undefined;
  return setTimeout(() => {
    stop.expire();
  }, timeMs).unref();
}

function report({ file }: Workshop, { ended, failed, findings }: WorkResult): RunReport {
  const none: Findings = {
    ...{ offered: 0, lost: [], suspected: [], unsure: 0 },
    ...{ working: 0, running: 0, suspect: [], unreadable: 0 },
  };
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
    entries: text?.count ?? 0,
  };
}

function statusOf({ file }: Workshop, worker: Worker, now: number): string {
  const { held, failed, running, runMs, workers } = worker.progress;
  const { count = 0, pending = 0 } = file.seen?.text ?? {};
  const left = pending + held + running.length;
  const oldest = running[0];
  return statusText({
    done: count - left,
    total: count,
    failed,
    workers,
    running: oldest && {
      command: commandLine(oldest.claim.argv),
      sinceMs: now - oldest.since,
      others: running.length - 1,
    },
    etaMs: runMs === undefined ? undefined : (left * runMs) / workers,
  });
}
