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

/** A hundred heartbeats are a hundred files to open. */
const AGAIN_AFTER_MS = 3000;
const NS_PER_MS = 1_000_000n;

/** Who lives, as far as a reader can tell; the longer it looks, the more it knows of other hosts. */
export class Standings {
  readonly #o: StandingsOptions;
  readonly #peers: Peers;
  readonly #verdicts = new Map<string, Verdict>();
  readonly #asked = new Set<string>();
  #lookedAt = -Infinity;
  #beating: ReadonlySet<string> = new Set();
  /** The filesystem's clock when it was last asked, and this process's. */
  #now: { readonly fileNs: bigint; readonly monotonic: number } | undefined;

  constructor(options: StandingsOptions) {
    const { fs, folder, identity, clock, probes } = options;
    this.#o = options;
    this.#peers = new Peers(fs, folder, identity, clock, probes);
  }

  /** Looks at whoever has a heartbeat; not all the time, unless one of these workers is new. */
  async look(workers: readonly string[]): Promise<void> {
    const now = this.#o.clock.monotonic();
    const isNew = workers.some((worker) => !this.#asked.has(worker));
    if (!isNew && now - this.#lookedAt < AGAIN_AFTER_MS) return;
    for (const worker of workers) this.#asked.add(worker);
    this.#lookedAt = now;
    const beating = await this.#peers.others();
    this.#beating = new Set(beating);
    for (const worker of beating) this.#verdicts.set(worker, await this.#peers.standing(worker));
    this.#now = beating.length > 0 ? await this.#askFileClock() : undefined;
  }

  /** Looks at one that has no heartbeat any more, or came since. */
  async lookAt(worker: string, identity: WorkerIdentity | undefined): Promise<void> {
    this.#verdicts.set(worker, await this.#peers.standing(worker, identity));
  }

  /** Not only taken to be gone because it has no heartbeat. */
  isProven(worker: string): boolean {
    const verdict = this.#verdicts.get(worker);
    return verdict === 'dead' || verdict === 'host-down';
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
