import { sidecarOf } from '../claim/sidecar.js';
import type { Gpu } from '../ports/gpus.js';
import { inContainer, type Dress } from '../worker/dress.js';
import { capturedEnvironment } from '../worker/setup-capture.js';
import { containerTool } from '../worker/setup-container.js';
import { setupScript, type EnvironmentOptions } from '../worker/setup.js';
import { planSlots, type SlotPlan, type SlotWishes } from '../worker/slots.js';
import type { Ports } from './workshop.js';

/** What this host's entries run in. */
export interface HostWishes {
  readonly slots: SlotWishes;
  readonly environment: EnvironmentOptions;
  readonly container?: string;
  readonly bind: readonly string[];
}

/** What only the command line's own ports can tell of a host. */
export interface HostPorts {
  readonly cores: number;
  readonly home: string | undefined;
  readonly user: { readonly uid: number; readonly gid: number };
  gpus(): Promise<readonly Gpu[]>;
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
  isOnPath(name: string, path: string | undefined): boolean;
}

/** A host made ready: the environment of all runs, that of each slot, and the container. */
export interface Host extends SlotPlan {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly dress?: Dress;
}

/** Sets up what entries run in, once; undefined when `signal` came first. What fails is a Failure: nothing is claimed. */
export async function prepareHost(
  ports: Ports,
  host: HostPorts,
  schedule: string,
  wishes: HostWishes,
  { inherit, signal }: { inherit: boolean; signal: AbortSignal },
): Promise<Host | undefined> {
  const gpus = wishes.slots.gpus === undefined ? [] : await host.gpus();
  const plan = planSlots(wishes.slots, { env: ports.env, cores: host.cores, gpus });
  const place = { directory: ports.directory, home: host.home };
  const setup = setupScript(wishes.environment, { ...place, isFile: (path) => host.isFile(path) });
  const env = setup
    ? await capturedEnvironment(setup, { env: ports.env, directory: ports.directory, signal })
    : ports.env;
  if (!env) return undefined;
  if (wishes.container === undefined) return { ...plan, env };
  const tool = containerTool(wishes.container, {
    ...place,
    isOnPath: (name) => host.isOnPath(name, env['PATH']),
    isFolder: (path) => host.isFolder(path),
  });
  const path = await ports.fs.realPath(schedule).catch(() => schedule);
  const dress = inContainer(tool, {
    ...place,
    sidecar: sidecarOf(path),
    binds: wishes.bind,
    user: host.user,
    isInherited: inherit,
  });
  return { ...plan, env, dress };
}
