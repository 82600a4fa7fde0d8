import type { Claim } from '../claim/choose.js';
import type { Round } from '../claim/claimer.js';
import { recover, type Findings } from '../claim/recover.js';
import { Failure } from '../failure.js';
import { Attempts } from './attempts.js';
import { keepBeating } from './heartbeat.js';
import { Holdings } from './holdings.js';
import { endInTime } from './limits.js';
import { LostEntries } from './lost-entries.js';
import { Pacer } from './pace.js';
import { Patience } from './patience.js';
import { Quarantine } from './quarantine.js';
import type { Runner } from './runner.js';
import { SlotsAtWork } from './slots-at-work.js';
import { StopWatch } from './stop-watch.js';
import type { Progress, WorkerOptions, WorkResult } from './worker-options.js';

/** With a slot free and nothing pending, the schedule is looked at so often while other slots are busy. */
const LOOK_AGAIN_MS = 15_000;
/** Clocks are set, and entries taken by others, while a worker waits. */
const LONGEST_LOOK_MS = 60_000;

/** Works a schedule off: claims, starts, runs, records, until nothing is pending or it is told to stop. */
export class Worker {
  readonly #o: WorkerOptions;
  readonly #patience: Patience;
  readonly #holdings: Holdings;
  readonly #attempts: Attempts;
  readonly #quarantine: Quarantine;
  readonly #pacer: Pacer;
  readonly #slots: SlotsAtWork;
  readonly #lost: LostEntries;
  #workers = 1;
  #ended = 0;
  #failed = 0;
  #trouble: { readonly error: unknown } | undefined;
  #findings: Findings | undefined;

