import type { HostIdentity } from '../ports/host.js';
import type { SlurmState } from '../ports/slurm.js';

/**
 * What is known of another worker. `dead`: its process is over. `host-down`: over too, and since its host went
 * down, what it had not synced may be lost. `suspect`: its heartbeat stands still, and nothing proves it dead.
 */
export type Verdict = 'alive' | 'dead' | 'host-down' | 'suspect' | 'unknown';

export interface Evidence {
  /** Of the process with that pid here, or `gone`; undefined: not looked, or it cannot be told. */
  readonly processStart?: string | undefined;
  readonly slurm?: SlurmState | undefined;
  readonly heartbeat?: Heartbeat | undefined;
}

/** What watching a heartbeat file has shown; `HeartbeatWatch` is one. */
export interface Heartbeat {
  /** How long the counter was watched and stood still, in milliseconds of my monotonic clock. */
  readonly unchangedForMs: number;
  /** Reads in a row that succeeded and showed this counter. */
  readonly successfulReads: number;
  /** The counter changed while it was watched: somebody writes it. */
  readonly moved: boolean;
}

/** How often a worker writes its counter: seldom enough for a thousand workers on one file server. */
export const HEARTBEAT_INTERVAL_MS = 15_000;
/** Twelve missed beats: longer than a server's failover or a full disk's hiccup usually takes. */
export const SUSPECT_AFTER_MS = 180_000;
/** So that one long hang of my own mount, with a read before and one after, is no proof. */
export const SUSPECT_AFTER_READS = 6;
/** Two missed beats, a mount's lag (20 s on sshfs) included: a counter that moved since shows a live process. */
export const BEATING_WITHIN_MS = 50_000;
/** Between two reads more time than this does not count: I may have been suspended myself. */
export const LONGEST_GAP_MS = 60_000;

/** Dead or alive, from the surest evidence to the weakest; pure. */
export function verdict(me: HostIdentity, other: HostIdentity, evidence: Evidence): Verdict {
  if (sameProcesses(me, other)) {
    const here = fromProcess(other, evidence.processStart);
    if (here !== 'unknown') return here;
  }
  if (isBeating(evidence.heartbeat)) return 'alive'; // whatever ids say: cloned machines share them
  if (sameMachine(me, other) && rebooted(me, other)) return 'host-down';
  return fromSlurm(me, other, evidence.slurm) ?? fromHeartbeat(evidence.heartbeat);
}

/** Only then does a pid mean the same process to both; containers of one host share the boot id alone. */
function sameProcesses(me: HostIdentity, other: HostIdentity): boolean {
  return sameKnown(me.bootId, other.bootId) && sameKnown(me.pidNamespace, other.pidNamespace);
}

/** Cluster images share a machine id, and unnamed hosts a hostname: it takes both. */
function sameMachine(me: HostIdentity, other: HostIdentity): boolean {
  return sameKnown(me.machineId, other.machineId) && sameKnown(me.hostname, other.hostname);
}

function rebooted(me: HostIdentity, other: HostIdentity): boolean {
  return me.bootId !== undefined && other.bootId !== undefined && me.bootId !== other.bootId;
}

function fromProcess(other: HostIdentity, start: string | undefined): 'alive' | 'dead' | 'unknown' {
  if (start === 'gone') return 'dead';
  if (start === undefined || other.processStart === undefined) return 'unknown';
  return start === other.processStart ? 'alive' : 'dead'; // the pid is another process's now
}

/** A job number of another cluster is another job. */
function fromSlurm(me: HostIdentity, other: HostIdentity, state: SlurmState | undefined): Verdict | undefined {
  if (other.slurm === undefined || otherCluster(me, other)) return undefined;
  if (state === 'final') return 'dead';
  return state === 'suspended' ? 'alive' : undefined; // a running job may hold a dead worker
}

function otherCluster(me: HostIdentity, other: HostIdentity): boolean {
  const [mine, theirs] = [me.slurm?.cluster, other.slurm?.cluster];
  return mine !== undefined && theirs !== undefined && mine !== theirs;
}

function isBeating(heartbeat: Heartbeat | undefined): boolean {
  return heartbeat !== undefined && heartbeat.moved && heartbeat.unchangedForMs < BEATING_WITHIN_MS;
}

function fromHeartbeat(heartbeat: Heartbeat | undefined): Verdict {
  if (heartbeat === undefined) return 'unknown';
  const { unchangedForMs, successfulReads, moved } = heartbeat;
  if (unchangedForMs >= SUSPECT_AFTER_MS && successfulReads >= SUSPECT_AFTER_READS) return 'suspect';
  return moved ? 'alive' : 'unknown';
}

function sameKnown(mine: string | undefined, theirs: string | undefined): boolean {
  return mine !== undefined && mine !== '' && mine === theirs;
}

/** One worker's heartbeat as seen from here; immutable. Counters are compared, never clocks of two hosts. */
export class HeartbeatWatch implements Heartbeat {
  /** Nothing seen yet. */
  static readonly start = new HeartbeatWatch(undefined, 0, 0, 0, false);

  private constructor(
    readonly counter: number | undefined,
    private readonly lastReadAt: number,
    readonly unchangedForMs: number,
    readonly successfulReads: number,
    readonly moved: boolean,
  ) {}

  /**
   * The watch after one more read, at `now` (milliseconds, monotonic).
   * A read error starts the count again: what cannot be read cannot be seen to stand still.
   */
  observe(reading: number | 'read-error', now: number): HeartbeatWatch {
    if (reading === 'read-error') return HeartbeatWatch.start;
    if (reading !== this.counter) {
      return new HeartbeatWatch(reading, now, 0, 1, this.counter !== undefined);
    }
    const gap = Math.min(Math.max(now - this.lastReadAt, 0), LONGEST_GAP_MS);
    return new HeartbeatWatch(reading, now, this.unchangedForMs + gap, this.successfulReads + 1, this.moved);
  }
}
