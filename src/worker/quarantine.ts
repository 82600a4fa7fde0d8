import type { Claim } from '../claim/choose.js';
import type { Claimer } from '../claim/claimer.js';
import { OtherHosts, RETIRED_WHY, type Elsewhere } from '../claim/evidence-elsewhere.js';
import { claimName, slotName } from '../claim/names.js';
import { Failure } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';

/**
 * `fine`: nothing speaks against this host. `in-doubt`: entries fail at once here, and it is not known yet how they
 * fare elsewhere. `broken`: elsewhere they do well.
 */
export type Verdict = 'fine' | 'in-doubt' | 'broken';

/** Fewer failures in a row, or fewer successes elsewhere, are chance. */
const ENOUGH = 3;
/** What fails at once takes less than this share of what a success takes. */
const AT_ONCE = 1 / 4;
/** Of what was claimed elsewhere meanwhile, so much does well for each that failed. */
const WELL_PER_FAILED = 4;

/** Is it this host or the entries? `failures`: milliseconds of those in a row, no success since; pure. */
export function judge(failures: readonly number[], elsewhere: Elsewhere): Verdict {
  const { successMs, well, failed, working, retired } = elsewhere;
  if (failures.length < ENOUGH || successMs.length < ENOUGH) return 'fine';
  // The first on a cold host may have taken its time.
  if (Math.max(...failures.slice(-ENOUGH)) >= AT_ONCE * median(successMs)) return 'fine';
  // Entries that fail everywhere must not send one host home after the other: half of them stay.
  if (working <= retired) return 'fine';
  if (well < WELL_PER_FAILED * failed) return 'fine';
  return well >= ENOUGH ? 'broken' : 'in-doubt';
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

export interface QuarantineOptions {
  readonly claimer: Claimer;
  readonly clock: Clock;
  readonly tell: Tell;
}

interface Failed {
  readonly claim: Claim;
  readonly took: number;
}

/** As many failures are remembered to be put back. */
const REMEMBERED = 1000;
/** Looking at other hosts' journals takes at most a twentieth of the time. */
const LOOK_SHARE = 20;
const LOOK_EVERY_MS = 1_000;
/** Elsewhere, what runs for so many times longer than it takes to fail here runs well; and at least so long. */
const LASTING = 10;
const LASTING_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Finds out that this host breaks entries which others run well, goes slower while in doubt, and puts them back. */
export class Quarantine {
  readonly #o: QuarantineOptions;
  readonly #others: OtherHosts;
  /** In a row, without a success since. */
  #failures: Failed[] = [];
  /** The last revision that was known at the first of them. */
  #since = 0;
  #verdict: Verdict = 'fine';
  #medianMs = 0;
  #lookAfter = -Infinity;
  #pauseMs = FIRST_PAUSE_MS;
  #startAfter = -Infinity;

  constructor(options: QuarantineOptions) {
    const { setting } = options.claimer;
    this.#o = options;
    this.#others = new OtherHosts(setting.fs, setting.identity, () => options.clock.monotonic());
  }

  get isBroken(): boolean {
    return this.#verdict === 'broken';
  }

  succeeded(): void {
    if (this.#verdict === 'broken') return;
    this.#failures = [];
    this.#verdict = 'fine';
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  failed(claim: Claim, took: number): void {
    if (this.#failures.length === 0) this.#since = this.#o.claimer.viewer.revision;
    this.#failures.push({ claim, took });
    if (this.#failures.length > REMEMBERED) this.#failures.shift();
  }

  /** Before the next entry: how long to wait, in milliseconds, until it may be started. */
  async holdOff(): Promise<number> {
    const before = this.#verdict;
    await this.#look();
    if (this.#verdict === 'fine') this.#pauseMs = FIRST_PAUSE_MS;
    if (this.#verdict !== 'in-doubt') return 0;
    const now = this.#o.clock.monotonic();
    if (before === 'fine') {
      this.#startAfter = now + this.#pauseMs;
      this.#o.tell({ tell: 'quarantine', is: 'slowing', failures: this.#failures.length });
    }
    return Math.max(0, this.#startAfter - now);
  }

  /** An entry is started: in doubt, the next one only after twice as long. */
  started(): void {
    if (this.#verdict !== 'in-doubt') return;
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    this.#startAfter = this.#o.clock.monotonic() + this.#pauseMs;
  }

  /** When leaving: what failed at once here gets another chance elsewhere, also while in doubt. Whether there was any. */
  async leave(): Promise<boolean> {
    this.#lookAfter = -Infinity;
    await this.#look();
    if (this.#verdict === 'fine' || this.#failures.length === 0) return false;
    const { claimer, tell } = this.#o;
    const claims = this.#failures.map(({ claim }) => claim);
    const { journal } = await claimer.book();
    for (const { id } of claims) journal.record({ t: 'requeue', claim: claimName(id), why: RETIRED_WHY });
    await claimer.putBackAll(claims);
    tell({
      tell: 'quarantine',
      is: 'leaving',
      failures: claims.length,
      longestMs: this.#longestMs,
      elsewhereMs: this.#medianMs,
      entries: claims.map(({ entry }) => entry).sort((a, b) => a - b),
    });
    this.#failures = [];
    return true;
  }

  get #longestMs(): number {
    return Math.max(...this.#failures.map(({ took }) => took));
  }

  async #look(): Promise<void> {
    const { clock, claimer } = this.#o;
    const began = clock.monotonic();
    if (this.#failures.length < ENOUGH || this.#verdict === 'broken' || began < this.#lookAfter) return;
    try {
      const lastingMs = Math.max(LASTING * this.#longestMs, LASTING_MS);
      const elsewhere = await claimer.inSidecar((book) => this.#others.look(book, this.#since, lastingMs));
      // What another host has put back before does not speak against a second one.
      this.#failures = this.#failures.filter(({ claim }) => !elsewhere.putBack.has(slotName(claim.id)));
      this.#medianMs = median(elsewhere.successMs);
      this.#verdict = judge(
        this.#failures.map(({ took }) => took),
        elsewhere,
      );
    } catch (error) {
      // What cannot be read now speaks against nobody.
      if (!(error instanceof Failure)) throw error;
    }
    const now = clock.monotonic();
    this.#lookAfter = now + Math.max(LOOK_EVERY_MS, LOOK_SHARE * (now - began));
  }
}