  constructor(options: WorkerOptions) {
    const { claimer, stop, clock, tell, reruns, random, requeueLost: policy = 'never' } = (this.#o = options);
    this.#pacer = new Pacer(clock, options.runners.length);
    this.#slots = new SlotsAtWork(options.runners, clock);
    this.#patience = new Patience({ clock, tell, giveUp: stop.draining });
    this.#holdings = new Holdings({ claimer, stop, clock, tell });
    this.#quarantine = new Quarantine({ claimer, clock, tell });
    this.#lost = new LostEntries({ claimer, tell, patience: this.#patience, policy });
    this.#attempts = new Attempts({
      ...{ claimer, stop, clock, tell, reruns, random },
      holdings: this.#holdings,
      patience: this.#patience,
      onStart: (claim) => this.#slots.started(claim),
    });
  }

  get progress(): Progress {
    return {
      ended: this.#ended,
      failed: this.#failed,
      held: this.#holdings.count,
      runMs: this.#pacer.runMs,
      workers: this.#workers,
      running: this.#slots.running,
    };
  }

  /** Until nothing is pending; or just what `claim` comes back with. */
  async work(claim?: () => Promise<Round | undefined>): Promise<WorkResult> {
    const stopBeating = keepBeating(this.#o.claimer, (workers) => (this.#workers = workers));
    const over = new AbortController();
    void endInTime(this.#o, over.signal);
    const stopWatch = new StopWatch(this.#o);
    void stopWatch.watch(over.signal);
    try {
      await (claim ? this.#runJust(claim) : this.#claimAndRun());
    } catch (error) {
      this.#trouble ??= { error };
    } finally {
      await this.#windDown().catch((error: unknown) => {
        this.#trouble ??= { error };
      });
      over.abort();
      stopBeating();
      await this.#holdings.leave();
      await stopWatch.close();
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
      await this.#slots.allEnded();
    }
  }

  async #claimAndRun(): Promise<void> {
    while (this.#mayGoOn()) {
      if (this.#slots.free === 0) await this.#slots.oneEnded();
      else if (!(await this.#mustHoldOff()) && !(await this.#startOrClaim())) return;
    }
  }

  /** In doubt whether this host breaks what it runs, others may have what is held. */
  async #mustHoldOff(): Promise<boolean> {
    const waitMs = await this.#quarantine.holdOff();
    if (waitMs === 0) return this.#quarantine.isBroken;
    await this.#holdings.giveBack();
    await this.#endOr(waitMs);
    return true;
  }

  /** False when there is nothing left to do. */
  async #startOrClaim(): Promise<boolean> {
    const closedMs = this.#o.limits.closedMs();
    if (closedMs > 0) return this.#waitForHours(closedMs);
    const claim = this.#holdings.next();
    if (!claim) return this.#claimMore();
    this.#quarantine.started();
    this.#begin(claim);
    return true;
  }

  /** What is held is for others; a schedule that is done is not waited for. */
  async #waitForHours(closedMs: number): Promise<boolean> {
    await this.#holdings.giveBack();
    const round = await this.#claim();
    if (round?.is === 'nothing-pending') return this.#nothingPending();
    this.#o.limits.tellClosed(closedMs);
    await this.#endOr(Math.min(closedMs, LONGEST_LOOK_MS));
    return true;
  }

  async #claimMore(): Promise<boolean> {
    const round = await this.#claim();
    if (round?.is === 'claimed') {
      this.#findings = undefined;
      this.#holdings.add(round.claims);
    } else if (round?.is === 'again') await this.#pause(round.afterMs);
    else if (round?.is === 'nothing-pending') return this.#nothingPending();
    return true;
  }

  async #nothingPending(): Promise<boolean> {
    if (this.#slots.busy > 0) {
      await this.#patience.with(() => this.#record());
      if (this.#slots.busy > 0) await this.#endOr(LOOK_AGAIN_MS);
      return true;
    }
    const found = await this.#patience.with(() => recover(this.#o.claimer));
    if (found.offered > 0) this.#o.tell({ tell: 'offered', entries: found.offered });
    const findings = (this.#findings = await this.#lost.putBack(found));
    if (findings.offered > 0) return true;
    if (!this.#o.limits.waits && !this.#lost.mustSee(findings)) return false;
    await this.#pause(LOOK_AGAIN_MS * (0.5 + this.#o.random() / 2));
    return true;
  }

  #mayGoOn(): boolean {
    if (this.#trouble || this.#isStopping || this.#quarantine.isBroken) return false;
    if (this.#failed >= this.#o.maxFailures) return false;
    return this.#o.limits.mayStart();
  }

  get #isStopping(): boolean {
    return this.#o.stop.draining.aborted;
  }

  async #claim(): Promise<Round | undefined> {
    const { claimer, limits, stop } = this.#o;
    await this.#holdings.settle(this.#patience);
    this.#pacer.claiming();
    const round = await this.#patience.with(() =>
      claimer.claim((pending, workers) => {
        this.#workers = workers;
        return limits.atMost(this.#pacer.appetite(this.#slots.free, pending, workers));
      }, stop.draining),
    );
    if (round?.is === 'claimed') this.#pacer.claimed(round.claims.length);
    return round;
  }

  #begin(claim: Claim): void {
    this.#o.limits.begun();
    this.#slots.occupy(
      (runner) =>
        this.#runOne(claim, runner).catch((error: unknown) => {
          this.#trouble ??= { error };
        }),
      () => this.#holdings.busy(false),
    );
    this.#holdings.busy(this.#slots.free === 0);
  }

  async #runOne(claim: Claim, runner: Runner): Promise<void> {
    const began = this.#o.clock.monotonic();
    try {
      const outcome = await this.#attempts.run(claim, runner);
      if (outcome.is === 'gone') return;
      this.#ended++;
      this.#o.limits.ended(outcome.took);
      if (outcome.is === 'succeeded') {
        this.#quarantine.succeeded();
      } else {
        this.#failed++;
        this.#quarantine.failed(outcome.claim, outcome.took);
      }
    } finally {
      this.#slots.ended(claim);
      this.#pacer.ran(this.#o.clock.monotonic() - began);
    }
  }

  /** Nothing more is started: others may have what is held, and what has ended is on the disk, while the rest runs on. */
  async #windDown(): Promise<void> {
    if (this.#slots.busy > 0) await this.#holdings.giveBack();
    while (this.#slots.busy > 0) {
      // What goes wrong now is tried again when leaving.
      await this.#record().catch(() => undefined);
      if (this.#slots.busy > 0) await this.#slots.oneEnded();
    }
    if (this.#isStopping && !this.#quarantine.isBroken) return;
    if (await this.#patience.with(() => this.#quarantine.leave())) this.#findings = undefined;
  }

  /** What was recorded reaches the disk. */
  async #record(): Promise<void> {
    await this.#o.claimer.inSidecar(({ journal }) => journal.flush());
  }

  /** Until a slot is free again, or that long. */
  async #endOr(ms: number): Promise<void> {
    await this.#slots.oneEndedOr(ms, this.#o.stop.draining);
  }

  async #pause(ms: number): Promise<void> {
    await this.#o.clock.wait(ms, this.#o.stop.draining);
  }
}
