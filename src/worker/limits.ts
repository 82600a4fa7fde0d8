import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { StopSwitch } from './stop.js';

export interface LimitSettings {
  /** So many entries, and no more. */
  readonly entries?: number;
  /** Milliseconds that this worker may take from now. */
  readonly timeMs?: number;
  /** How long an entry is expected to take, in milliseconds; learned from those that ended where not given. */
  readonly expectMs?: number;
  /** Wait for entries that are added later. */
  readonly waits?: boolean;
  /** Milliseconds from a moment until entries may be started; 0 where they may. */
  readonly closedMs?: (now: Date) => number;
}

/** Slurm kills at the end: what runs is to be put back before. */
const BEFORE_SLURM_ENDS_MS = 60_000;

/** Milliseconds that a Slurm job leaves a worker; undefined outside of one. Slurm 22.05 and newer tell. */
export function slurmTimeMs(env: Readonly<NodeJS.ProcessEnv>, now: Date): number | undefined {
  const end = Number(env['SLURM_JOB_END_TIME']);
  if (!Number.isFinite(end) || end <= 0) return undefined;
  return Math.max(0, end * 1000 - BEFORE_SLURM_ENDS_MS - now.getTime());
}

/** What runs has so long to end when the time is up. */
const GRACE_MS = 30_000;

/** What a worker does not start: more entries than it was told, and what will not finish in its time. */
export class Limits {
  readonly waits: boolean;
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #expectMs: number | undefined;
  readonly #closedMs: (now: Date) => number;
  /** By the monotonic clock. */
  readonly #deadline: number;
  #left: number;
  #longestMs = 0;
  #hasTold = false;
  #isClosed = false;
  #hasToldHours = false;

  constructor(settings: LimitSettings, clock: Clock, tell: Tell) {
    const { entries = Infinity, timeMs = Infinity, expectMs, waits = false, closedMs = () => 0 } = settings;
    this.#clock = clock;
    this.#tell = tell;
    this.#left = entries;
    this.#deadline = clock.monotonic() + timeMs;
    this.#expectMs = expectMs;
    this.#closedMs = closedMs;
    this.waits = waits;
  }

  mayStart(): boolean {
    if (this.#left <= 0) return false;
    const leftMs = this.#deadline - this.#clock.monotonic();
    // Nothing is known of the first: it may be short.
    const expectedMs = this.#expectMs ?? this.#longestMs;
    if (leftMs > expectedMs) return true;
    this.#tellOutOfTime(leftMs, expectedMs);
    return false;
  }

  /** When the time is up: true. False as soon as `over` is aborted, or at once where there is no limit. */
  async timeIsUp(over: AbortSignal): Promise<boolean> {
    if (this.#deadline === Infinity) return false;
    if (!(await passed(this.#clock, this.#deadline - this.#clock.monotonic(), over))) return false;
    this.#tellOutOfTime(0, 0);
    return true;
  }

  /** Milliseconds until entries may be started; 0 where they may. */
  closedMs(): number {
    const waitMs = this.#closedMs(this.#clock.wallTime());
    this.#isClosed = waitMs > 0;
    if (!this.#isClosed) this.#hasToldHours = false;
    return waitMs;
  }

  /** There is something to wait for: told once each time. */
  tellClosed(waitMs: number): void {
    if (!this.#hasToldHours) this.#tell({ tell: 'closed', waitMs });
    this.#hasToldHours = true;
  }

  /** How many of `wanted` to claim. */
  atMost(wanted: number): number {
    return this.#isClosed ? 0 : Math.min(wanted, this.#left);
  }

  begun(): void {
    this.#left--;
  }

  /** An entry ended after that many milliseconds. */
  ended(tookMs: number): void {
    this.#longestMs = Math.max(this.#longestMs, tookMs);
  }

  #tellOutOfTime(leftMs: number, expectedMs: number): void {
    if (!this.#hasTold) this.#tell({ tell: 'out-of-time', leftMs, expectedMs });
    this.#hasTold = true;
  }
}

interface Timed {
  readonly limits: Limits;
  readonly stop: StopSwitch;
  readonly clock: Clock;
}

/** When the time is up, what runs is told to end, and what does not is killed. */
export async function endInTime({ limits, stop, clock }: Timed, over: AbortSignal): Promise<void> {
  if (!(await limits.timeIsUp(over))) return;
  stop.expire();
  await clock.wait(GRACE_MS, over);
  if (!over.aborted) stop.request('SIGKILL');
}

/** Waits that long, also where no timer is long enough; false when `over` was aborted first. */
export async function passed(clock: Clock, ms: number, over: AbortSignal): Promise<boolean> {
  const until = clock.monotonic() + ms;
  for (let left = ms; left > 0 && !over.aborted; left = until - clock.monotonic()) await clock.wait(left, over);
  return !over.aborted;
}
