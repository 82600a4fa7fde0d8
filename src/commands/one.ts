import { Failure } from '../failure.js';
import type { FileSystem } from '../ports/fs.js';
import { readSchedule } from '../schedule/file.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import type { FailedEntry } from '../worker/runner.js';
import { prepareHost, settingsOf, type HostPorts, type HostWishes } from './host.js';
import { openWorkshop, stopSwitch, workerIn, type Ports } from './workshop.js';

export interface ListedEntry {
  readonly entry: number;
  readonly command: string;
  readonly executed: boolean;
}

/** Every entry as `--one` lists them. */
export async function* listEntries(fs: FileSystem, schedule: string): AsyncGenerator<ListedEntry> {
  const text = await readSchedule(fs, schedule);
  for (let entry = 0; entry < text.count; entry++) {
    yield { entry, command: commandLine(argvOf(text, entry)), executed: text.marked[entry] === 1 };
  }
}

export interface OneRequest {
  readonly schedule: string;
  readonly entry: number;
  readonly inherit: boolean;
  /** Also when it is running already. */
  readonly force: boolean;
  readonly host: HostWishes;
  /** Milliseconds that the run may take. */
  readonly timeoutMs: number | undefined;
}

/** Marks one entry and runs it, also one that was executed before. Returns whether it succeeded. */
export async function one(
  ports: Ports,
  hostPorts: HostPorts,
  request: OneRequest,
  onFailure: (failed: FailedEntry) => void,
): Promise<boolean> {
  const { schedule, entry, inherit, force, timeoutMs } = request;
  checkEntry(schedule, entry, await readSchedule(ports.fs, schedule));
  const stop = stopSwitch(ports);
  const signal = stop.draining;
  const host = await prepareHost(ports, hostPorts, schedule, request.host, { inherit, signal });
  if (!host) return false;
  for (const fact of host.facts) ports.tell({ tell: 'fact', text: fact });
  const workshop = await openWorkshop(ports, schedule, {
    ...settingsOf(host),
    ...{ inherit, timeoutMs, stop, onFailure },
  });
  const { file, claimer, runners, lock } = workshop;
  // It may have been edited meanwhile.
  checkEntry(schedule, entry, file.seen?.text);
  const worker = workerIn(workshop, ports, { maxFailures: 1 });
  try {
    const result = await worker.work(() => claimer.claimEntry(entry, force, stop.draining));
    return result.failed === 0;
  } finally {
    for (const runner of runners) await runner.close();
    await lock.close();
  }
}

function checkEntry(path: string, entry: number, { count }: { readonly count: number } = { count: 0 }): void {
  if (entry >= count) throw new Failure({ reason: 'entry-unknown', path, entry, count });
}
