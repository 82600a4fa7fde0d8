import { LARGEST_NOTE, parseHeartbeat, type HeartbeatFile, type WorkerIdentity } from '../journal/records.js';
import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { SlurmJob } from '../ports/host.js';
import type { SlurmState } from '../ports/slurm.js';
import { BEATING_WITHIN_MS, HeartbeatWatch, SUSPECT_AFTER_MS, verdict, type Verdict } from './dead.js';
import { isDesk } from './names.js';

/** How to look at a process or a job; the host port, or a fake. */
export interface Probes {
  /** Its start time, `gone`, or undefined when that cannot be told. */
  processStart(pid: number): Promise<string | undefined>;
  slurmState(job: SlurmJob): Promise<SlurmState>;
}

interface Peer {
  readonly identity: WorkerIdentity | undefined;
  readonly watch: HeartbeatWatch;
  readonly verdict: Verdict;
  /** When its heartbeat was written, by the filesystem's clock. */
  readonly writtenNs: bigint | undefined;
}

/** Reads of other hosts' heartbeats per beat: a hundred workers must not ask the server ten thousand times. */
const READS_PER_BEAT = 16;

/** My heartbeat, and what I have seen of everybody else's. */
export class Peers {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #me: WorkerIdentity;
  readonly #clock: Clock;
  readonly #probes: Probes;
  readonly #known = new Map<string, Peer>();
  #counter = 0;
  #next = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #hasLeft = false;

  constructor(fs: FileSystem, folder: string, me: WorkerIdentity, clock: Clock, probes: Probes) {
    this.#fs = fs;
    this.#folder = folder;
    this.#me = me;
    this.#clock = clock;
    this.#probes = probes;
  }

  /** One after the other, and none behind the leave: it would show a worker that is not there any more. */
  async beat(): Promise<void> {
    await this.#inTurn(async () => {
      if (this.#hasLeft) return;
      const heartbeat = { counter: ++this.#counter, identity: this.#me };
      // Never in place: a full disk must not take the last heartbeat away.
      const fresh = this.#fresh(this.#me.worker);
      await this.#fs.write(fresh, Buffer.from(`${JSON.stringify(heartbeat)}\n`));
      await this.#fs.rename(fresh, this.#mine());
    });
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    await this.#inTurn(() => this.#fs.unlink(this.#mine()));
  }

  /** Removes the heartbeat of a worker that is dead and has left nothing open. */
  async forget(worker: string): Promise<void> {
    await this.#fs.unlink(this.#fresh(worker)).catch(() => undefined);
    await this.#fs.unlink(`${this.#folder}/${worker}`);
  }

  /** Looks at some of the others, each in its turn. */
  async watch(): Promise<void> {
    const others = await this.others();
    const count = Math.min(READS_PER_BEAT, others.length);
    for (let i = 0; i < count; i++) {
      const worker = others[this.#next++ % others.length];
      if (worker !== undefined) await this.#look(worker);
    }
  }

  /** Workers that have not taken their leave, and desks. */
  async others(): Promise<string[]> {
    try {
      const names = await this.#fs.list(this.#folder);
      return names.filter((name) => name !== this.#me.worker && !name.startsWith('.')).sort();
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  /** How many work on this schedule, myself included, as far as is known. */
  async working(): Promise<number> {
    const others = await this.others();
    return 1 + others.filter((worker) => !isDesk(worker) && !isOver(this.#known.get(worker)?.verdict)).length;
  }

  /** Looked at anew, unless it is known to be over. `identity` helps where there is no heartbeat to read. */
  async standing(worker: string, identity?: WorkerIdentity): Promise<Verdict> {
    if (worker === this.#me.worker) return 'alive';
    const known = this.#known.get(worker)?.verdict;
    return isOver(known) ? known : (await this.#look(worker, identity)).verdict;
  }

  /** When its heartbeat that was read last was written, by the filesystem's clock. */
  writtenNs(worker: string): bigint | undefined {
    return this.#known.get(worker)?.writtenNs;
  }

  /** Its heartbeat has not moved lately, but not for long enough to suspect it. */
  isQuiet(worker: string): boolean {
    const known = this.#known.get(worker);
    if (!known || known.watch.successfulReads === 0) return false;
    if (known.verdict === 'unknown') return true;
    const { unchangedForMs } = known.watch;
    return (
      known.verdict === 'alive' && unchangedForMs >= BEATING_WITHIN_MS && unchangedForMs < SUSPECT_AFTER_MS
    );
  }

  /** As its heartbeat said when it was looked at. */
  identityOf(worker: string): WorkerIdentity | undefined {
    return this.#known.get(worker)?.identity;
  }

  async #look(worker: string, told?: WorkerIdentity): Promise<Peer> {
    const before = this.#known.get(worker);
    const heartbeat = await this.#read(worker);
    const identity = heartbeat?.identity ?? before?.identity ?? told;
    const watch = (before?.watch ?? HeartbeatWatch.start).observe(
      heartbeat?.counter ?? 'read-error',
      this.#clock.monotonic(),
    );
    const peer = {
      identity,
      watch,
      writtenNs: heartbeat?.writtenNs,
      verdict: identity ? await this.#judge(identity, watch) : ('unknown' as const),
    };
    this.#known.set(worker, peer);
    return peer;
  }

  async #judge(identity: WorkerIdentity, heartbeat: HeartbeatWatch): Promise<Verdict> {
    const sure = verdict(this.#me, identity, {
      processStart: await this.#probes.processStart(identity.pid),
      heartbeat,
    });
    // Asking Slurm takes a process; only a worker that is not seen to live is worth it.
    if (!identity.slurm || isOver(sure) || sure === 'alive') return sure;
    return verdict(this.#me, identity, { heartbeat, slurm: await this.#probes.slurmState(identity.slurm) });
  }

  async #read(worker: string): Promise<(HeartbeatFile & { readonly writtenNs: bigint }) | undefined> {
    try {
      const { bytes, print } = await this.#fs.read(`${this.#folder}/${worker}`, LARGEST_NOTE);
      const heartbeat = parseHeartbeat(bytes);
      return heartbeat && { ...heartbeat, writtenNs: print.mtimeNs };
    } catch {
      return undefined;
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** A heartbeat on its way. */
  #fresh(worker: string): string {
    return `${this.#folder}/.${worker}`;
  }

  #mine(): string {
    return `${this.#folder}/${this.#me.worker}`;
  }
}

function isOver(standing: Verdict | undefined): standing is 'dead' | 'host-down' {
  return standing === 'dead' || standing === 'host-down';
}
