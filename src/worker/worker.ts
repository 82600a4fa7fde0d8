import { batchSize, smoothed, type Pace } from '../claim/batch.js';
import type { Claim } from '../claim/choose.js';
import type { Claimer, Round } from '../claim/claimer.js';
import { HEARTBEAT_INTERVAL_MS } from '../claim/dead.js';
import { recover, type Findings } from '../claim/recover.js';
import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import { Attempts, type Reruns } from './attempts.js';
import { Holdings } from './holdings.js';
import type { Limits } from './limits.js';
import { Patience } from './patience.js';
import type { Runner } from './runner.js';
import type { StopSwitch } from './stop.js';

export interface WorkerOptions {
  readonly claimer: Claimer;
  /** One for each slot: so many entries run at once. */
  readonly runners: readonly Runner[];
  readonly stop: StopSwitch;
  readonly clock: Clock;
  readonly tell: Tell;
  /** Failures after which to stop; Infinity keeps going. */
  readonly maxFailures: number;
  readonly reruns: Reruns;
  readonly limits: Limits;
  readonly random: () => number;
}

export interface WorkResult {
  readonly ended: number;
  readonly failed: number;
  /** Undefined when the worker stopped before nothing was pending. */
  readonly findings: Findings | undefined;
}

export interface RunningEntry {
  readonly claim: Claim;
  /** By the monotonic clock, in milliseconds. */
  readonly since: number;
}

/** What a status line shows. */
export interface Progress {
  readonly ended: number;
  readonly failed: number;
  /** Claimed and not started yet. */
  readonly held: number;
  /** From one end to the next, over all slots. */
  readonly runMs: number | undefined;
  readonly workers: number;
  readonly running: readonly RunningEntry[];
}

/** With a slot free and nothing pending, the schedule is looked at so often while other slots are busy. */
const LOOK_AGAIN_MS = 15_000;

/** Works a schedule off: claims, starts, runs, records, until nothing is pending or it is told to stop. */
export class Worker {
  readonly #o: WorkerOptions;
  readonly #patience: Patience;
  readonly #holdings: Holdings;
  readonly #attempts: Attempts;
  readonly #free: Runner[];
  readonly #busy = new Map<Runner, Promise<void>>();
  readonly #running = new Map<string, RunningEntry>();
  #pace: Pace = { claimMs: undefined, runMs: undefined, lastBatch: 1 };
  /** Runs that ended since the last claim. */
  #sinceClaim = { count: 0, ms: 0 };
  #workers = 1;
  #ended = 0;
  #failed = 0;
  #trouble: { readonly error: unknown } | undefined;
  #findings: Findings | undefined;

