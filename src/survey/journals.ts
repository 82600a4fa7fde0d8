import { appended, journalPath, writersIn } from '../journal/appended.js';
import {
  parseJournalLine,
  requeuedIn,
  type EndRecord,
  type JournalRecord,
  type WorkerIdentity,
} from '../journal/records.js';
import type { FileSystem } from '../ports/fs.js';
import { History } from './history.js';
import { Latest } from './latest.js';
import { FAILED, INTERRUPTED, SUCCEEDED, type RunEnd } from './runs.js';
import { ClaimReader } from './slot-numbers.js';

/** One journal, as far as it was read. */
export interface Writer {
  readonly worker: string;
  /** Its place among the writers. */
  readonly number: number;
  identity: WorkerIdentity | undefined;
  since: number;
  gpus: string | undefined;
  left: boolean;
  succeeded: number;
  failed: number;
  /** The runs that it ended last. */
  readonly latest: Latest;
  offset: number;
  lastN: number;
}

const NEWLINE = 10;

/** All journals of an epoch, read on from where the last look ended and folded into a history. */
export class Journals {
  readonly history = new History();
  readonly writers: Writer[] = [];
  readonly #byName = new Map<string, Writer>();
  /** The highest revision that carried each content. */
  readonly #revisions = new Map<string, number>();
  readonly #fs: FileSystem;
  readonly #folder: string;
  readonly #claim = new ClaimReader();
  /** Lines that could not be read. */
  unreadable = 0;
  /** Grows whenever anything was read. */
  lines = 0;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  async readOn(): Promise<void> {
    for (const worker of await writersIn(this.#fs, this.#folder)) await this.readOnOf(worker);
  }

  /** One worker's journal. */
  async readOnOf(worker: string): Promise<void> {
    const writer = this.writerOf(worker);
    const bytes = await appended(this.#fs, journalPath(this.#folder, worker), writer);
    for (let from = 0; from < bytes.length;) {
      const to = bytes.indexOf(NEWLINE, from);
      this.#line(writer, bytes, from, to);
      from = to + 1;
    }
  }

  /** Also for workers that are only heard of, such as by a cell. */
  writerOf(worker: string): Writer {
    let writer = this.#byName.get(worker);
    if (!writer) {
      writer = unread(worker, this.writers.length);
      this.writers.push(writer);
      this.#byName.set(worker, writer);
    }
    return writer;
  }

  /** The revision whose content had this hash, if any worker ever wrote it. */
  revisionOf(hash: string): number | undefined {
    return this.#revisions.get(hash);
  }

  #line(writer: Writer, bytes: Buffer, from: number, to: number): void {
    const text = bytes.toString('utf8', from, to);
    if (text.trim() === '') return;
    this.lines++;
    const line = parseJournalLine(text);
    if (!line) {
      this.unreadable++;
      return;
    }
    if (line.n <= writer.lastN) return;
    writer.lastN = line.n;
    writer.left = line.record.t === 'leave';
    this.#fold(writer, line.record);
  }

  #fold(writer: Writer, record: JournalRecord): void {
    const { history } = this;
    switch (record.t) {
      case 'worker':
        writer.identity = record.identity;
        writer.gpus = record.gpus;
        writer.since = timeOf(record.at);
        return;
      case 'claim':
        for (const name of record.claims) {
          const slot = this.#slotOf(name);
          if (slot >= 0) history.claim(slot, this.#claim.generation, writer.number, record.revision);
        }
        return;
      case 'give-back':
        for (const name of record.claims) {
          const slot = this.#slotOf(name);
          if (slot >= 0) history.giveBack(slot, this.#claim.generation, writer.number);
        }
        return;
      case 'requeue': {
        for (const name of requeuedIn(record)) {
          const slot = this.#slotOf(name);
          if (slot >= 0) history.requeue(slot, this.#claim.generation);
        }
        return;
      }
      case 'start': {
        const slot = this.#slotOf(record.claim);
        if (slot < 0) return;
        history.start(slot, {
          worker: writer.number,
          generation: this.#claim.generation,
          entry: record.entry,
          at: timeOf(record.at),
          place: record.slot ?? -1,
          logFrom: record.log ?? -1,
        });
        return;
      }
      case 'end': {
        // About a claim of another epoch, whose schedule is no more.
        if (record.epoch !== undefined) return;
        const slot = this.#slotOf(record.claim);
        if (slot < 0) return;
        const end = endOf(record, writer.number, this.#claim.generation);
        tally(writer, end);
        writer.latest.add(history.end(slot, end));
        return;
      }
      case 'revision': {
        const { hash, revision } = record;
        if (revision > (this.#revisions.get(hash) ?? -1)) this.#revisions.set(hash, revision);
        return;
      }
      case 'leave':
        return;
    }
  }

  /** -1 for what is no claim. */
  #slotOf(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.#claim.read(bytes, 0, bytes.length) ? this.history.slotOf(this.#claim) : -1;
  }
}

function tally(writer: Writer, { outcome }: RunEnd): void {
  if (outcome === SUCCEEDED) writer.succeeded++;
  if (outcome === FAILED) writer.failed++;
}

function endOf(record: EndRecord, worker: number, generation: number): RunEnd {
  const { code, signal, unstartable, timedOut, interrupted, log, slot = -1 } = record;
  const succeeded = code === 0 && !timedOut;
  const isOdd = signal !== undefined || unstartable !== undefined || timedOut === true;
  return {
    worker,
    generation,
    entry: record.entry,
    at: timeOf(record.at),
    took: record.took,
    place: slot,
    logFrom: log?.[0] ?? -1,
    logTo: log?.[1] ?? -1,
    outcome: interrupted ? INTERRUPTED : succeeded ? SUCCEEDED : FAILED,
    code,
    odd: isOdd
      ? {
          ...(signal === undefined ? {} : { signal }),
          ...(unstartable === undefined ? {} : { unstartable }),
          ...(timedOut ? { timedOut } : {}),
        }
      : undefined,
  };
}

/** 0 for what is no time: it is for people, and nothing hangs on it. */
function timeOf(at: string): number {
  return Date.parse(at) || 0;
}

function unread(worker: string, number: number): Writer {
  return {
    ...{ worker, number, identity: undefined, since: 0, gpus: undefined, left: false },
    ...{ succeeded: 0, failed: 0, latest: new Latest(), offset: 0, lastN: -Infinity },
  };
}
