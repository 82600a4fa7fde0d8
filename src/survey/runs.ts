import { roomFor } from './columns.js';
import type { Run, RunOutcome } from './types.js';

/** How a run stands: still open, or one of the ways it can end. */
export const OPEN = 0;
export const SUCCEEDED = 1;
export const FAILED = 2;
export const INTERRUPTED = 3;
const NAMES = ['succeeded', 'succeeded', 'failed', 'interrupted'] as const;

const FIRST_ROOM = 1 << 10;
const MOST_PLACES = 1 << 16;
/** No exit code is that. */
const NO_CODE = -(2 ** 31);

/** What few ends have. */
interface Odd {
  readonly signal?: string;
  readonly unstartable?: string;
  readonly timedOut?: true;
}

/** A run's numbers, as they come from a journal. */
export interface RunStart {
  readonly worker: number;
  readonly generation: number;
  readonly entry: number;
  readonly at: number;
  /** Which of its worker's slots; -1 where it has one. */
  readonly place: number;
  /** -1 when it is not known. */
  readonly logFrom: number;
}

export interface RunEnd extends RunStart {
  readonly took: number;
  readonly logTo: number;
  readonly outcome: typeof SUCCEEDED | typeof FAILED | typeof INTERRUPTED;
  readonly code: number | undefined;
  readonly odd: Odd | undefined;
}

class NumberedRun implements Run {
  readonly attempt: number;
  readonly worker: string;
  readonly startedAt: number;
  readonly slot: number | undefined;
  readonly log: Run['log'];
  readonly end: RunOutcome | undefined;
  readonly #of: Runs;
  readonly #number: number;

  constructor({ attempt, worker, startedAt, slot, log, end }: Run, of: Runs, number: number) {
    this.attempt = attempt;
    this.worker = worker;
    this.startedAt = startedAt;
    this.slot = slot;
    this.log = log;
    this.end = end;
    this.#of = of;
    this.#number = number;
  }

  static numberOf(run: Run, of: Runs): number | undefined {
    return #number in run && run.#of === of ? run.#number : undefined;
  }
}

/** All runs of all slots, numbered from 0; those of one slot hang together by `before`. */
export class Runs {
  size = 0;
  /** The run of the same slot that was known before, or -1. */
  before = new Int32Array(FIRST_ROOM);
  generation = new Int32Array(FIRST_ROOM);
  worker = new Int32Array(FIRST_ROOM);
  entry = new Int32Array(FIRST_ROOM);
  outcome = new Uint8Array(FIRST_ROOM);
  startedAt = new Float64Array(FIRST_ROOM);
  took = new Float64Array(FIRST_ROOM);
  #endedAt = new Float64Array(FIRST_ROOM);
  #place = new Int32Array(FIRST_ROOM);
  #code = new Int32Array(FIRST_ROOM);
  #logFrom = new Float64Array(FIRST_ROOM);
  #logTo = new Float64Array(FIRST_ROOM);
  readonly #odd = new Map<number, Odd>();
  /** The last run in each log, by worker and place. */
  readonly #lastIn = new Map<number, number>();

  add(start: RunStart, before: number): number {
    const run = this.size++;
    if (this.size > this.before.length) this.#widen();
    this.before[run] = before;
    this.generation[run] = start.generation;
    this.worker[run] = start.worker;
    this.entry[run] = start.entry;
    this.outcome[run] = OPEN;
    this.startedAt[run] = start.at;
    this.#place[run] = start.place;
    this.#logFrom[run] = start.logFrom;
    this.#logTo[run] = -1;
    this.#follow(run, start);
    return run;
  }

  /** One log holds the runs of a place one after the other: one whose end is unknown went up to the next. */
  #follow(run: number, { worker, place, logFrom }: RunStart): void {
    const log = worker * MOST_PLACES + place + 1;
    const last = this.#lastIn.get(log);
    if (last !== undefined && this.outcome[last] === OPEN) this.#logTo[last] = logFrom;
    this.#lastIn.set(log, run);
  }

  /** The number of a run that was read here; undefined for others. By its facts several slots' runs may be equal. */
  numberOf(run: Run): number | undefined {
    return NumberedRun.numberOf(run, this);
  }

  end(run: number, end: RunEnd): void {
    this.outcome[run] = end.outcome;
    this.took[run] = end.took;
    this.#endedAt[run] = end.at;
    this.#code[run] = end.code ?? NO_CODE;
    if (end.place >= 0) this.#place[run] = end.place;
    if (end.logFrom >= 0) this.#logFrom[run] = end.logFrom;
    this.#logTo[run] = end.logTo;
    if (end.odd) this.#odd.set(run, end.odd);
  }

  /** `name` tells a worker's name. Without `ended` as it was when it still ran. */
  read(run: number, name: (worker: number) => string, ended = true): Run {
    const place = this.#place[run] as number;
    const logFrom = this.#logFrom[run] as number;
    const end = ended ? this.#end(run) : undefined;
    const logTo = this.#logTo[run] as number;
    const isSettled = end !== undefined || this.outcome[run] === OPEN;
    const facts: Run = {
      attempt: (this.generation[run] as number) + 1,
      worker: name(this.worker[run] as number),
      startedAt: this.startedAt[run] as number,
      slot: place < 0 ? undefined : place,
      log: logFrom < 0 ? undefined : [logFrom, isSettled && logTo >= 0 ? logTo : undefined],
      end,
    };
    return new NumberedRun(facts, this, run);
  }

  #end(run: number): RunOutcome | undefined {
    const outcome = this.outcome[run] as number;
    if (outcome === OPEN) return undefined;
    const code = this.#code[run] as number;
    return {
      is: NAMES[outcome] ?? 'failed',
      at: this.#endedAt[run] as number,
      took: this.took[run] as number,
      ...(code === NO_CODE ? {} : { code }),
      ...this.#odd.get(run),
    };
  }

  #widen(): void {
    const room = this.size;
    this.before = roomFor(this.before, room);
    this.generation = roomFor(this.generation, room);
    this.worker = roomFor(this.worker, room);
    this.entry = roomFor(this.entry, room);
    this.outcome = roomFor(this.outcome, room);
    this.startedAt = roomFor(this.startedAt, room);
    this.took = roomFor(this.took, room);
    this.#endedAt = roomFor(this.#endedAt, room);
    this.#place = roomFor(this.#place, room);
    this.#code = roomFor(this.#code, room);
    this.#logFrom = roomFor(this.#logFrom, room);
    this.#logTo = roomFor(this.#logTo, room);
  }
}
