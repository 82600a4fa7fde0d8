import type { LookPorts } from '../commands/look.js';
import { systemClock } from '../ports/clock.js';
import { realFileSystem } from '../ports/fs-real.js';
import { identify, processStart } from '../ports/host.js';
import { slurmState } from '../ports/slurm.js';
import { openWith } from './schedule.js';
import type { Schedule } from './types.js';

/**
 * Opens a schedule for looking and steering, by its path. Reads nothing yet, so that one can be opened that is made
 * later; whatever is wrong with it is told by what is asked of it.
 */
export async function openSchedule(path: string): Promise<Schedule> {
  return openWith(realPorts(), path);
}

function realPorts(): LookPorts {
  return {
    fs: realFileSystem(),
    clock: systemClock,
    probes: { processStart, slurmState: (job) => slurmState(job) },
    identify,
  };
}
