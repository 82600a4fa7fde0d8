import type { Claim } from '../claim/choose.js';
import type { Claimer, Round } from '../claim/claimer.js';
import { batchSize, smoothed, type Pace } from '../claim/batch.js';
import { claimName } from '../claim/names.js';
import { recover, type Findings } from '../claim/recover.js';
import { HEARTBEAT_INTERVAL_MS } from '../claim/dead.js';
import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { Attempt, Runner } from './runner.js';
import { Patience } from './patience.js';
import type { StopSwitch } from './stop.js';

export interface WorkerOptions {
  readonly claimer: Claimer;
  readonly runner: Runner;
  readonly stop: StopSwitch;
  readonly clock: Clock;
  readonly tell: Tell;
  /** Failures after which to stop; Infinity keeps going. */
  readonly maxFailures: number;
  /** Rerun a failing command, with these arguments appended, until it succeeds. */
  readonly persistent: readonly string[] | undefined;
}

export interface WorkResult {
  readonly ended: number;
  readonly failed: number;
  /** Undefined when the worker stopped before nothing was pending. */
  readonly findings: Findings | undefined;
}

/** What a status line shows. */
export interface Progress {
  readonly ended: number;
  readonly failed: number;
  /** Claimed and not started yet. */
  readonly held: number;
  readonly runMs: number | undefined;
  readonly workers: number;
  readonly current: { readonly claim: Claim; readonly since: number } | undefined;
}

/** An entry that takes this long keeps nothing else waiting behind it. */
const GIVE_BACK_AFTER_MS = 5_000;
/** Between reruns of a command that fails at once. */
const FIRST_RERUN_PAUSE_MS = 1_000;
const LONGEST_RERUN_PAUSE_MS = 60_000;

/** Works a schedule off: claims, starts, runs, records, until nothing is pending or it is told to stop. */
export class Worker {
  readonly #o: WorkerOptions;
  readonly #patience: Patience;
  #held: Claim[] = [];
  #starting: Claim | undefined;
  /** On their way back to the file. */
  #returning: Claim[] = [];
  #givingBack: Promise<void> = Promise.resolve();
  #pace: Pace = { claimMs: undefined, runMs: undefined, lastBatch: 1 };
  #workers = 1;
  #ended = 0;
  #failed = 0;
  #current: Progress['current'];
  readonly #interrupted: Claim[] = [];
  #findings: Findings | undefined;

  constructor(options: WorkerOptions) {
    this.#o = options;
    this.#patience = new Patience({ clock: options.clock, tell: options.tell, giveUp: options.stop.draining });
  }

  get progress(): Progress {
    return {
      ended: this.#ended,
      failed: this.#failed,
      held: this.#held.length,
      runMs: this.#pace.runMs,
      workers: this.#workers,
      current: this.#current,
    };
  }

  /** Until nothing is pending; or just what `claim` comes back with. */
  async work(claim?: () => Promise<Round | undefined>): Promise<WorkResult> {
    const beating = this.#keepBeating();
    try {
      await (claim ? this.#runJust(claim) : this.#claimAndRun());
    } catch (error) {
      if (!(error instanceof Failure && this.#o.stop.draining.aborted)) throw error;
    } finally {
      beating();
      await this.#leave();
    }
    return { ended: this.#ended, failed: this.#failed, findings: this.#findings };
  }

  async #runJust(claim: () => Promise<Round | undefined>): Promise<void> {
    let round = await this.#patience.with(claim);
    while (round?.is === 'again') {
      await this.#o.clock.wait(round.afterMs, this.#o.stop.draining);
      round = await this.#patience.with(claim);
    }
    if (round?.is === 'claimed') await this.#runAll(round.claims);
  }

  async #claimAndRun(): Promise<void> {
    while (this.#mayGoOn()) {
      const round = await this.#claim();
      if (round?.is === 'claimed') await this.#runAll(round.claims);
      else if (round?.is === 'again') await this.#o.clock.wait(round.afterMs, this.#o.stop.draining);
      else if (round?.is === 'nothing-pending') {
        const findings = await this.#patience.with(() => recover(this.#o.claimer));
        this.#findings = findings;
        if (findings.offered === 0) return;
        this.#o.tell({ tell: 'offered', entries: findings.offered });
      }
    }
  }

  #mayGoOn(): boolean {
    return !this.#o.stop.draining.aborted && this.#failed < this.#o.maxFailures;
  }

  async #claim(): Promise<Round | undefined> {
    await this.#givingBack;
    if (this.#returning.length > 0) await this.#patience.with(() => this.#return());
    const began = this.#o.clock.monotonic();
    const round = await this.#patience.with(() =>
      this.#o.claimer.claim((pending, workers) => {
        this.#workers = workers;
        return batchSize(this.#pace, pending, workers);
      }, this.#o.stop.draining),
    );
    if (round?.is === 'claimed') {
      const claimMs = smoothed(this.#pace.claimMs, this.#o.clock.monotonic() - began);
      this.#pace = { ...this.#pace, claimMs, lastBatch: round.claims.length };
    }
    return round;
  }

  async #runAll(claims: readonly Claim[]): Promise<void> {
    this.#held = [...claims];
    const began = this.#o.clock.monotonic();
    while (this.#mayGoOn()) {
      const claim = this.#held.shift();
      if (!claim) break;
      await this.#runOne(claim);
    }
    const each = (this.#o.clock.monotonic() - began) / claims.length;
    this.#pace = { ...this.#pace, runMs: smoothed(this.#pace.runMs, each) };
  }

  async #runOne(claim: Claim): Promise<void> {
    const impatience =
      this.#held.length > 0 ? setTimeout(() => this.#giveBackHeld(), GIVE_BACK_AFTER_MS) : undefined;
    try {
      await this.#untilDone(claim);
    } finally {
      clearTimeout(impatience);
      this.#current = undefined;
    }
  }

