import { Failure, type FailureDetail } from '../failure.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';

/** Troubles that pass: disks are emptied, tokens renewed, servers come back. */
const PASSING = new Set([
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'ESTALE',
  'ETIMEDOUT',
  'EAGAIN',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'EINTR',
  'ENOLCK',
  'ENOTCONN',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ECONNREFUSED',
  'ECONNRESET',
  'EKEYEXPIRED',
]);

/** Worth waiting for once it has worked: at the first try they mean that it never will. */
const PASSING_LATER = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR']);

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A schedule that is gone or broken is most likely being saved, or moved back; not for ever. */
const SCHEDULE_GRACE_MS = 60_000;

export interface PatienceOptions {
  readonly clock: Clock;
  readonly tell: Tell;
  /** Ends all waiting; the failure is thrown then. */
  readonly giveUp: AbortSignal;
  /** The worker was told to stop already: it takes one signal more. */
  readonly isLeaving?: boolean;
  /** Something was run and recorded: what fails now has worked before. */
  readonly hasWorked?: boolean;
}

/** Tries again while waiting can help, telling the user once what it waits for. */
export class Patience {
  readonly #o: PatienceOptions;
  #worked: boolean;

  constructor(options: PatienceOptions) {
    this.#o = options;
    this.#worked = options.hasWorked ?? false;
  }

  async with<T>(work: () => Promise<T>): Promise<T> {
    const began = this.#o.clock.monotonic();
    let told: string | undefined;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const result = await work();
        this.#worked = true;
        if (told !== undefined) this.#o.tell({ tell: 'waited' });
        return result;
      } catch (error) {
        const waited = this.#o.clock.monotonic() - began;
        if (!(error instanceof Failure) || !this.#mayPass(error.detail, waited) || this.#o.giveUp.aborted)
          throw error;
        const trouble = JSON.stringify(error.detail);
        if (trouble !== told)
          this.#o.tell({ tell: 'waiting', failure: error.detail, isLeaving: this.#o.isLeaving ?? false });
        told = trouble;
        await this.#o.clock.wait(pause, this.#o.giveUp);
        // Told to stop meanwhile: nothing has passed.
        if (this.#isOver()) throw error;
      }
    }
  }

  #isOver(): boolean {
    return this.#o.giveUp.aborted;
  }

  #mayPass(detail: FailureDetail, waitedMs: number): boolean {
    switch (detail.reason) {
      case 'filesystem':
        return PASSING.has(detail.code) || (this.#worked && PASSING_LATER.has(detail.code));
      case 'schedule-missing':
      case 'schedule-is-directory':
      case 'schedule-unusable':
      case 'sidecar-damaged':
        return this.#worked && waitedMs < SCHEDULE_GRACE_MS;
      case 'not-permitted':
        return this.#worked;
      case 'usage':
      case 'entry-unknown':
      case 'entry-running':
        return false;
    }
  }
}
