import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { mountOf } from '../doctor/mount.js';
import type { HostFacts } from '../doctor/schemas.js';
import { Failure } from '../failure.js';
import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { TrialFiles } from '../ports/fs-trial.js';
import type { HostIdentity } from '../ports/host.js';
import type { guardedLock } from '../ports/lock.js';

/** The outside world as a doctor gets it. */
export interface DoctorPorts {
  readonly fs: FileSystem;
  readonly trials: TrialFiles;
  readonly clock: Clock;
  readonly lock: typeof guardedLock;
  identify(): Promise<HostIdentity>;
  processStart(pid: number): Promise<string | undefined>;
  /** Says what is going on to whoever waits. */
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** One who takes part, under a name of its own. */
export interface Part extends Pick<DoctorPorts, 'fs' | 'trials' | 'clock'> {
  readonly me: string;
  readonly identity: HostIdentity;
  readonly facts: HostFacts;
}

export async function partOf(ports: DoctorPorts): Promise<Part> {
  const { fs, trials, clock } = ports;
  const identity = await ports.identify();
  const host = (identity.hostname.split('.')[0] ?? '').replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 40) || 'host';
  const me = `${host}-${identity.pid}-${randomBytes(3).toString('hex')}`;
  return { fs, trials, clock, me, identity, facts: { host: identity.hostname.slice(0, 200) } };
}

/** What this host says of the folder; what it does not say is left out. */
export async function hostFacts(ports: DoctorPorts, folder: string): Promise<HostFacts> {
  const { fs, trials } = ports;
  const { hostname } = await ports.identify();
  const mount = await mountOf(fs, folder);
  const space = await trials.space(folder).catch((error: unknown) => {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  });
  return { host: hostname.slice(0, 200), ...(mount && { mount }), ...(space && { space }) };
}

/** Undefined when the folder of the tests is gone: the one who called has left. */
export async function whenGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const code =
      error instanceof Failure && error.detail.reason === 'filesystem' ? error.detail.code : errorCode(error);
    if (code === 'ENOENT' || code === 'ESTALE') return undefined;
    throw error;
  }
}

/** An error of the filesystem as a failure; anything else as it is. */
export function asFailure(error: unknown, path: string, operation = 'test the filesystem'): unknown {
  const code = errorCode(error);
  if (error instanceof Failure || code === undefined) return error;
  return new Failure({ reason: 'filesystem', code, operation, path }, { cause: error });
}

/** Of a schedule, the folder that it really lies in. */
export async function folderAt(fs: FileSystem, path: string): Promise<string> {
  try {
    const real = await fs.realPath(path);
    return (await fs.list(real).then(
      () => true,
      (error: unknown) => {
        if (errorCode(error) !== 'ENOTDIR') throw error;
        return false;
      },
    ))
      ? real
      : dirname(real);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw asFailure(error, path, 'look into the folder');
    const remedy = 'Name a folder that exists, or a schedule in it.';
    throw new Failure({ reason: 'usage', problem: `There is no folder ${path}.`, remedy }, { cause: error });
  }
}
