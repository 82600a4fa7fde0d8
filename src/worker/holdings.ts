import type { Claim } from '../claim/choose.js';
import type { Claimer } from '../claim/claimer.js';
import { claimName } from '../claim/names.js';
import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import { Patience } from './patience.js';
import type { StopSwitch } from './stop.js';

/** What waits this long while every slot is busy is free for others. */
const GIVE_BACK_AFTER_MS = 5_000;

export interface HoldingsOptions {
  readonly claimer: Claimer;
  readonly stop: StopSwitch;
  readonly clock: Clock;
  readonly tell: Tell;
}

/** What a worker has claimed and will not finish goes back: while it works, and when it leaves. */
export class Holdings {
  readonly #o: HoldingsOptions;
  /** Claimed and not started. */
  #held: Claim[] = [];
  /** An end may be recorded that has not reached the disk. */
  #hasStarted = false;
  /** Being started: given back should starting fail, or a signal come first. */
  readonly #starting = new Set<Claim>();
  /** On their way back to the file. */
  #returning: Claim[] = [];
  #givingBack: Promise<void> = Promise.resolve();
  readonly #interrupted: Claim[] = [];
  /** Back already, since this worker was told to stop; told with the rest. */
  readonly #unsaid: number[] = [];
  #impatience: NodeJS.Timeout | undefined;

  constructor(options: HoldingsOptions) {
    this.#o = options;
  }

  get count(): number {
    return this.#held.length;
  }

  add(claims: readonly Claim[]): void {
    this.#held.push(...claims);
  }

  next(): Claim | undefined {
    return this.#held.shift();
  }

  /** It ended because this worker was told to stop, or will not be rerun. */
  interrupted(claim: Claim): void {
    this.#interrupted.push(claim);
  }

  /** Calls `start`; false when the claim must not run. */
  async starting(claim: Claim, start: () => Promise<boolean>): Promise<boolean> {
    this.#starting.add(claim);
    const mine = await start();
    this.#hasStarted ||= mine;
    if (this.#o.stop.draining.aborted && mine) return false;
    this.#starting.delete(claim);
    return mine;
  }

  /** From now on all slots are busy, or not. */
  busy(areAll: boolean): void {
    clearTimeout(this.#impatience);
    if (areAll && this.#held.length > 0)
      this.#impatience = setTimeout(() => {
        this.#giveBackHeld();
      }, GIVE_BACK_AFTER_MS);
  }

  /** Nothing more is started, while something still runs: others need not wait for that. */
  async giveBack(): Promise<void> {
    clearTimeout(this.#impatience);
    if (this.#held.length + this.#returning.length > 0) this.#giveBackHeld();
    await this.#givingBack;
  }

  /** Before the next claim: what is still on its way back must be there. */
  async settle(patience: Patience): Promise<void> {
    await this.#givingBack;
    if (this.#returning.length > 0) await patience.with(() => this.#return());
  }

  /** Everything that is left goes back; only a second signal ends this. */
  async leave(): Promise<void> {
    clearTimeout(this.#impatience);
    await this.#givingBack;
    const { claimer, stop, clock, tell } = this.#o;
    const unstarted = [...this.#starting, ...this.#held.splice(0), ...this.#returning, ...claimer.owed];
    const entries = [...unstarted, ...this.#interrupted].map(({ entry }) => entry);
    // What was recorded has to reach the disk.
    const patience = new Patience({
      ...{ clock, tell, giveUp: stop.killing, isLeaving: stop.draining.aborted },
      hasWorked: this.#hasStarted,
    });
    try {
      if (entries.length > 0) await patience.with(() => this.#putBack(unstarted, this.#interrupted));
      this.#tellPutBack(entries);
      await claimer.close();
      await patience.with(() => claimer.leave());
    } catch (error) {
      // Without its leave in the journal this worker is looked after as the dead are.
      if (!(error instanceof Failure)) throw error;
      tell({ tell: 'left-early', entries, failure: error.detail });
    }
  }

  #giveBackHeld(): void {
    this.#returning.push(...this.#held.splice(0));
    // What goes wrong now is tried again before the next claim, or when leaving.
    this.#givingBack = this.#givingBack.then(() => this.#return()).catch(() => undefined);
  }

  async #return(): Promise<void> {
    const returned = [...this.#returning];
    await this.#putBack(returned, []);
    this.#returning.splice(0, returned.length);
    if (this.#o.stop.draining.aborted) this.#unsaid.push(...returned.map(({ entry }) => entry));
  }

  #tellPutBack(last: readonly number[]): void {
    const entries = [...this.#unsaid, ...last].sort((a, b) => a - b);
    if (entries.length === 0) return;
    if (this.#interrupted.length > 0 || this.#o.stop.draining.aborted)
      this.#o.tell({ tell: 'put-back', entries });
  }

  /** Everything this worker has and will not finish becomes pending again. */
  async #putBack(unstarted: readonly Claim[], interrupted: readonly Claim[]): Promise<void> {
    const all = [...unstarted, ...interrupted];
    if (all.length === 0) return;
    const { journal } = await this.#o.claimer.book();
    if (unstarted.length > 0)
      journal.record({ t: 'give-back', claims: unstarted.map(({ id }) => claimName(id)) });
    await this.#o.claimer.putBackAll(all);
  }
}