  constructor(options: WorkerOptions) {
    const { claimer, stop, clock, tell, reruns, random } = (this.#o = options);
    this.#free = options.runners.toReversed();
    this.#patience = new Patience({ clock, tell, giveUp: stop.draining });
    this.#holdings = new Holdings({ claimer, stop, clock, tell });
    this.#attempts = new Attempts({
      ...{ claimer, stop, clock, tell, reruns, random },
      holdings: this.#holdings,
      patience: this.#patience,
      onStart: (claim) => this.#running.set(claim.id.hash + claim.id.copy, { claim, since: clock.monotonic() }),
    });
  }

  get progress(): Progress {
    return {
      ended: this.#ended,
      failed: this.#failed,
      held: this.#holdings.count,
      runMs: this.#pace.runMs,
      workers: this.#workers,
      running: [...this.#running.values()],
    };
  }

  /** Until nothing is pending; or just what `claim` comes back with. */
  async work(claim?: () => Promise<Round | undefined>): Promise<WorkResult> {
    const beating = this.#keepBeating();
    try {
      await (claim ? this.#runJust(claim) : this.#claimAndRun());
    } catch (error) {
      this.#trouble ??= { error };
    } finally {
      await this.#allEnded();
      beating();
      await this.#holdings.leave();
    }
    if (this.#trouble && !(this.#trouble.error instanceof Failure && this.#isStopping))
      throw this.#trouble.error;
    return { ended: this.#ended, failed: this.#failed, findings: this.#findings };
  }

  async #runJust(claim: () => Promise<Round | undefined>): Promise<void> {
    let round = await this.#patience.with(claim);
    while (round?.is === 'again') {
      await this.#pause(round.afterMs);
      round = await this.#patience.with(claim);
    }
    if (round?.is !== 'claimed') return;
    this.#holdings.add(round.claims);
    for (let next = this.#holdings.next(); next; next = this.#holdings.next()) {
      this.#begin(next);
      await this.#allEnded();
    }
  }

  async #claimAndRun(): Promise<void> {
    while (this.#mayGoOn()) {
      const claim = this.#free.length > 0 ? this.#holdings.next() : undefined;
      if (claim) this.#begin(claim);
      else if (this.#free.length === 0) await Promise.race(this.#busy.values());
      else if (!(await this.#claimMore())) return;
    }
  }

  /** False when there is nothing left to do. */
  async #claimMore(): Promise<boolean> {
    const round = await this.#claim();
    if (round?.is === 'claimed') this.#holdings.add(round.claims);
    else if (round?.is === 'again') await this.#pause(round.afterMs);
    else if (round?.is === 'nothing-pending') return this.#nothingPending();
    return true;
  }

  async #nothingPending(): Promise<boolean> {
    if (this.#busy.size > 0) {
      await this.#endOr(LOOK_AGAIN_MS);
      return true;
    }
    const findings = await this.#patience.with(() => recover(this.#o.claimer));
    this.#findings = findings;
    if (findings.offered > 0) this.#o.tell({ tell: 'offered', entries: findings.offered });
    else if (!this.#o.limits.waits) return false;
    else await this.#pause(LOOK_AGAIN_MS * (0.5 + this.#o.random() / 2));
    return true;
  }

  #mayGoOn(): boolean {
    if (this.#trouble || this.#isStopping || this.#failed >= this.#o.maxFailures) return false;
    return this.#o.limits.mayStart();
  }

  get #isStopping(): boolean {
    return this.#o.stop.draining.aborted;
  }

  async #claim(): Promise<Round | undefined> {
    const { claimer, clock, limits, stop } = this.#o;
    await this.#holdings.settle(this.#patience);
    this.#measureRuns();
    const began = clock.monotonic();
    const round = await this.#patience.with(() =>
      claimer.claim((pending, workers) => {
        this.#workers = workers;
        const idle = Math.min(this.#free.length, Math.ceil(pending / workers));
        return limits.atMost(Math.max(idle, batchSize(this.#pace, pending, workers)));
      }, stop.draining),
    );
    if (round?.is === 'claimed') {
      const claimMs = smoothed(this.#pace.claimMs, clock.monotonic() - began);
      this.#pace = { ...this.#pace, claimMs, lastBatch: round.claims.length };
    }
    return round;
  }

  #measureRuns(): void {
    const { count, ms } = this.#sinceClaim;
    if (count === 0) return;
    const each = ms / count / this.#o.runners.length;
    this.#pace = { ...this.#pace, runMs: smoothed(this.#pace.runMs, each) };
    this.#sinceClaim = { count: 0, ms: 0 };
  }

  #begin(claim: Claim): void {
    const runner = this.#free.pop() as Runner;
    this.#o.limits.begun();
    const ending = this.#runOne(claim, runner)
      .catch((error: unknown) => {
        this.#trouble ??= { error };
      })
      .finally(() => {
        this.#busy.delete(runner);
        this.#free.push(runner);
        this.#holdings.busy(false);
      });
    this.#busy.set(runner, ending);
    this.#holdings.busy(this.#free.length === 0);
  }

  async #runOne(claim: Claim, runner: Runner): Promise<void> {
    const began = this.#o.clock.monotonic();
    try {
      const outcome = await this.#attempts.run(claim, runner);
      if (outcome.is === 'gone') return;
      this.#ended++;
      if (outcome.is === 'failed') this.#failed++;
      this.#o.limits.ended(outcome.took);
    } finally {
      this.#running.delete(claim.id.hash + claim.id.copy);
      this.#sinceClaim.count++;
      this.#sinceClaim.ms += this.#o.clock.monotonic() - began;
    }
  }

  async #allEnded(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values());
  }

  /** Until a slot is free again, or that long. */
  async #endOr(ms: number): Promise<void> {
    const woken = new AbortController();
    const until = AbortSignal.any([woken.signal, this.#o.stop.draining]);
    await Promise.race([...this.#busy.values(), this.#o.clock.wait(ms, until)]);
    woken.abort();
  }

  async #pause(ms: number): Promise<void> {
    await this.#o.clock.wait(ms, this.#o.stop.draining);
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
