import { add } from '../commands/add.js';
import { carryOut, planRequeue, type PutBackState } from '../commands/requeue.js';
import { Stopping } from '../commands/stop.js';
import type { DeskPorts } from '../commands/workshop.js';
import { guardedLock } from '../ports/lock.js';
import type { LookPorts } from '../commands/look.js';
import { usage } from './error.js';
import type {
  Added,
  AddOptions,
  Requeued,
  RequeueFilter,
  RequeueOptions,
  Stopped,
  StopOptions,
} from './types.js';

/*
 * What takes the lock, loaded when it is used for the first time: who only looks needs none of it.
 */

/** A holder that has shown no sign of life for this long is taken to be gone. */
const STALE_MS = 10_000;

export async function addEntries(
  ports: LookPorts,
  path: string,
  commands: readonly (readonly string[])[],
  { onlyNew = false }: AddOptions,
  signal: AbortSignal,
): Promise<Added> {
  for (const command of commands) checkCommand(command);
  const added = await add(deskPorts(ports, signal), path, { argvs: commands, times: 1, onlyNew });
  if (!added) throw signal.reason;
  const { count, first, created, present } = added;
  return { count, first, created, present };
}

export async function putBack(
  ports: LookPorts,
  schedule: string,
  which: number | string | readonly number[] | RequeueFilter,
  { force = false }: RequeueOptions,
  signal: AbortSignal,
): Promise<Requeued> {
  const request = { schedule, force, ...selected(which) };
  const plan = await planRequeue(ports, request);
  if (signal.aborted) throw signal.reason;
  const done = await carryOut(deskPorts(ports, signal), request, plan);
  if (!done) throw signal.reason;
  return { entries: done.done.map(({ entry }) => entry), changed: done.changed, pending: plan.pending };
}

export async function askToStop(
  ports: LookPorts,
  schedule: string,
  { host, worker, now = false }: StopOptions,
): Promise<Stopped> {
  const stopping = await Stopping.at(ports, schedule);
  const { asked } = await stopping.ask({ hosts: listed(host), workers: listed(worker), now });
  return { asked };
}

function selected(which: number | string | readonly number[] | RequeueFilter): {
  readonly states: readonly PutBackState[];
  readonly selections: readonly string[];
} {
  if (typeof which === 'number') return { states: [], selections: [String(which)] };
  if (typeof which === 'string') return { states: [], selections: [which] };
  if (isList(which)) return { states: [], selections: which.map(String) };
  const { failed, lost, interrupted, suspect } = which;
  const states = Object.entries({ failed, lost, interrupted, suspect }).flatMap(([state, wanted]) =>
    wanted ? [state as PutBackState] : [],
  );
  if (states.length === 0)
    throw usage('nothing is selected to be put back.', 'Give entries, or for example { failed: true }.');
  return { states, selections: [] };
}

function isList(which: readonly number[] | RequeueFilter): which is readonly number[] {
  return Array.isArray(which);
}

function listed(names: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof names === 'string' ? [names] : names;
}

/** From JavaScript anything may come. */
function checkCommand(command: unknown): void {
  const isCommand =
    Array.isArray(command) && command.length > 0 && command.every((word) => typeof word === 'string');
  if (isCommand) return;
  throw usage(
    `${JSON.stringify(command)} is no command.`,
    'A command is a list of words, such as ["python", "main.py"].',
  );
}

/** Nothing is told, and only `signal` stops it. */
function deskPorts(ports: LookPorts, signal: AbortSignal): DeskPorts {
  return {
    ...ports,
    lock: guardedLock,
    staleMs: STALE_MS,
    tell: () => undefined,
    onStop: (stop) => {
      if (signal.aborted) stop.drain();
      else signal.addEventListener('abort', () => stop.drain(), { once: true });
    },
  };
}
