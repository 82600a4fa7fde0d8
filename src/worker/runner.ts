import type { Claim } from '../claim/choose.js';
import type { Claimer } from '../claim/claimer.js';
import { claimName, slotName } from '../claim/names.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import type { RunEnd, Running, Spawner } from '../ports/spawn.js';
import type { Dress } from './dress.js';
import { environmentOf } from './environment.js';
import { writeFailureFile, type FailureFile } from './failure-file.js';
import type { Inside } from './failure-text.js';
import { passed } from './limits.js';
import { endRecord, gpusOf, looksSignalled } from './run-end.js';
import { SlotLog } from './slot-log.js';
import type { StopSwitch } from './stop.js';
import { mayOutlive, removeContainer } from './undress.js';

export type Attempt =
  | { readonly is: 'succeeded'; readonly took: number }
  | { readonly is: 'failed'; readonly took: number }
  /** It ended because this worker was told to stop. */
  | { readonly is: 'interrupted' }
  /** Somebody has put its entry back while this worker stood still: it was not started. */
  | { readonly is: 'not-started' }
  /** The same while it ran: what it did counts as this attempt, and the entry is others'. */
  | { readonly is: 'given-away' };

/** A run that failed for good. */
export interface FailedEntry {
  readonly entry: number;
  readonly argv: readonly string[];
  readonly end: RunEnd;
  readonly timedOut: boolean;
  readonly file: FailureFile;
}

export interface RunnerOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly screen: Screen;
  readonly claimer: Claimer;
  readonly stop: StopSwitch;
  readonly tell: Tell;
  readonly schedule: string;
  readonly worker: string;
  readonly host: string;
  readonly directory: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly inherit: boolean;
  readonly slot: Slot;
  readonly dress?: Dress | undefined;
  readonly inside?: Inside | undefined;
  /** A run that takes longer, in milliseconds, is ended and has failed. */
  readonly timeoutMs?: number | undefined;
  /** After SIGTERM, this long until SIGKILL. */
  readonly graceMs: number;
  onFailure(failed: FailedEntry): void;
}

/** One of the places in which a worker runs entries at the same time. */
export interface Slot {
  /** From 0. */
  readonly number: number;
  /** Of how many. */
  readonly of: number;
  /** What its runs have besides the worker's environment, such as CUDA_VISIBLE_DEVICES. */
  readonly env: Readonly<Record<string, string>>;
}

/** Nobody decides to put an entry back sooner after it was started. */
const GIVEN_AWAY_AFTER_MS = 250;

/** Without a reason each abort makes an error with a stack: 3 % of a short run. */
const OVER = 'over';

/** Who stops a whole job at once signals its worker too, which may learn of it after its run. */
const OWN_SIGNAL_MS = 500;

/** Runs one started entry: journal, process, output, journal, failure file. */
export class Runner {
  readonly #o: RunnerOptions;
  readonly #environment: ReturnType<typeof environmentOf>;
  readonly #log: SlotLog;

  constructor(options: RunnerOptions) {
    this.#o = options;
    const { env, schedule, worker, slot } = options;
    this.#environment = environmentOf({ ...env, ...slot.env }, { schedule, worker, slot: slot.number });
    this.#log = new SlotLog({ ...options, slot: this.#own.slot });
  }

