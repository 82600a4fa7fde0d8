import { journalPath } from '../journal/appended.js';
import { parseJournalLine, type WorkerIdentity } from '../journal/records.js';
import type { FileSystem } from '../ports/fs.js';
import { isDesk } from './names.js';
import type { Probes } from './peers.js';
import { folders, newestEpoch, readEpoch } from './sidecar.js';

/** The GPUs that another worker of this host hands out, too. */
export interface SharedGpus {
  readonly worker: string;
  readonly gpus: readonly string[];
}

interface Place {
  readonly fs: FileSystem;
  readonly probes: Pick<Probes, 'processStart'>;
  readonly sidecar: string;
  readonly me: WorkerIdentity;
}

/** Of the workers on this schedule that live on this very host. Only looks, and creates nothing. */
export async function sharedGpus(place: Place, own: string): Promise<readonly SharedGpus[]> {
  const { fs, sidecar } = place;
  const epoch = await readEpoch(fs, sidecar, await newestEpoch(fs, sidecar));
  if (!epoch) return [];
  const mine = new Set(own.split(','));
  const shared: SharedGpus[] = [];
  for (const worker of await fs.list(folders.heartbeats(epoch))) {
    if (worker.startsWith('.') || isDesk(worker)) continue;
    const journal = journalPath(folders.journals(epoch), worker);
    const gpus = (await handedOutBy(place, journal)).filter((gpu) => mine.has(gpu));
    if (gpus.length > 0) shared.push({ worker, gpus });
  }
  return shared;
}

/** A journal's first line is short. */
const FIRST_LINE = 8192;

async function handedOutBy({ fs, probes, me }: Place, journal: string): Promise<readonly string[]> {
  const [line = ''] = (await fs.readFrom(journal, 0, FIRST_LINE)).toString('utf8').split('\n');
  const record = parseJournalLine(line)?.record;
  if (record?.t !== 'worker' || record.gpus === undefined || !sameGpus(me, record.identity)) return [];
  const { pid, processStart } = record.identity;
  const isAlive = processStart !== undefined && (await probes.processStart(pid)) === processStart;
  return isAlive ? record.gpus.split(',') : [];
}

/** Whether a number means the same GPU to both: another container or Slurm job may count its own from 0. */
function sameGpus(me: WorkerIdentity, other: WorkerIdentity): boolean {
  return (
    me.bootId !== undefined &&
    me.bootId === other.bootId &&
    me.pidNamespace === other.pidNamespace &&
    me.slurm?.jobId === other.slurm?.jobId
  );
}
