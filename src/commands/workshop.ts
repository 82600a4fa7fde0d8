import { randomBytes } from 'node:crypto';
import type { Setting } from '../claim/book.js';
import { Claimer } from '../claim/claimer.js';
import { sharedGpus } from '../claim/gpus-shared.js';
import { following } from '../claim/follow.js';
import { Desk, type DeskOptions } from '../claim/desk.js';
import { DESK } from '../claim/names.js';
import type { Probes } from '../claim/peers.js';
import type { LostPolicy } from '../claim/lost-policy.js';
import { sidecarOf } from '../claim/sidecar.js';
import type { Measured } from '../doctor/schemas.js';
import { Failure } from '../failure.js';
import type { WorkerIdentity } from '../journal/records.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { CommandResult } from '../ports/command.js';
import type { FileSystem } from '../ports/fs.js';
import type { HostIdentity } from '../ports/host.js';
import type { guardedLock, Lock } from '../ports/lock.js';
import type { Screen } from '../ports/screen.js';
import type { Spawner } from '../ports/spawn.js';
import { ScheduleFile } from '../schedule/file.js';
import type { Dress } from '../worker/dress.js';
import type { Inside } from '../worker/failure-text.js';
import { Runner, type FailedEntry, type Slot } from '../worker/runner.js';
import { NO_RERUNS, type Reruns } from '../worker/attempts.js';
import { Limits, type LimitSettings } from '../worker/limits.js';
import { gpusOf } from '../worker/slots.js';
import { StopSwitch } from '../worker/stop.js';
import { Worker } from '../worker/worker.js';
import { measuredBeside } from './measured-beside.js';

/** The outside world as the commands get it. */
export interface Ports {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly screen: Screen;
  readonly probes: Probes;
  readonly lock: typeof guardedLock;
  identify(): Promise<HostIdentity>;
  /** Runs a command of the user's by the shell, without input, in this environment. */
  readonly shell: (
    command: string,
    timeoutMs: number,
    env: Readonly<NodeJS.ProcessEnv>,
  ) => Promise<CommandResult>;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly directory: string;
  readonly staleMs: number;
  /** How long a run that took too long has to end by itself. */
  readonly graceMs: number;
  readonly tell: Tell;
  /** Hands out the switch that signals act on. */
  onStop(stop: StopSwitch): void;
}

/** What of it is needed to change a schedule and run nothing. */
export type DeskPorts = Pick<
  Ports,
  'fs' | 'clock' | 'probes' | 'lock' | 'identify' | 'staleMs' | 'tell' | 'onStop'
>;

export interface RunSettings {
  readonly inherit: boolean;
  /** What the runs of each slot have besides the worker's environment; so many entries run at once. */
  readonly slots: readonly Slot['env'][];
  /** Instead of the worker's own. */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  readonly dress?: Dress | undefined;
  readonly inside?: Inside | undefined;
  /** Where signals act on already; without it one is made. */
  readonly stop?: StopSwitch;
  readonly timeoutMs?: number | undefined;
  onFailure(failed: FailedEntry): void;
}

/** Everything one worker needs on one schedule, put together. */
export interface Workshop {
  readonly file: ScheduleFile;
  readonly claimer: Claimer;
  /** One for each slot. */
  readonly runners: readonly Runner[];
  readonly stop: StopSwitch;
  readonly lock: Lock;
  readonly worker: string;
  readonly host: string;
}

/** Reads the schedule first: with an unusable one nothing is created. */
export async function openWorkshop(ports: Ports, path: string, settings: RunSettings): Promise<Workshop> {
  const file = new ScheduleFile(ports.fs, await realPath(ports.fs, path));
  const { text } = await file.look();
  if (text.loose.length > 0) ports.tell({ tell: 'loose', path });

  const host = await ports.identify();
  const identity = { ...host, worker: workerName(host) };
  const gpus = gpusOf(settings.slots);
  if (gpus !== undefined) await tellSharedGpus(ports, file.path, identity, gpus);
  const fs = followingFile(ports.fs, file);
  const measured = await measuredBeside(ports, file.path);
  const at = { ...ports, fs };
  const { worker, lock, desk: claimer } = seat(at, file, identity, measured, (o) => new Claimer(o), gpus);
  const stop = settings.stop ?? stopSwitch(ports);
  const { clock, spawner, screen, tell, directory, env, graceMs } = ports;
  const { slots, ...others } = settings;
  if (slots.length > 1) spawner.prepare?.(settings.env ?? env);
  const runners = slots.map(
    (own, number) =>
      new Runner({
        ...{ fs, clock, spawner, screen, tell, directory, env, graceMs, claimer, worker },
        schedule: file.path,
        host: identity.hostname,
        slot: { number, of: slots.length, env: own },
        ...others,
        stop,
      }),
  );
  return { file, claimer, runners, stop, lock, worker, host: identity.hostname };
}

export interface WorkSettings {
  /** Failures after which to stop; Infinity keeps going. */
  readonly maxFailures: number;
  readonly reruns?: Reruns;
  readonly limits?: LimitSettings;
  readonly requeueLost?: LostPolicy;
}

