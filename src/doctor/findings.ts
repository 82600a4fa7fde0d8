import type { Operations } from './operations.js';
import type { Race } from './race.js';
import type { HostFacts, RaceName, Read, Sights } from './schemas.js';

/** All that was measured; what it means is decided in `judge`. */
export interface Findings {
  /** This one first; one alone, or all that took part. */
  readonly hosts: readonly HostFacts[];
  readonly processes: number;
  readonly operations: Operations;
  /** Without those that the filesystem refuses altogether. */
  readonly races: Readonly<Partial<Record<RaceName, Race>>>;
  readonly replaced: Read & { readonly replaced: number };
  /** Between hosts only. */
  readonly lags?: Sights | undefined;
  readonly lagWatchedMs: number;
  readonly lock: LockFindings;
  /** The NFS export on this host that answers before things are on the disk. */
  readonly asyncExport?: string | undefined;
}

export interface LockFindings {
  readonly staleMs: number;
  /** `busy`: it was taken from a holder that its own host kept from showing signs of life. */
  readonly live: 'kept' | 'robbed' | 'busy';
  /** Null: it was not to be had. */
  readonly takenOverMs: number | null;
}

export type Grade = 'good' | 'note' | 'warning' | 'bad';

export interface Check {
  /** One word for programs. */
  readonly id: string;
  readonly what: string;
  readonly result: string;
  readonly means: string;
  readonly grade: Grade;
}
