import type { LookPorts } from '../commands/look.js';
import { systemClock } from '../ports/clock.js';
import { realFileSystem } from '../ports/fs-real.js';
import { identify, processStart } from '../ports/host.js';
import { slurmState } from '../ports/slurm.js';

/** What looking at a schedule takes of the outside world; less is loaded than for working on it. */
export function realLookPorts(): LookPorts {
  return {
    fs: realFileSystem(),
    clock: systemClock,
    probes: { processStart, slurmState: (job) => slurmState(job) },
    identify,
  };
}
