import type { Verdict } from '../claim/dead.js';
import { Peers, type Probes } from '../claim/peers.js';
import type { WorkerIdentity } from '../journal/records.js';
import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/fs.js';

export interface StandingsOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly probes: Probes;
  readonly identity: WorkerIdentity;
  /** Of the heartbeats. */
  readonly folder: string;
}

const NS_PER_MS = 1_000_000n;

/** Who lives, as far as a reader can tell; the longer it looks, the more it knows of other hosts. */
export class Standings {
  readonly #o: StandingsOptions;
  readonly #peers: Peers;
  readonly #verdicts = new Map<string, Verdict>();
  #beating: ReadonlySet<string> = new Set();
  /** The filesystem's clock when it was last asked, and this process's. */
  #now: { readonly fileNs: bigint; readonly monotonic: number } | undefined;

  constructor(options: StandingsOptions) {
    const { fs, folder, identity, clock, probes } = options;
    this.#o = options;
    this.#peers = new Peers(fs, folder, identity, clock, probes);
  }

  /** Looks at whoever has a heartbeat. */
  async look(): Promise<void> {
    const beating = await this.#peers.others();
    this.#beating = new Set(beating);
    for (const worker of beating) this.#verdicts.set(worker, await this.#peers.standing(worker));
    this.#now = beating.length > 0 ? await this.#askFileClock() : undefined;
  }

  /** Looks at one that has no heartbeat any more, or came since. */
  async lookAt(worker: string, identity: WorkerIdentity | undefined): Promise<void> {
    this.#verdicts.set(worker, await this.#peers.standing(worker, identity));
  }

  isKnown(worker: string): boolean {
    return this.#verdicts.has(worker);
  }

  isBeating(worker: string): boolean {
    return this.#beating.has(worker);
  }

  /** Without a heartbeat it has left, or was looked after when it was dead. */
  of(worker: string): Verdict {
    return this.#verdicts.get(worker) ?? 'dead';
  }

  lastHeardMs(worker: string): number | undefined {
    const written = this.#beating.has(worker) ? this.#peers.writtenNs(worker) : undefined;
    if (written === undefined || !this.#now) return undefined;
    const then = Number((this.#now.fileNs - written) / NS_PER_MS);
    return Math.max(0, then + this.#o.clock.monotonic() - this.#now.monotonic);
  }

  /** Heartbeats are compared with a file written now: no two hosts' clocks need agree. */
  async #askFileClock(): Promise<{ fileNs: bigint; monotonic: number } | undefined> {
    const { fs, folder, identity, clock } = this.#o;
    const path = `${folder}/.${identity.worker}.now`;
    try {
      const { mtimeNs } = await fs.write(path, Buffer.from('now\n'));
      return { fileNs: mtimeNs, monotonic: clock.monotonic() };
    } catch {
      return undefined;
    } finally {
      await fs.unlink(path).catch(() => undefined);
    }
  }
}
