import type { Claim } from '../claim/choose.js';
import type { Claimer } from '../claim/claimer.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { Holdings } from './holdings.js';
import type { Patience } from './patience.js';
import type { Runner } from './runner.js';
import type { StopSwitch } from './stop.js';

/** How often a failing command is run again. */
export interface Reruns {
  /** How many more runs a failed entry gets; Infinity with --persistent. */
  readonly retries: number;
  /** What --persistent appends to a command that failed. */
  readonly appended: readonly string[];
}

export const NO_RERUNS: Reruns = { retries: 0, appended: [] };

export interface AttemptsOptions {
  readonly claimer: Claimer;
  readonly holdings: Holdings;
  readonly patience: Patience;
  readonly stop: StopSwitch;
  readonly clock: Clock;
  readonly tell: Tell;
  readonly reruns: Reruns;
  /** In [0, 1): spreads retries that failed together. */
  readonly random: () => number;
  /** A claim runs from now on. */
  onStart(claim: Claim): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** What became of a claim in the end; `took` is the last run's time in milliseconds. */
export type Outcome =
  | { readonly is: 'succeeded'; readonly took: number }
  /** `claim`: of the last run. */
  | { readonly is: 'failed'; readonly took: number; readonly claim: Claim }
  /** It never ran, or was put back. */
  | { readonly is: 'gone' };

/** Runs a claim once, or again until it succeeds or its retries are used up; each run is a generation of its own. */
export class Attempts {
  readonly #o: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#o = options;
  }

  async run(first: Claim, runner: Runner): Promise<Outcome> {
    const { holdings, clock, stop, reruns, random } = this.#o;
    let pause = FIRST_PAUSE_MS;
    for (let claim = first, attempt = 0; ; attempt++) {
      const isLast = attempt >= reruns.retries;
      const outcome = await this.#once(claim, runner, attempt > 0 ? reruns.appended : [], isLast);
      if (outcome.is !== 'failed' || isLast) return outcome;
      if (outcome.took >= LONGEST_PAUSE_MS) pause = FIRST_PAUSE_MS;
      // Half of it at least: enough to matter, and never in step with others.
      const waitMs = pause * (0.5 + random() / 2);
      if (Number.isFinite(reruns.retries))
        this.#o.tell({ tell: 'retrying', entry: claim.entry, left: reruns.retries - attempt, afterMs: waitMs });
      await clock.wait(waitMs, stop.draining);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      if (stop.draining.aborted) {
        holdings.interrupted(claim);
        return { is: 'gone' };
      }
      const next = await this.#o.patience.with(() => this.#o.claimer.again(claim));
      if (!next) return outcome;
      if (next === 'given-away') {
        const { entry, id } = claim;
        this.#o.tell({ tell: 'given-away', entry, ran: true, attempt: id.generation + 1 });
        return { is: 'gone' };
      }
      claim = next;
    }
  }

  async #once(claim: Claim, runner: Runner, appended: readonly string[], isLast: boolean): Promise<Outcome> {
    const { holdings, patience, claimer, clock } = this.#o;
    const since = clock.monotonic();
    const mine = await holdings.starting(claim, async () => {
      const isOurs = await patience.with(() => claimer.start(claim));
      const { entry, id } = claim;
      if (!isOurs) this.#o.tell({ tell: 'given-away', entry, ran: false, attempt: id.generation + 1 });
      return isOurs;
    });
    if (!mine) return { is: 'gone' };
    this.#o.onStart(claim);
    const attempt = await runner.run(claim, [...claim.argv, ...appended], isLast, since);
    if (attempt.is === 'interrupted') holdings.interrupted(claim);
    if (attempt.is === 'failed') return { ...attempt, claim };
    return attempt.is === 'succeeded' ? attempt : { is: 'gone' };
  }
}