/** A worker on this schedule; unless told otherwise it runs each entry once, and all of them. */
export function workerIn(
  { claimer, runners, stop }: Pick<Workshop, 'claimer' | 'runners' | 'stop'>,
  { clock, tell }: Pick<Ports, 'clock' | 'tell'>,
  { maxFailures, reruns = NO_RERUNS, limits = {}, requeueLost = 'never' }: WorkSettings,
): Worker {
  return new Worker({
    ...{ claimer, runners, stop, clock, tell, maxFailures, reruns, requeueLost },
    limits: new Limits(limits, clock, tell),
    random: Math.random,
  });
}

/** What it takes to change a schedule that workers may be working on, and to run nothing. */
export interface OpenDesk {
  readonly file: ScheduleFile;
  readonly desk: Desk;
  /** Its first signal ends the wait for the lock. */
  readonly stop: StopSwitch;
  /** Leaves nothing of this process's behind but what it has changed. */
  readonly close: () => Promise<void>;
}

/** For a schedule that may not exist yet, or be none; nothing is created before it is needed. */
export async function openDesk(ports: DeskPorts, path: string): Promise<OpenDesk> {
  const file = new ScheduleFile(ports.fs, await futurePath(ports.fs, path));
  const identity = await ports.identify();
  const name = `${workerName(identity)}${DESK}`;
  const fs = followingFile(ports.fs, file);
  const measured = await measuredBeside(ports, file.path);
  const me = { ...identity, worker: name };
  const { desk, lock } = seat({ ...ports, fs }, file, me, measured, (options) => new Desk(options));
  const stop = stopSwitch(ports);
  return {
    file,
    desk,
    stop,
    close: () => leave(desk, lock, ports.tell),
  };
}

/** Whoever may work on the schedule may help with what belongs to it. */
function followingFile(fs: FileSystem, file: ScheduleFile): FileSystem {
  return following(fs, file.path, () => file.seen?.ownership);
}

/** What was changed is changed: trouble with leaving does not undo it. */
async function leave(desk: Desk, lock: Lock, tell: Tell): Promise<void> {
  try {
    await desk.close();
    await desk.leave();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell({ tell: 'left-early', entries: [], failure: error.detail });
  } finally {
    await lock.close();
  }
}

/** Nobody keeps workers from handing out the same GPUs; the later one says so. */
async function tellSharedGpus(
  { fs, probes, tell }: Ports,
  path: string,
  me: WorkerIdentity,
  gpus: string,
): Promise<void> {
  // Whatever keeps it from being seen is told by those who need to see it.
  const shared = await sharedGpus({ fs, probes, sidecar: sidecarOf(path), me }, gpus).catch(() => []);
  const [first] = shared;
  if (first) tell({ tell: 'gpus-shared', worker: first.worker, others: shared.length - 1, gpus: first.gpus });
}

/** A switch that signals act on. */
export function stopSwitch(ports: Pick<Ports, 'onStop'>): StopSwitch {
  const stop = new StopSwitch();
  ports.onStop(stop);
  return stop;
}

/** A process's place at a schedule: its lock, and what it does under it. */
function seat<T extends Desk>(
  { fs, clock, probes, tell, lock: makeLock, staleMs }: DeskPorts,
  file: ScheduleFile,
  identity: WorkerIdentity,
  measured: Measured,
  make: (options: DeskOptions) => T,
  gpus?: string,
) {
  const { worker } = identity;
  const sidecar = sidecarOf(file.path);
  const setting: Setting = { fs, clock, probes, identity, sidecar, gpus, measured };
  const lock = makeLock({
    ...{ fs, clock, worker, staleMs: Math.max(staleMs, measured.lockStaleMs ?? 0) },
    path: `${file.path}.lock`,
    nests: `${sidecar}/lock`,
    provenDead: async (other) => {
      const standing = await (await desk.book()).standing(other);
      return standing === 'dead' || standing === 'host-down';
    },
  });
  const desk = make({ setting, file, lock, tell });
  return { worker, lock, desk };
}

/** A missing file is reported by the read that follows, with the path as it was typed. */
async function realPath(fs: FileSystem, path: string): Promise<string> {
  return fs.realPath(path).catch(() => path);
}

/** All who name one schedule agree on its sidecar, also before it exists. */
async function futurePath(fs: FileSystem, path: string): Promise<string> {
  try {
    return await fs.realPath(path);
  } catch {
    const slash = path.lastIndexOf('/');
    const folder = await realPath(fs, slash < 0 ? '.' : path.slice(0, slash) || '/');
    return `${folder === '/' ? '' : folder}/${path.slice(slash + 1)}`;
  }
}

/** Unique, a legal file name without dots, and readable: host, pid, chance. */
function workerName({ hostname, pid }: HostIdentity): string {
  const host = (hostname.split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40) || 'host';
  return `${host}-${pid}-${randomBytes(3).toString('hex')}`;
}
