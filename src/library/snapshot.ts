import { workerOf } from '../commands/status.js';
import { argvOf } from '../schedule/slots.js';
import type { Run as KnownRun, RunOutcome, Snapshot as Known, WorkerFacts } from '../survey/types.js';
import { CooperateError } from './error.js';
import type { Entry, Run, RunEnd, Snapshot, StateName, Worker } from './types.js';

/** What was read, as users of the library see it; entries are made when they are asked for. */
export function snapshotOf(known: Known, at: Date): Snapshot {
  const { schedule, totals, text } = known;
  const { count } = text;
  return {
    ...{ schedule, at, count, totals },
    workers: known.workers.map(workerFrom),
    entry(entry) {
      if (!Number.isInteger(entry) || entry < 0 || entry >= count)
        throw new CooperateError({ reason: 'entry-unknown', path: schedule, entry, count });
      return new KnownEntry(known, entry);
    },
    *entries({ states } = {}) {
      const wanted = states && new Set(states);
      for (let entry = 0; entry < count; entry++) {
        if (!wanted || wanted.has(known.stateOf(entry).is)) yield new KnownEntry(known, entry);
      }
    },
  };
}

/** Its command and its runs are looked up when they are asked for. */
class KnownEntry implements Entry {
  readonly #known: Known;
  readonly state: StateName;
  declare readonly worker?: string;

  constructor(
    known: Known,
    readonly entry: number,
  ) {
    this.#known = known;
    const state = known.stateOf(entry);
    this.state = state.is;
    const worker = workerOf(state);
    if (worker !== undefined) this.worker = worker;
  }

  get command(): readonly string[] {
    return argvOf(this.#known.text, this.entry);
  }

  get runs(): readonly Run[] {
    return this.#known.runsOf(this.entry).map(runFrom);
  }

  /** All of it, for who prints it. */
  toJSON(): Entry {
    const { entry, command, state, worker, runs } = this;
    return { entry, command, state, ...(worker === undefined ? {} : { worker }), runs };
  }
}

function runFrom({ attempt, worker, startedAt, log, end }: KnownRun): Run {
  return {
    ...{ attempt, worker, startedAt: new Date(startedAt), isLogged: log !== undefined },
    ...(end ? { end: endFrom(end) } : {}),
  };
}

function endFrom({ at, took, timedOut, ...end }: RunOutcome): RunEnd {
  return { ...end, at: new Date(at), tookMs: took, timedOut: timedOut ?? false };
}

function workerFrom(facts: WorkerFacts): Worker {
  const { worker, identity, standing, since, running, succeeded, failed, lastHeardMs } = facts;
  return {
    ...{ worker, standing, since: new Date(since), running, succeeded, failed },
    ...(identity ? { host: identity.hostname } : {}),
    ...(lastHeardMs === undefined ? {} : { lastHeardMs }),
  };
}
