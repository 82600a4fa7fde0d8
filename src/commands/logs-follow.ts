import { Failure } from '../failure.js';
import { argvOf } from '../schedule/slots.js';
import { readLog, tailStart } from '../survey/run-log.js';
import type { Run, Snapshot } from '../survey/types.js';
import type { Looking } from './look.js';
import { chooseRuns, isLogged, stateOfRun, type LoggedRun, type LogSink, type NoLog } from './logs.js';

export interface FollowPorts {
  readonly looking: Looking;
  readonly sink: LogSink;
  readonly signal: AbortSignal;
}

const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const GROWTH = 1.4;
/** The journals are read less often than the logs, and never for more than a twentieth of the time. */
const LOOK_EVERY_MS = 1_000;
const LOOK_SHARE = 20;
/** A host writes what its programs print to the server within half a minute; its journal is there sooner. */
const LATEST_BYTES_MS = 45_000;
/** Then it is the next run's turn. */
const BLOCKS_IN_A_ROW = 64;

/**
 * Shows the output of these runs as it comes, and of entries that wait for their next run from where that begins. Ends
 * when all have ended and everything was shown, or when `signal` says so.
 */
export async function followLogs(
  ports: FollowPorts,
  first: Snapshot,
  chosen: readonly (LoggedRun | NoLog)[],
  tail: number | undefined,
): Promise<void> {
  const { sink, signal } = ports;
  const { clock } = ports.looking;
  const followed = chosen.map((one) => new Followed(ports, first, one, tail));
  const waiting = followed.filter(({ isWaiting }) => isWaiting).map(({ entry }) => entry);
  if (waiting.length > 0) sink.say({ say: 'waiting', entries: waiting, isAnybodyThere: isAnybodyThere(first) });
  const looks = new Looks(ports.looking, first);
  let isTrouble = false;
  for (let pause = SHORTEST_PAUSE_MS; !signal.aborted;) {
    let news = false;
    try {
      const snapshot = await looks.next();
      for (const one of followed) news = (await one.goOn(snapshot)) || news;
      isTrouble = false;
    } catch (error) {
      // A server that does not answer, a schedule that is being edited: it may pass.
      if (!(error instanceof Failure)) throw error;
      if (!isTrouble) sink.say({ say: 'trouble', failure: error.detail });
      isTrouble = true;
    }
    if (sink.isClosed || followed.every(({ isOver }) => isOver)) return;
    pause = news ? SHORTEST_PAUSE_MS : Math.min(pause * GROWTH, LONGEST_PAUSE_MS);
    await clock.wait(pause, signal);
  }
}

/** Snapshots, new ones no more often than they are worth. */
class Looks {
  readonly #looking: Looking;
  #snapshot: Snapshot;
  #at: number;
  #everyMs = LOOK_EVERY_MS;

  constructor(looking: Looking, first: Snapshot) {
    this.#looking = looking;
    this.#snapshot = first;
    this.#at = looking.clock.monotonic();
  }

  async next(): Promise<Snapshot> {
    const { clock } = this.#looking;
    const before = clock.monotonic();
    if (before - this.#at < this.#everyMs) return this.#snapshot;
    this.#snapshot = await this.#looking.look();
    this.#at = clock.monotonic();
    this.#everyMs = Math.max(LOOK_EVERY_MS, LOOK_SHARE * (this.#at - before));
    return this.#snapshot;
  }
}

/** One run, or an entry whose next run is waited for. */
class Followed {
  readonly #ports: FollowPorts;
  readonly #argv: string;
  #entry: number;
  #logged: LoggedRun | undefined;
  /** Runs up to this attempt are not the one that is waited for. */
  readonly #after: number;
  #offset: number | undefined;
  readonly #tail: number | undefined;
  /** Ended before anybody followed it. */
  readonly #wasOver: boolean;
  #seen: Snapshot | undefined;
  #isSuspect = false;
  #stuckSince: number | undefined;
  isOver = false;

  constructor(ports: FollowPorts, snapshot: Snapshot, one: LoggedRun | NoLog, tail: number | undefined) {
    this.#ports = ports;
    this.#entry = one.entry;
    this.#argv = JSON.stringify(argvOf(snapshot.text, one.entry));
    this.#logged = one.is === 'logged' ? one : undefined;
    this.#after = snapshot.runsOf(one.entry).at(-1)?.attempt ?? 0;
    // Of what starts later nothing is to be missed.
    this.#tail = one.is === 'logged' ? tail : undefined;
    this.#wasOver = one.is === 'logged' && one.run.end !== undefined;
  }

  get entry(): number {
    return this.#entry;
  }

  get isWaiting(): boolean {
    return this.#logged === undefined;
  }

