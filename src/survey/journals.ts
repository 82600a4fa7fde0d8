import { appended, journalPath, writersIn, type ReadTo } from '../journal/appended.js';
import {
  parseJournalLine,
  requeuedIn,
  type EndRecord,
  type JournalRecord,
  type WorkerIdentity,
} from '../journal/records.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { CLAIM, END, QuickLine } from '../journal/quick-line.js';
import { History } from './history.js';
import { Latest } from './latest.js';
import { FAILED, INTERRUPTED, SUCCEEDED, type RunEnd, type RunStart } from './runs.js';
import { ClaimReader } from './slot-numbers.js';

/** One journal, as far as it was read. */
export interface Writer extends ReadTo {
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
  lastN: number;
}

/** A journal's lines, the first of which are being read. */
interface Coming {
  readonly writer: Writer;
  readonly first: Promise<IteratorResult<Buffer, void>>;
  readonly lines: AsyncGenerator<Buffer, void>;
}

const NEWLINE = 10;
const READ_AHEAD = 4;

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
  readonly #quick = new QuickLine();
  /** Lines that could not be read. */
  unreadable = 0;
  /** Grows whenever anything was read. */
  lines = 0;

  constructor(fs: FileSystem, folder: string) {
    this.#fs = fs;
    this.#folder = folder;
  }

  /** The next ones are on their way while one is folded. */
  async readOn(isComplete: (worker: string) => boolean): Promise<void> {
    const workers = (await writersIn(this.#fs, this.#folder)).filter((worker) => !isComplete(worker));
    const coming: Coming[] = [];
    try {
      for (const i of workers.keys()) {
        for (const next of workers.slice(i + coming.length, i + READ_AHEAD)) coming.push(this.#coming(next));
        await this.#foldAll(coming.shift() as Coming);
      }
    } finally {
      // One could not be read: what the next ones gave already would not be read again.
      await Promise.allSettled(coming.map((ahead) => this.#foldAll(ahead)));
    }
  }

  /** One worker's journal. */
  async readOnOf(worker: string): Promise<void> {
    await this.#foldAll(this.#coming(worker));
  }

  /** Why it fails is told to whoever takes it; nobody may. */
  #coming(worker: string): Coming {
    const writer = this.writerOf(worker);
    const lines = appended(this.#fs, journalPath(this.#folder, worker), writer);
    const first = lines.next();
    first.catch(() => undefined);
    return { writer, first, lines };
  }

  async #foldAll({ writer, first, lines }: Coming): Promise<void> {
    try {
      for (let next = await first; next.done !== true; next = await lines.next())
        this.#lines(writer, next.value);
    } catch (error) {
      // A worker that is known by its cells alone.
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  #lines(writer: Writer, bytes: Buffer): void {
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
    if (this.#quick.read(bytes, from, to)) {
      this.lines++;
      if (this.#isNew(writer, this.#quick.n)) this.#foldQuick(writer, bytes);
      return;
    }
    const text = bytes.toString('utf8', from, to);
    if (text.trim() === '') return;
    this.lines++;
    const line = parseJournalLine(text);
    if (!line) this.unreadable++;
    else if (this.#isNew(writer, line.n)) this.#fold(writer, line.record);
  }

  /** False for what was written once more because the first try could not be proven. */
  #isNew(writer: Writer, n: number): boolean {
    if (n <= writer.lastN) return false;
    writer.lastN = n;
    writer.left = false;
    return true;
  }

  #foldQuick(writer: Writer, bytes: Buffer): void {
    const { history } = this;
    const quick = this.#quick;
    const { number: worker } = writer;
    if (quick.kind === CLAIM) {
      const { claims, claimed, revision } = quick;
      for (let i = 0; i < claimed; i += 2) {
        if (!this.#claim.read(bytes, claims[i] as number, claims[i + 1] as number)) continue;
        history.claim(history.slotOf(this.#claim), this.#claim.generation, worker, revision);
      }
      return;
    }
    if (!this.#claim.read(bytes, quick.claimFrom, quick.claimTo)) return;
    const slot = history.slotOf(this.#claim);
    const { generation } = this.#claim;
    const { entry, at, slot: place, logFrom } = quick;
    if (quick.kind === END)
      this.#end(writer, slot, endOf(quick, { worker, generation, entry, at, place, logFrom }));
    else history.start(slot, { worker, generation, entry, at, place, logFrom });
  }

  #end(writer: Writer, slot: number, end: RunEnd): void {
    if (end.outcome === SUCCEEDED) writer.succeeded++;
    if (end.outcome === FAILED) writer.failed++;
    writer.latest.add(this.history.end(slot, end));
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
        history.start(slot, this.#startOf(writer, record, record.log));
        return;
      }
      case 'end': {
        // About a claim of another epoch, whose schedule is no more.
        if (record.epoch !== undefined) return;
        const slot = this.#slotOf(record.claim);
        if (slot < 0) return;
        const { log, took, code, signal, unstartable, interrupted = false, timedOut = false } = record;
        const what = { took, code, signal, unstartable, interrupted, timedOut, logTo: log?.[1] ?? -1 };
        this.#end(writer, slot, endOf(what, this.#startOf(writer, record, log?.[0])));
        return;
      }
      case 'revision': {
        const { hash, revision } = record;
        if (revision > (this.#revisions.get(hash) ?? -1)) this.#revisions.set(hash, revision);
        return;
      }
      case 'leave':
        writer.left = true;
        return;
    }
  }

  /** Of the claim that was read last. */
  #startOf(
    { number: worker }: Writer,
    { entry, at, slot = -1 }: StartRecord | EndRecord,
    logFrom = -1,
  ): RunStart {
    const { generation } = this.#claim;
    return { worker, generation, entry, at: timeOf(at), place: slot, logFrom };
  }

  /** -1 for what is no claim. */
  #slotOf(name: string): number {
    const bytes = Buffer.from(name, 'latin1');
    return this.#claim.read(bytes, 0, bytes.length) ? this.history.slotOf(this.#claim) : -1;
  }
}

type StartRecord = Extract<JournalRecord, { t: 'start' }>;

interface Outcome extends Pick<RunEnd, 'took' | 'logTo' | 'code'> {
  readonly signal: string | undefined;
  readonly unstartable: string | undefined;
  readonly interrupted: boolean;
  readonly timedOut: boolean;
}

function endOf(
  { took, logTo, code, signal, unstartable, interrupted, timedOut }: Outcome,
  start: RunStart,
): RunEnd {
  const outcome = interrupted ? INTERRUPTED : code === 0 && !timedOut ? SUCCEEDED : FAILED;
  const { worker, generation, entry, at, place, logFrom } = start;
  const end = {
    worker,
    generation,
    entry,
    at,
    place,
    logFrom,
    took,
    logTo,
    outcome,
    code,
    odd: undefined,
  } as const;
  if (signal === undefined && unstartable === undefined && !timedOut) return end;
  return {
    ...end,
    odd: {
      ...(signal === undefined ? {} : { signal }),
      ...(unstartable === undefined ? {} : { unstartable }),
      ...(timedOut && { timedOut }),
    },
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
