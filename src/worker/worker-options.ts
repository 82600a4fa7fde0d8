import type { Claimer } from '../claim/claimer.js';
import type { LostPolicy } from '../claim/lost-policy.js';
import type { Findings } from '../claim/recover.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { Reruns } from './attempts.js';
import type { Limits } from './limits.js';
import type { Runner } from './runner.js';
import type { RunningEntry } from './slots-at-work.js';
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
  /** What it puts back by itself when nothing is pending. */
  readonly requeueLost?: LostPolicy;
  readonly random: () => number;
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
  /** From one end to the next, over all slots. */
  readonly runMs: number | undefined;
  readonly workers: number;
  readonly running: readonly RunningEntry[];
}
