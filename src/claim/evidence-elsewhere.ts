import { appended, journalPath, writersIn, type ReadTo } from '../journal/appended.js';
import { parseJournalLine, requeuedIn, type JournalRecord, type WorkerIdentity } from '../journal/records.js';
import type { FileSystem } from '../ports/fs.js';
import type { Book } from './book.js';
import { isDesk } from './names.js';
import { folders } from './sidecar.js';

/** Why a worker that retired itself has requeued what it broke. */
export const RETIRED_WHY = 'failed at once on a host that retired itself';

/** How entries fare on other hosts, as their journals tell. */
export interface Elsewhere {
  /** Milliseconds that the latest successes took. */
  readonly successMs: readonly number[];
  /** Of what was claimed there after a given revision: how much succeeded or runs well, and how much failed. */
  readonly well: number;
  readonly failed: number;
  /** How many other hosts are at work. */
  readonly working: number;
  /** How many have retired themselves. */
  readonly retired: number;
  /** Slots that those have put back: should one fail again, it is the entry. */
  readonly putBack: ReadonlySet<string>;
}

interface Writer extends ReadTo {
  lastN: number;
  /** Undefined while unknown. */
  host: string | undefined;
  /** On this host, and so of no interest. */
  isHere: boolean;
  hasRetired: boolean;
}

interface Begun {
  readonly revision: number;
  readonly worker: string;
  /** When it was first seen to run, by this worker's monotonic clock. */
  readonly seenAt?: number;
}

interface Ended {
  readonly revision: number;
  readonly succeeded: boolean;
  readonly took: number;
}

/** The newest ends say enough, however many there were. */
const REMEMBERED = 500;

/** Reads the journals of other hosts' workers, each time from where it got to. */
export class OtherHosts {
  readonly #fs: FileSystem;
  readonly #now: () => number;
  readonly #me: WorkerIdentity;
  #epoch: string | undefined;
  #writers = new Map<string, Writer>();
  /** Claimed, and not known to have ended. */
  #begun = new Map<string, Begun>();
  #ended: Ended[] = [];
  readonly #putBack = new Set<string>();

  constructor(fs: FileSystem, me: WorkerIdentity, now: () => number) {
    this.#fs = fs;
    this.#me = me;
    this.#now = now;
  }

  /** `since`: a revision. What runs for longer than `lastingMs` milliseconds runs well. */
  async look(book: Book, since: number, lastingMs: number): Promise<Elsewhere> {
    const journals = folders.journals(book.epoch);
    if (book.epoch.id !== this.#epoch) this.#forget(book.epoch.id);
    for (const worker of await writersIn(this.#fs, journals)) {
      if (!isDesk(worker) && !this.#writers.get(worker)?.isHere)
        await this.#readOn(worker, journalPath(journals, worker));
    }
    const alive = await this.#alive(book);
    const later = this.#ended.filter(({ revision }) => revision > since);
    const lasting = [...this.#begun.values()].filter(
      ({ revision, worker, seenAt = Infinity }) =>
        revision > since && alive.has(worker) && this.#now() - seenAt > lastingMs,
    );
    const retired = [...this.#writers.values()].filter(({ hasRetired }) => hasRetired);
    return {
      successMs: this.#ended.filter(({ succeeded }) => succeeded).map(({ took }) => took),
      well: later.filter(({ succeeded }) => succeeded).length + lasting.length,
      failed: later.filter(({ succeeded }) => !succeeded).length,
      working: new Set(alive.values()).size,
      retired: new Set(retired.map(({ host }) => host)).size,
      putBack: this.#putBack,
    };
  }

  #forget(epoch: string): void {
    this.#epoch = epoch;
    this.#writers = new Map();
    this.#begun = new Map();
    this.#ended = [];
    this.#putBack.clear();
  }

  /** Workers of other hosts that are at work, as far as is known, and their hosts. */
  async #alive(book: Book): Promise<Map<string, string>> {
    const alive = new Map<string, string>();
    for (const worker of await book.peers.others()) {
      const writer = this.#writers.get(worker);
      if (writer?.host === undefined || writer.isHere) continue;
      const standing = await book.standing(worker);
      if (standing === 'alive' || standing === 'unknown') alive.set(worker, writer.host);
    }
    return alive;
  }

  async #readOn(worker: string, path: string): Promise<void> {
    const writer = this.#writers.get(worker) ?? unread();
    this.#writers.set(worker, writer);
    for await (const lines of appended(this.#fs, path, writer)) {
      for (const line of lines.toString('utf8').split('\n')) {
        if (isHere(writer)) return;
        const parsed = line === '' ? undefined : parseJournalLine(line);
        if (!parsed || parsed.n <= writer.lastN) continue;
        writer.lastN = parsed.n;
        this.#fold(worker, writer, parsed.record);
      }
    }
  }

  #fold(worker: string, writer: Writer, record: JournalRecord): void {
    switch (record.t) {
      case 'worker':
        writer.host = hostOf(record.identity);
        writer.isHere = writer.host === hostOf(this.#me);
        return;
      case 'claim':
        for (const claim of record.claims) this.#begun.set(claim, { revision: record.revision, worker });
        return;
      case 'start': {
        const claimed = this.#begun.get(record.claim);
        if (claimed) this.#begun.set(record.claim, { ...claimed, worker, seenAt: this.#now() });
        return;
      }
      case 'end':
        this.#end(record);
        return;
      case 'give-back':
        for (const claim of record.claims) this.#begun.delete(claim);
        return;
      case 'requeue':
        if (record.why !== RETIRED_WHY) return;
        writer.hasRetired = true;
        for (const claim of requeuedIn(record)) this.#putBack.add(claim.slice(0, claim.lastIndexOf('.')));
        return;
      case 'revision':
      case 'leave':
        return;
    }
  }

  #end(record: Extract<JournalRecord, { t: 'end' }>): void {
    const { revision = -1 } = this.#begun.get(record.claim) ?? {};
    this.#begun.delete(record.claim);
    if (record.interrupted) return;
    const succeeded = record.code === 0 && !record.timedOut;
    this.#ended.push({ revision, succeeded, took: record.took });
    if (this.#ended.length > 2 * REMEMBERED) this.#ended = this.#ended.slice(-REMEMBERED);
  }
}

/** Found out while reading. */
function isHere(writer: Writer): boolean {
  return writer.isHere;
}

function unread(): Writer {
  return { offset: 0, lastN: -Infinity, host: undefined, isHere: false, hasRetired: false };
}

/** Hosts made of one image share ids, and unnamed ones a name: both are compared. */
function hostOf({ hostname, machineId = '' }: WorkerIdentity): string {
  return `${hostname} ${machineId}`;
}
