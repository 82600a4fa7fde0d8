import type { Probes } from '../claim/peers.js';
import { Failure } from '../failure.js';
import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { HostIdentity } from '../ports/host.js';
import { Survey } from '../survey/survey.js';
import type { Snapshot } from '../survey/types.js';

/** What it takes to look at a schedule and change nothing. */
export interface LookPorts {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly probes: Probes;
  identify(): Promise<HostIdentity>;
}

/** Looks at one schedule, again and again. */
export interface Looking extends Pick<LookPorts, 'fs' | 'clock'> {
  look(): Promise<Snapshot>;
}

/** `path` as it was typed; failures name it so. */
export async function lookingAt(ports: LookPorts, path: string): Promise<Looking> {
  const { fs, clock, probes } = ports;
  const host = await ports.identify();
  // A missing file is told by the read that follows.
  const schedule = await fs.realPath(path).catch(() => path);
  const identity = { ...host, worker: `look-${host.hostname.split('.')[0] ?? ''}-${host.pid}` };
  const survey = new Survey({ fs, clock, probes, identity, schedule });
  return { fs, clock, look: () => survey.look().catch((error: unknown) => rethrow(error, schedule, path)) };
}

function rethrow(error: unknown, schedule: string, path: string): never {
  const code = errorCode(error);
  if (!(error instanceof Failure) && code?.startsWith('E')) {
    const at = (error as NodeJS.ErrnoException).path ?? path;
    throw new Failure(
      { reason: 'filesystem', code, operation: 'read the records', path: at },
      { cause: error },
    );
  }
  if (!(error instanceof Failure)) throw error;
  const { detail } = error;
  if (!('path' in detail) || detail.path !== schedule) throw error;
  throw new Failure({ ...detail, path }, { cause: error });
}
