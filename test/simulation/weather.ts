import type { LostPolicy } from '../../src/claim/lost-policy.js';
import type { Random } from '../support/random.js';
import type { Call } from './mount.js';
import { SCHEDULE } from './process.js';
import { PROFILES, type Profile } from './profile.js';

/** How rough one schedule's life is; chances are per step. */
export interface Weather {
  readonly profile: Profile;
  readonly fault: number;
  readonly lostReply: number;
  readonly crash: number;
  readonly pause: number;
  /** At a call that decides something its process is stopped, and perhaps another that was stopped goes on. */
  readonly aim: number;
  /** The same, and killed. */
  readonly aimedCrash: number;
  readonly powerLoss: number;
  readonly edit: number;
  /** A person puts entries back by a command. */
  readonly requeue: number;
  readonly hire: number;
  /** That a worker is told to stop. */
  readonly stop: number;
  /** That time passes although somebody could go on. */
  readonly slow: number;
  /** What the workers put back by themselves. */
  readonly policy: LostPolicy;
  /** Of workers that wait for more entries when nothing is pending. */
  readonly waiting: number;
}

export function weatherFrom(random: Random): Weather {
  const sometimes = (share: number, most: number): number =>
    random.next() < share ? random.between(0, most) : 0;
  return {
    profile: random.pick(PROFILES) as Profile,
    fault: sometimes(0.4, 0.02),
    lostReply: sometimes(0.4, 0.05),
    crash: sometimes(0.6, 0.004),
    pause: sometimes(0.7, 0.01),
    aim: sometimes(0.6, 0.2),
    aimedCrash: sometimes(0.2, 0.02),
    powerLoss: sometimes(0.3, 0.001),
    edit: sometimes(0.6, 0.01),
    requeue: sometimes(0.3, 0.003),
    hire: 0.01,
    stop: sometimes(0.3, 0.003),
    slow: sometimes(0.8, 0.05),
    policy: random.next() < 0.6 ? 'never' : random.next() < 0.5 ? 'dead' : 'suspect',
    waiting: sometimes(0.5, 1),
  };
}

/** Longer than a lock is waited for, or than a heartbeat may stand still; or only long enough for others to go first. */
export function pauseMs(random: Random): number {
  const chance = random.next();
  if (chance < 0.4) return random.between(5, 500);
  return chance < 0.75 ? random.between(8_000, 30_000) : random.between(150_000, 600_000);
}

const CELL = /\/cells\/(..\/)?[0-9a-f]{20}\.\d+\.\d+(\.start|\.requeued)?$/;

/** Whether others act on what this call does: a cell, a step of the lock, the schedule itself. */
export function decides({ operation, path, to }: Call): boolean {
  if (operation === 'rename' || operation === 'link') {
    const target = to ?? '';
    return target === SCHEDULE || path === SCHEDULE || CELL.test(target) || `${path} ${target}`.includes('.lock');
  }
  return operation === 'write' && path.startsWith('/work/.');
}
