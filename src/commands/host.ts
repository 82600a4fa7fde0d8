import { sidecarOf } from '../claim/sidecar.js';
import { Failure } from '../failure.js';
import type { Gpu } from '../ports/gpus.js';
import { readSchedule } from '../schedule/file.js';
import { inContainer, type Dress } from '../worker/dress.js';
import type { Inside } from '../worker/failure-text.js';
import { capturedEnvironment } from '../worker/setup-capture.js';
import { containerTool } from '../worker/setup-container.js';
import { namesSet } from '../worker/setup-names.js';
import type { Place } from '../worker/setup-paths.js';
import { setupScript, type EnvironmentOptions, type Setup } from '../worker/setup.js';
import { planSlots, type SlotPlan, type SlotWishes } from '../worker/slots.js';
import type { Ports } from './workshop.js';

/** What this host's entries run in. */
export interface HostWishes {
  readonly slots: SlotWishes;
  readonly environment: EnvironmentOptions;
  readonly container?: string;
  readonly bind: readonly string[];
  /** The options among these that were typed: for whoever runs an entry again. */
  readonly typed: readonly string[];
}

/** What only the command line's own ports can tell of a host. */
export interface HostPorts {
  readonly cores: number;
  readonly home: string | undefined;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Whether the standard input is one. */
  readonly hasTerminal: boolean;
  gpus(): Promise<readonly Gpu[]>;
  isFile(path: string): boolean;
  isFolder(path: string): boolean;
  isOnPath(name: string, path: string | undefined): boolean;
}

/** A host made ready: the environment of all runs, that of each slot, and the container. */
export interface Host extends SlotPlan {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly dress?: Dress;
  readonly inside?: Inside;
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
  // Before the set-up: what cannot be met is said at once.
  const means = { cores: host.cores, gpus };
  const plan = planSlots(wishes.slots, { env: ports.env, ...means });
  if (wishes.bind.length > 0 && wishes.container === undefined) throw bindsNothing();
  if (inherit && plan.slots.length > 1) throw oneTerminal();
  const facts = { ...placeOf(ports, host), isFile: (path: string) => host.isFile(path) };
  const { directory } = ports;
  const setup = setupScript(wishes.environment, facts);
  // An unusable schedule is told before a long set-up.
  if (setup || wishes.container !== undefined) await readSchedule(ports.fs, schedule);
  const env = setup ? await capturedEnvironment(setup, { env: ports.env, directory, signal }) : ports.env;
  if (!env) return undefined;
  // What the set-up says of threads and GPUs counts as if the user's shell had said it.
  const settled = setup ? planSlots(wishes.slots, { env, ...means }) : plan;
  const made = await dresses(ports, host, schedule, wishes, env, inherit);
  if (!made) return { ...settled, env, ...insideOf(schedule, wishes, [setup]) };
  const probe = setupScript({}, { ...facts, probe: { container: wishes.container ?? '', argv: made.probe } });
  if (probe && !(await capturedEnvironment(probe, { env, directory, signal }))) return undefined;
  return { ...settled, env, dress: made.dress, ...insideOf(schedule, wishes, [setup, probe]) };
}

/** What the workshop has to know of it. */
export function settingsOf({ slots, env, dress, inside }: Host): Omit<Host, 'facts'> {
  return { slots, env, ...(dress && { dress }), ...(inside && { inside }) };
}

function insideOf(
  schedule: string,
  { typed }: HostWishes,
  setups: readonly (Setup | undefined)[],
): { inside?: Inside } {
  const what = setups.flatMap((setup) => setup?.what ?? []).join(', ');
  if (what === '') return {};
  const again = (entry: number) => ['cooperate', 'one', schedule, `--entry=${entry}`, ...typed];
  return { inside: { what, again } };
}

function placeOf({ directory }: Ports, { home }: HostPorts): Place {
  return { directory, home };
}

/** What runs entries in the container, and what shows that it can. */
async function dresses(
  ports: Ports,
  host: HostPorts,
  schedule: string,
  { container, bind }: HostWishes,
  env: Readonly<NodeJS.ProcessEnv>,
  isInherited: boolean,
): Promise<{ dress: Dress; probe: readonly string[] } | undefined> {
  if (container === undefined) return undefined;
  const tool = containerTool(container, {
    ...placeOf(ports, host),
    isOnPath: (name) => host.isOnPath(name, env['PATH']),
    isFolder: (path) => host.isFolder(path),
  });
  const place = {
    ...{ ...placeOf(ports, host), user: host.user, binds: bind },
    stdin: stdinOf(isInherited, host),
    gpus: vendorOf(host),
    // What the set-up has made is meant for the runs.
    pass: namesSet(ports.env, env),
  };
  const sidecar = sidecarOf(await ports.fs.realPath(schedule).catch(() => schedule));
  const empty = { argv: ['true'], env, worker: 'probe', entry: 0, attempt: process.pid };
  return {
    dress: inContainer(tool, { ...place, sidecar }),
    // The sidecar may not be there yet, and there is no terminal to hand over.
    probe: inContainer(tool, { ...place, stdin: 'none' }).argv(empty),
  };
}

function bindsNothing(): Failure {
  return new Failure({
    reason: 'usage',
    problem: '--bind says nothing without --container: what runs here sees all folders.',
    remedy: 'Leave it out, or say in which image to run, such as --container docker:python:3.12-slim.',
  });
}

function oneTerminal(): Failure {
  return new Failure({
    reason: 'usage',
    problem: '--inherit hands the one terminal over, and several entries would run at once.',
    remedy: 'Leave out --inherit, or run one entry at a time.',
  });
}

/** docker and podman refuse a terminal that is none. */
function stdinOf(isInherited: boolean, { hasTerminal }: HostPorts): 'none' | 'pipe' | 'terminal' {
  if (!isInherited) return 'none';
  return hasTerminal ? 'terminal' : 'pipe';
}

/** By what their drivers put there: no tool is asked on hosts that hand out no GPUs. */
function vendorOf(host: HostPorts): 'nvidia' | 'amd' | undefined {
  if (host.isFile('/dev/nvidiactl')) return 'nvidia';
  return host.isFile('/dev/kfd') ? 'amd' : undefined;
}