  /**
   * `final`: a failure is the entry's last word, and gets a failure file. `since`: when, by the monotonic clock, it was
   * begun to be started.
   */
  async run(
    claim: Claim,
    argv: readonly string[],
    final: boolean,
    since = this.#o.clock.monotonic(),
  ): Promise<Attempt> {
    const book = await this.#o.claimer.book();
    await this.#log.open(book);
    const { entry, id } = claim;
    if (await this.#isGivenAway(claim, since)) {
      this.#o.tell({ tell: 'given-away', entry, ran: false, attempt: id.generation + 1 });
      return { is: 'not-started' };
    }
    const name = claimName(id);
    this.#log.output.begin(String(entry));
    const logged = this.#log.output.logged;
    book.journal.record({
      ...{ t: 'start', claim: name, entry, at: this.#o.clock.wallTime().toISOString() },
      ...this.#own,
      ...(logged && { log: logged[0] }),
    });
    this.#o.tell({ tell: 'running', entry, argv, attempt: id.generation + 1, labelled: this.#o.slot.of > 1 });

    const began = this.#o.clock.monotonic();
    const { end, timedOut } = await this.#spawn(claim, argv);
    const took = this.#o.clock.monotonic() - began;
    await this.#log.output.flushed();

    if (!timedOut && looksSignalled(end)) await this.#o.clock.wait(OWN_SIGNAL_MS, this.#o.stop.ending);
    const succeeded = end.is === 'exited' && end.code === 0 && !timedOut;
    const interrupted = !succeeded && !timedOut && this.#o.stop.ending.aborted && end.is !== 'unstartable';
    const facts = { claim: name, entry, took, timedOut, at: this.#o.clock.wallTime() };
    // The sidecar may have been made anew while it ran.
    const { journal, epoch } = await this.#o.claimer.book();
    const isBefore = epoch.succeeds.includes(claim.epoch.id);
    journal.record({
      ...endRecord(end, facts),
      ...(interrupted ? { interrupted } : {}),
      ...(timedOut ? { timedOut } : {}),
      ...this.#own,
      ...(isBefore ? { epoch: claim.epoch.number } : {}),
      // Of a deleted sidecar no log is left.
      ...((isBefore || epoch.id === claim.epoch.id) && logged && { log: this.#log.output.logged }),
    });
    if (await this.#isGivenAway(claim, began)) {
      this.#o.tell({ tell: 'given-away', entry, ran: true, attempt: id.generation + 1 });
      return { is: 'given-away' };
    }
    if (succeeded) return { is: 'succeeded', took };
    if (interrupted) return { is: 'interrupted' };
    if (final) await this.#fail(claim, argv, end, took, timedOut);
    return { is: 'failed', took };
  }

  /** Not asked where no time was for it: this worker was at work all the while. */
  async #isGivenAway(claim: Claim, since: number): Promise<boolean> {
    if (this.#o.clock.monotonic() - since < GIVEN_AWAY_AFTER_MS) return false;
    return this.#o.claimer.isGivenAway(claim).catch(() => false);
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  async #spawn(
    { entry, id }: Claim,
    argv: readonly string[],
  ): Promise<{ readonly end: RunEnd; readonly timedOut: boolean }> {
    const { stop, screen, inherit } = this.#o;
    if (inherit) screen.pause();
    const { worker, dress, spawner, clock } = this.#o;
    const attempt = id.generation + 1;
    const env = this.#environment({ entry, id: slotName(id), attempt });
    const dressed = { argv, env, worker, entry, attempt };
    const running = spawner.start({
      argv: dress?.argv(dressed) ?? argv,
      env,
      cwd: this.#o.directory,
      inherit,
      onOutput: this.#log.output.take,
    });
    stop.attach(running);
    const timing = this.#endInTime(running);
    try {
      const end = await running.ended;
      const timedOut = (await timing?.over()) ?? false;
      const removal = mayOutlive(end, timedOut || stop.ending.aborted) ? dress?.removal(dressed) : undefined;
      if (removal) await removeContainer({ spawner, clock, argv: removal, env });
      return { end, timedOut };
    } finally {
      void timing?.over();
      stop.detach(running);
      if (inherit) screen.resume();
    }
  }

  /** Ends a run that takes too long; `over`, when it has ended, tells whether it did. */
  #endInTime(running: Running): { readonly over: () => Promise<boolean> } | undefined {
    const { timeoutMs, graceMs, clock } = this.#o;
    if (timeoutMs === undefined) return undefined;
    const over = new AbortController();
    const timing = passed(clock, timeoutMs, over.signal).then(async (timedOut) => {
      if (!timedOut) return false;
      running.signal('SIGTERM');
      await clock.wait(graceMs, over.signal);
      if (!over.signal.aborted) running.signal('SIGKILL');
      return true;
    });
    return {
      over: () => {
        over.abort(OVER);
        return timing;
      },
    };
  }

  async #fail(
    { entry, id }: Claim,
    argv: readonly string[],
    end: RunEnd,
    durationMs: number,
    timedOut: boolean,
  ): Promise<void> {
    const file = await writeFailureFile(this.#o.fs, {
      argv,
      entry,
      attempt: id.generation + 1,
      host: this.#o.host,
      gpu: gpusOf({ ...this.#o.env, ...this.#o.slot.env }),
      timeoutMs: timedOut ? this.#o.timeoutMs : undefined,
      directory: this.#o.directory,
      inside: this.#o.inside,
      end,
      durationMs,
      finished: this.#o.clock.wallTime(),
      output: this.#log.output.lastLines(),
    });
    this.#o.onFailure({ entry, argv, end, timedOut, file });
  }

  /** Said only where there are several. */
  get #own(): { readonly slot?: number } {
    const { number, of } = this.#o.slot;
    return of > 1 ? { slot: number } : {};
  }
}
