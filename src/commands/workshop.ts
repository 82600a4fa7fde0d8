import { randomBytes } from 'node:crypto';
import type { Setting } from '../claim/book.js';
import { Claimer } from '../claim/claimer.js';
import type { Probes } from '../claim/peers.js';
import { sidecarOf } from '../claim/sidecar.js';
import type { WorkerIdentity } from '../journal/records.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/fs.js';
import type { HostIdentity } from '../ports/host.js';
import type { guardedLock, Lock } from '../ports/lock.js';
import type { Screen } from '../ports/screen.js';
import type { Spawner } from '../ports/spawn.js';
import { ScheduleFile } from '../schedule/file.js';
import { Runner, type FailedEntry } from '../worker/runner.js';
import { StopSwitch } from '../worker/stop.js';

/** The outside world as the commands get it. */
export interface Ports {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly screen: Screen;
  readonly probes: Probes;
  readonly lock: typeof guardedLock;
  identify(): Promise<HostIdentity>;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly directory: string;
  readonly staleMs: number;
  readonly tell: Tell;
  /** Hands out the switch that signals act on. */
  onStop(stop: StopSwitch): void;
}

export interface RunSettings {
  readonly inherit: boolean;
  onFailure(failed: FailedEntry): void;
}

/** Everything one worker needs on one schedule, put together. */
export interface Workshop {
  readonly file: ScheduleFile;
  readonly claimer: Claimer;
  readonly runner: Runner;
  readonly stop: StopSwitch;
  readonly lock: Lock;
}

/** Reads the schedule first: with an unusable one nothing is created. */
export async function openWorkshop(ports: Ports, path: string, settings: RunSettings): Promise<Workshop> {
  const file = new ScheduleFile(ports.fs, await realPath(ports.fs, path));
  const { text } = await file.look();
  if (text.loose.length > 0) ports.tell({ tell: 'loose', path });

  const host = await ports.identify();
  const identity: WorkerIdentity = { worker: workerName(host), ...host };
  const { worker } = identity;
  const sidecar = sidecarOf(file.path);
  const setting: Setting = { fs: ports.fs, clock: ports.clock, probes: ports.probes, identity, sidecar };
  const lock = ports.lock({
    fs: ports.fs,
    clock: ports.clock,
    path: `${file.path}.lock`,
    nests: `${sidecar}/lock`,
    worker,
    staleMs: ports.staleMs,
    provenDead: async (other) => {
      const standing = await (await claimer.book()).standing(other);
      return standing === 'dead' || standing === 'host-down';
    },
  });
  const claimer = new Claimer({ setting, file, lock, tell: ports.tell });
  const stop = new StopSwitch();
  ports.onStop(stop);
  const { fs, clock, spawner, screen, tell, directory, env } = ports;
  const runner = new Runner({
    ...{ fs, clock, spawner, screen, tell, directory, env, claimer, stop, worker },
    schedule: file.path,
    host: host.hostname,
    ...settings,
  });
  return { file, claimer, runner, stop, lock };
}

/** A missing file is reported by the read that follows, with the path as it was typed. */
async function realPath(fs: FileSystem, path: string): Promise<string> {
  return fs.realPath(path).catch(() => path);
}

/** Unique, a legal file name without dots, and readable: host, pid, chance. */
function workerName({ hostname, pid }: HostIdentity): string {
  const host = (hostname.split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40) || 'host';
  return `${host}-${pid}-${randomBytes(3).toString('hex')}`;
}