  /** Once, or with --persistent until it succeeds; each run is a generation of its own. */
  async #untilDone(first: Claim): Promise<void> {
    let appended: readonly string[] = [];
    let pause = FIRST_RERUN_PAUSE_MS;
    for (let claim: Claim | undefined = first; claim;) {
      const attempt = await this.#run(claim, appended);
      if (attempt.is === 'interrupted') this.#interrupted.push(claim);
      if (attempt.is === 'interrupted' || attempt.is === 'not-started') return;
      if (attempt.is === 'succeeded') {
        this.#count(true);
        return;
      }
      if (!this.#o.persistent) break;
      appended = this.#o.persistent;
      if (attempt.took >= LONGEST_RERUN_PAUSE_MS) pause = FIRST_RERUN_PAUSE_MS;
      await this.#o.clock.wait(pause, this.#o.stop.draining);
      pause = Math.min(2 * pause, LONGEST_RERUN_PAUSE_MS);
      if (this.#o.stop.draining.aborted) {
        this.#interrupted.push(claim);
        return;
      }
      claim = await this.#again(claim);
    }
    this.#count(false);
  }

  #count(succeeded: boolean): void {
    this.#ended++;
    if (!succeeded) this.#failed++;
  }

  #again(claim: Claim): Promise<Claim | undefined> {
    return this.#patience.with(() => this.#o.claimer.again(claim));
  }

  async #run(claim: Claim, appended: readonly string[]): Promise<Attempt> {
    // Should starting fail, or the signal come first, it is given back when leaving.
    this.#starting = claim;
    const mine = await this.#patience.with(() => this.#o.claimer.start(claim));
    if (this.#o.stop.draining.aborted && mine) return { is: 'not-started' };
    this.#starting = undefined;
    if (!mine) return { is: 'not-started' };
    this.#current = { claim, since: this.#o.clock.monotonic() };
    return this.#o.runner.run(claim, [...claim.argv, ...appended], this.#o.persistent === undefined);
  }

  /** The entry in hand takes long: what waits behind it is free for others. */
  #giveBackHeld(): void {
    this.#returning.push(...this.#held.splice(0));
    // What goes wrong now is tried again before the next claim, or when leaving.
    this.#givingBack = this.#return().catch(() => undefined);
  }

  async #return(): Promise<void> {
    await this.#putBack(this.#returning, []);
    this.#returning = [];
  }

  /** Everything this worker has and will not finish becomes pending again. */
  async #putBack(unstarted: readonly Claim[], interrupted: readonly Claim[]): Promise<void> {
    const all = [...unstarted, ...interrupted];
    if (all.length === 0) return;
    const { journal } = await this.#o.claimer.book();
    if (unstarted.length > 0)
      journal.record({ t: 'give-back', claims: unstarted.map(({ id }) => claimName(id)) });
    await this.#o.claimer.putBackAll(all);
    if (interrupted.length > 0 || this.#o.stop.draining.aborted) {
      this.#o.tell({ tell: 'put-back', entries: all.map(({ entry }) => entry) });
    }
  }

  async #leave(): Promise<void> {
    await this.#givingBack;
    const { claimer, stop, clock, tell } = this.#o;
    const starting = this.#starting ? [this.#starting] : [];
    const unstarted = [...starting, ...this.#held.splice(0), ...this.#returning, ...claimer.owed];
    const entries = [...unstarted, ...this.#interrupted].map(({ entry }) => entry);
    // What was recorded has to reach the disk: only a second signal ends this.
    const patience = new Patience({ clock, tell, giveUp: stop.killing, isLeaving: stop.draining.aborted });
    try {
      if (entries.length > 0) await patience.with(() => this.#putBack(unstarted, this.#interrupted));
      await claimer.close();
      await patience.with(() => claimer.leave());
    } catch (error) {
      // Without its leave in the journal this worker is looked after as the dead are.
      if (!(error instanceof Failure)) throw error;
      tell({ tell: 'left-early', entries, failure: error.detail });
    }
  }

  #keepBeating(): () => void {
    const timer = setInterval(() => {
      void this.#beat();
    }, HEARTBEAT_INTERVAL_MS);
    timer.unref();
    void this.#beat();
    return () => {
      clearInterval(timer);
    };
  }

  /** A beat that fails is one that others do not see; the next claim tells the user what is wrong. */
  async #beat(): Promise<void> {
    try {
      const { peers } = await this.#o.claimer.book();
      await peers.beat();
      await peers.watch();
      this.#workers = await peers.working();
    } catch {
      return;
    }
  }
}
