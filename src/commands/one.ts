import { Failure } from '../failure.js';
import type { FileSystem } from '../ports/fs.js';
import { readSchedule } from '../schedule/file.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import type { FailedEntry } from '../worker/runner.js';
import { openWorkshop, workerIn, type Ports } from './workshop.js';

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
}

/** Marks one entry and runs it, also one that was executed before. Returns whether it succeeded. */
export async function one(
  ports: Ports,
  { schedule, entry, inherit, force }: OneRequest,
  onFailure: (failed: FailedEntry) => void,
): Promise<boolean> {
  const settings = { inherit, onFailure, slots: [{}] };
  const workshop = await openWorkshop(ports, schedule, settings);
  const { file, claimer, runners, stop, lock } = workshop;
  const { count = 0 } = file.seen?.text ?? {};
  if (entry >= count) throw new Failure({ reason: 'entry-unknown', path: schedule, entry, count });
  const worker = workerIn(workshop, ports, { maxFailures: 1 });
  try {
    const result = await worker.work(() => claimer.claimEntry(entry, force, stop.draining));
    return result.failed === 0;
  } finally {
    for (const runner of runners) await runner.close();
    await lock.close();
  }
}
