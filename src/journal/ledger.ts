import { errorCode, type FileSystem } from '../ports/fs.js';
import { appended, journalPath, writersIn, type ReadTo } from './appended.js';
import {
  parseJournalLine,
  requeuedIn,
  type JournalLine,
  type JournalRecord,
  type WorkerIdentity,
} from './records.js';

/** What the journals say about one claim. */
export interface ClaimFacts {
  /** The lowest and highest revision under which somebody meant to claim it; the winner's lies between them. */
  firstRevision?: number;
  lastRevision?: number;
  /** Who meant to, where it was one alone. */
  claimant?: string | undefined;
  started?: { readonly worker: string; readonly entry: number; readonly at: string };
  ended?: {
    readonly worker: string;
    readonly entry: number;
    readonly succeeded: boolean;
    readonly interrupted: boolean;
  };
  /** The workers that promised never to start it. */
  givenBack?: readonly string[];
  /** Somebody decided that it is over. */
  requeued?: { readonly worker: string; readonly why: string; readonly revision?: number | undefined };
}

export interface Revision {
  readonly revision: number;
  /** Who wrote it. */
  readonly worker: string;
  /** Inode and mtime of the file that carried it. */
  readonly print: string;
  /** It is another schedule, made on purpose. */
  readonly anew: boolean;
}

interface Reading extends ReadTo {
  lastN: number;
  left: boolean;
}

/** All journals of an epoch folded into facts. Reads only what was appended since it last looked. */
export class Ledger {
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #readings = new Map<string, Reading>();
  readonly #claims = new Map<string, ClaimFacts>();
  readonly #revisions = new Map<string, Revision>();
  readonly #intended = new Map<string, Set<string>>();
  readonly #identities = new Map<string, WorkerIdentity>();
  #unreadable = 0;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** Lines that could not be read, torn by a full disk or a crash; each costs one fact and nothing else. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** One journal, by its name: a listing may show it late. */
  async hear(worker: string): Promise<void> {
    await this.#readOn(worker).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
  }

  /** `of`: whose journals alone. */
  async refresh(of: (writer: string) => boolean = () => true): Promise<void> {
    for (const worker of await writersIn(this.#fs, this.#folder)) if (of(worker)) await this.#readOn(worker);
  }

  facts(claim: string): ClaimFacts | undefined {
    return this.#claims.get(claim);
  }

  claims(): Iterable<[string, ClaimFacts]> {
    return this.#claims;
  }

  /** Who wrote a journal, by its first line. */
  identityOf(worker: string): WorkerIdentity | undefined {
    return this.#identities.get(worker);
  }

  /** The claims a worker meant to take, whether or not it got them. */
  intendedBy(worker: string): ReadonlySet<string> {
    return this.#intended.get(worker) ?? new Set();
  }

  hasLeft(worker: string): boolean {
    return this.#readings.get(worker)?.left ?? false;
  }

  /** The revision whose content had this hash, if any worker ever wrote it. */
  revisionOf(hash: string): Revision | undefined {
    return this.#revisions.get(hash);
  }

  async #readOn(worker: string): Promise<void> {
    const reading = this.#readings.get(worker) ?? { offset: 0, lastN: -Infinity, left: false };
    this.#readings.set(worker, reading);
    for await (const lines of appended(this.#fs, journalPath(this.#folder, worker), reading)) {
      for (const line of lines.toString('utf8').split('\n')) {
        if (line.trim() !== '') this.#take(worker, reading, parseJournalLine(line));
      }
    }
  }

  #take(worker: string, reading: Reading, line: JournalLine | undefined): void {
    if (!line) {
      this.#unreadable++;
      return;
    }
    if (line.n <= reading.lastN) return;
    reading.lastN = line.n;
    reading.left = line.record.t === 'leave';
    this.#fold(worker, line.record);
  }

  #fold(worker: string, record: JournalRecord): void {
    switch (record.t) {
      case 'claim':
        for (const claim of record.claims) this.#intend(worker, claim, record.revision);
        return;
      case 'revision':
        if (record.revision > (this.#revisions.get(record.hash)?.revision ?? -1)) {
          const { revision, print, anew = false } = record;
          this.#revisions.set(record.hash, { revision, print, worker, anew });
        }
        return;
      case 'start':
        this.#of(record.claim).started = { worker, entry: record.entry, at: record.at };
        return;
      case 'end':
        if (record.epoch !== undefined) return;
        this.#of(record.claim).ended = {
          worker,
          entry: record.entry,
          succeeded: record.code === 0,
          interrupted: record.interrupted ?? false,
        };
        return;
      case 'give-back':
        for (const claim of record.claims) {
          const facts = this.#of(claim);
          facts.givenBack = [...(facts.givenBack ?? []), worker];
        }
        return;
      case 'worker':
        this.#identities.set(worker, record.identity);
        return;
      case 'requeue':
        for (const claim of requeuedIn(record)) this.#requeue(worker, claim, record);
        return;
      case 'leave':
        return;
    }
  }

  /** Who finishes what another has decided records it once more: the mark came out by the later revision. */
  #requeue(
    worker: string,
    claim: string,
    { why, revision }: { why: string; revision?: number | undefined },
  ): void {
    const facts = this.#of(claim);
    const before = facts.requeued?.revision ?? -1;
    if (!facts.requeued || (revision ?? -1) > before) facts.requeued = { worker, why, revision };
  }

  #intend(worker: string, claim: string, revision: number): void {
    const facts = this.#of(claim);
    const isFirst = facts.firstRevision === undefined;
    facts.claimant = isFirst || facts.claimant === worker ? worker : undefined;
    facts.firstRevision = Math.min(facts.firstRevision ?? revision, revision);
    facts.lastRevision = Math.max(facts.lastRevision ?? revision, revision);
    let mine = this.#intended.get(worker);
    if (!mine) this.#intended.set(worker, (mine = new Set()));
    mine.add(claim);
  }

  #of(claim: string): ClaimFacts {
    let facts = this.#claims.get(claim);
    if (!facts) this.#claims.set(claim, (facts = {}));
    return facts;
  }
}