  /** Shows what is new; false when that is nothing. */
  async goOn(snapshot: Snapshot): Promise<boolean> {
    if (this.isOver) return false;
    if (snapshot !== this.#seen) {
      this.#seen = snapshot;
      if (!this.#keepUp(snapshot)) return true;
      this.#logged ??= await this.#started(snapshot);
    }
    return this.#logged ? this.#show(snapshot, this.#logged) : this.isOver;
  }

  /** The entry may have moved in the schedule, and the run may have ended; false when the entry is gone. */
  #keepUp(snapshot: Snapshot): boolean {
    const at = this.#find(snapshot);
    if (!at) {
      this.isOver = true;
      this.#ports.sink.say({ say: 'entry-gone', entry: this.#entry });
      return false;
    }
    this.#entry = at.entry;
    if (this.#logged && at.run) {
      const state = stateOfRun(snapshot, at.entry, at.run);
      this.#logged = { ...this.#logged, run: at.run, state };
    }
    return true;
  }

  #find(snapshot: Snapshot): { readonly entry: number; readonly run?: Run } | undefined {
    const { text } = snapshot;
    const here = this.#runAt(snapshot, this.#entry);
    if (here) return here;
    for (let entry = 0; entry < text.count; entry++) {
      const found = this.#runAt(snapshot, entry);
      if (found) return found;
    }
    return undefined;
  }

  /** Equal entries are interchangeable: the run may be told of another of them. */
  #runAt(snapshot: Snapshot, entry: number): { readonly entry: number; readonly run?: Run } | undefined {
    const { text } = snapshot;
    if (entry >= text.count || JSON.stringify(argvOf(text, entry)) !== this.#argv) return undefined;
    const logged = this.#logged?.run;
    if (!logged) return { entry };
    const run = snapshot.runsOf(entry).find((one) => isSame(one, logged));
    return run && { entry, run };
  }

  /** The run that was waited for. */
  async #started(snapshot: Snapshot): Promise<LoggedRun | undefined> {
    const next = snapshot.runsOf(this.#entry).find(({ attempt }) => attempt > this.#after);
    if (!next) {
      // By hand: nobody will run it.
      if (snapshot.stateOf(this.#entry).is === 'marked') await this.#giveUp(snapshot);
      return undefined;
    }
    const which = { attempt: next.attempt };
    const [one] = await chooseRuns(this.#ports.looking.fs, snapshot, [this.#entry], which);
    if (one?.is === 'logged') return one;
    await this.#giveUp(snapshot, next.attempt);
    return undefined;
  }

  async #giveUp(snapshot: Snapshot, attempt?: number): Promise<void> {
    this.isOver = true;
    const none = await chooseRuns(this.#ports.looking.fs, snapshot, [this.#entry], { attempt });
    this.#ports.sink.say({ say: 'none', none: none.filter((one) => !isLogged(one)) });
  }

  async #show(snapshot: Snapshot, from: LoggedRun): Promise<boolean> {
    let logged = from;
    const { looking, sink, signal } = this.#ports;
    const { fs } = looking;
    this.#offset ??= this.#tail === undefined ? 0 : await tailStart(fs, snapshot, logged.run, this.#tail);
    let news = false;
    for (let blocks = 0; blocks < BLOCKS_IN_A_ROW && !signal.aborted && !sink.isClosed; blocks++) {
      const piece = await readLog(fs, snapshot, logged.run, this.#offset);
      if (!piece) return this.#lost(snapshot, logged);
      logged = this.#logged = known(logged, piece.run);
      if (piece.bytes.length > 0) {
        await sink.put(logged, piece.bytes);
        this.#offset = piece.next;
        news = true;
      }
      if (piece.isOver) return this.#end(logged);
      if (piece.bytes.length === 0) break;
    }
    await this.#remark(logged, news);
    return news;
  }

  /** A worker that is not heard of, or bytes that do not come. */
  async #remark(logged: LoggedRun, news: boolean): Promise<void> {
    const { looking, sink } = this.#ports;
    const { clock } = looking;
    const { run, state } = logged;
    if (state === 'suspect' && !this.#isSuspect) sink.say({ say: 'suspect', logged });
    this.#isSuspect = state === 'suspect';
    if (news || !run.end) {
      this.#stuckSince = undefined;
      return;
    }
    this.#stuckSince ??= clock.monotonic();
    if (clock.monotonic() - this.#stuckSince < LATEST_BYTES_MS) return;
    const [from, to = 0] = run.log ?? [0];
    sink.say({ say: 'bytes-missing', logged, bytes: to - from - (this.#offset ?? 0) });
    await this.#end(logged);
  }

  /** The file went away while it was read. */
  async #lost(snapshot: Snapshot, logged: LoggedRun): Promise<boolean> {
    await this.#giveUp(snapshot, logged.run.attempt);
    return true;
  }

  async #end(logged: LoggedRun): Promise<true> {
    this.isOver = true;
    await this.#ports.sink.end(logged);
    if (!this.#wasOver) this.#ports.sink.say({ say: 'ended', logged });
    return true;
  }
}

/** As the journal tells it by now. */
function known(logged: LoggedRun, run: Run): LoggedRun {
  return run === logged.run ? logged : { ...logged, run, state: run.end?.is ?? logged.state };
}

function isSame(one: Run, other: Run): boolean {
  return one.attempt === other.attempt && one.worker === other.worker && one.startedAt === other.startedAt;
}

function isAnybodyThere({ workers }: Snapshot): boolean {
  return workers.some(({ standing }) => standing !== 'gone');
}
