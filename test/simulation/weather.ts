import type { LostPolicy } from '../../src/claim/lost-policy.js';
import type { Random } from '../support/random.js';
import type { Call } from './mount.js';
import { SCHEDULE } from './process.js';
import { NFS, PROFILES, type Profile } from './profile.js';

/** How rough one schedule's life is; chances are per step. */
export interface Weather {
  readonly hosts: number;
  readonly profile: Profile;
  /** That a mount shows what it has cached, while it may. */
  readonly late: number;
  readonly fault: number;
  readonly lostReply: number;
  readonly crash: number;
  readonly pause: number;
  /** At a call that decides something its process is stopped, and perhaps another that was stopped goes on. */
  readonly aim: number;
  readonly aimsAt: Aim;
  readonly sleep: Sleep;
  /** The same, and killed. */
  readonly aimedCrash: number;
  /** That a worker is killed when one of its runs has just ended. */
  readonly crashAtEnd: number;
  readonly powerLoss: number;
  readonly edit: number;
  /** Of these, copies that were opened long ago. */
  readonly old: number;
  /** A person puts entries back by a command. */
  readonly requeue: number;
  readonly hire: number;
  /** That a worker is told to stop. */
  readonly stop: number;
  /** That a call takes at most, in milliseconds. */
  readonly latencyMs: number;
  /** That time passes although somebody could go on. */
  readonly slow: number;
  /** What the workers put back by themselves. */
  readonly policy: LostPolicy;
  /** Of workers that wait for more entries when nothing is pending. */
  readonly waiting: number;
}

const AIMS = ['cells', 'lock', 'rewrites', 'all'] as const;
type Aim = (typeof AIMS)[number];

/** How often a moment, how often longer than a lock is waited for, how often longer than a heartbeat may stand still. */
const SHARES = { mixed: [4, 4, 2], stale: [5, 5, 0], long: [2, 1, 7] } as const;
const SLEEPS = ['mixed', 'stale', 'long'] as const;
type Sleep = (typeof SLEEPS)[number];

const NOTHING_ELSE = {
  fault: 0,
  lostReply: 0,
  crash: 0,
  pause: 0,
  powerLoss: 0,
  stop: 0,
  requeue: 0,
  aimedCrash: 0,
};

/** One kind of trouble and no other, so that what it takes to go wrong comes together more often than by chance. */
const THEMES: readonly Partial<Weather>[] = [
  // Who has claimed sleeps until others call it suspect, and wakes up.
  {
    ...NOTHING_ELSE,
    ...{ profile: NFS, aim: 0.15, aimsAt: 'lock', sleep: 'long', edit: 0, waiting: 0.8, latencyMs: 1, slow: 0 },
  },
  // Who has the lock sleeps until others take it over, and wakes up while they rewrite.
  { ...NOTHING_ELSE, aim: 0.4, aimsAt: 'rewrites', sleep: 'stale', edit: 0.004, policy: 'never' },
  // The same while names are shown late.
  { ...NOTHING_ELSE, profile: NFS, late: 0.95, aim: 0.3, aimsAt: 'rewrites', sleep: 'stale', edit: 0 },
  // Who has written down an end dies, while others decide what an edit means.
  {
    ...NOTHING_ELSE,
    ...{ hosts: 1, aim: 0, crashAtEnd: 0.5, edit: 0.02, old: 0.8, policy: 'never', hire: 0.03 },
  },
];

export function weatherFrom(random: Random): Weather {
  const sometimes = (share: number, most: number): number =>
    random.next() < share ? random.between(0, most) : 0;
  const any: Weather = {
    hosts: 3,
    profile: random.pick(PROFILES) ?? NFS,
    late: random.pick([0.5, 0.95]) ?? 0.5,
    fault: sometimes(0.4, 0.02),
    lostReply: sometimes(0.4, 0.05),
    crash: sometimes(0.6, 0.004),
    pause: sometimes(0.7, 0.01),
    aim: sometimes(0.7, 0.5),
    aimsAt: random.pick(AIMS) as Aim,
    sleep: random.pick(SLEEPS) as Sleep,
    aimedCrash: sometimes(0.2, 0.02),
    crashAtEnd: 0,
    powerLoss: sometimes(0.3, 0.001),
    edit: sometimes(0.6, 0.01),
    old: 0.2,
    requeue: sometimes(0.3, 0.003),
    hire: 0.01,
    stop: sometimes(0.3, 0.003),
    latencyMs: random.pick([1, 3, 20]) ?? 1,
    slow: sometimes(0.8, 0.05),
    policy: random.next() < 0.6 ? 'never' : random.next() < 0.5 ? 'dead' : 'suspect',
    waiting: sometimes(0.5, 1),
  };
  return { ...any, ...(random.next() < 0.5 ? random.pick(THEMES) : {}) };
}

/** As long as others take to go first, as until a lock is taken over, as until a heartbeat has stood still too long. */
export function sleepMs(random: Random, sleep: Sleep): number {
  const [moment, stale, suspect] = SHARES[sleep];
  const chance = random.next() * (moment + stale + suspect);
  // A call or a hundred: each as likely.
  if (chance < moment) return 10 ** random.between(0, 2.7);
  return chance < moment + stale ? random.between(8_000, 25_000) : random.between(150_000, 600_000);
}

const CELL = /\/cells\/(..\/)?[0-9a-f]{20}\.\d+\.\d+(\.start|\.requeued)?$/;

/** Whether others act on what this call does, and this life aims at such calls. */
export function isTarget({ operation, path, to = '' }: Call, aim: Aim): boolean {
  if (operation === 'write') return (aim === 'rewrites' || aim === 'all') && path.startsWith('/work/.');
  if (operation !== 'rename' && operation !== 'link') return false;
  if (aim === 'cells') return CELL.test(to);
  if (aim === 'lock') return `${path} ${to}`.includes('.lock/');
  if (aim === 'rewrites') return to === SCHEDULE;
  return to === SCHEDULE || path === SCHEDULE || CELL.test(to) || `${path} ${to}`.includes('.lock');
}
