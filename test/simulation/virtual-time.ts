import type { Clock } from '../../src/ports/clock.js';
import type { Random } from '../support/random.js';

/** Whose time it is: a process that is paused or dead sees no timer end. */
export interface Owner {
  readonly isPaused: boolean;
  readonly isDead: boolean;
  /** Milliseconds by which its host's clock is off. */
  readonly skewMs: number;
}

const NOBODY: Owner = { isPaused: false, isDead: false, skewMs: 0 };

interface Timer {
  due: number;
  readonly every: number | undefined;
  readonly owner: Owner;
  readonly fire: () => void;
}

/** Time that passes when it is told to: for clocks, for timers, and for chance. One at a time in a process. */
export class VirtualTime {
  now = 0;
  /** Whose code runs: between two steps it is one process's alone, with all that follows from it at once. */
  owner: Owner | undefined;
  readonly #timers = new Set<Timer>();
  readonly #real = { setTimeout, clearTimeout, setInterval, clearInterval, random: Math.random.bind(Math) };

  /** Takes the timers and the chance of everything that runs as somebody's. */
  install(random: Random): void {
    const real = this.#real;
    const timers =
      (every: boolean, otherwise: (action: () => void, ms?: number) => unknown) =>
      (action: (...all: unknown[]) => void, ms = 0, ...all: unknown[]): unknown => {
        const { owner } = this;
        const fire = (): void => {
          action(...all);
        };
        return owner ? this.#add(fire, ms, every ? Math.max(1, ms) : undefined, owner) : otherwise(fire, ms);
      };
    const clear =
      (otherwise: typeof clearTimeout) =>
      (timer: unknown): void => {
        if (!this.#timers.delete(timer as Timer)) otherwise(timer as NodeJS.Timeout);
      };
    globalThis.setTimeout = timers(false, real.setTimeout) as unknown as typeof setTimeout;
    globalThis.setInterval = timers(true, real.setInterval) as unknown as typeof setInterval;
    globalThis.clearTimeout = clear(real.clearTimeout);
    globalThis.clearInterval = clear(real.clearInterval);
    Math.random = () => random.next();
  }

  uninstall(): void {
    const { random, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    Math.random = random;
    this.#timers.clear();
    this.owner = undefined;
  }

  /** Runs `work` as somebody's; what follows from it is theirs too, until the next. */
  as<T>(owner: Owner, work: () => T): T {
    this.owner = owner;
    return work();
  }

  clockOf(owner: Owner): Clock {
    return {
      monotonic: () => this.now,
      wallTime: () => new Date(Date.UTC(2026, 0) + this.now + owner.skewMs),
      wait: (ms, signal) => {
        if (signal?.aborted || ms <= 0) return Promise.resolve();
        return new Promise((resolve) => {
          const end = (): void => {
            this.#timers.delete(timer);
            signal?.removeEventListener('abort', end);
            resolve();
          };
          const timer = this.#add(end, ms, undefined, owner);
          signal?.addEventListener('abort', end, { once: true });
        });
      },
    };
  }

  /** Calls `action` after `ms`; whoever lives then, or as somebody's who does. */
  later(ms: number, action: () => void, owner: Owner = NOBODY): void {
    this.#add(action, ms, undefined, owner);
  }

  /** Ends the wait that is due first; false when nobody waits. */
  step(): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.owner.isDead) this.#timers.delete(timer);
      else if (!timer.owner.isPaused && (!next || timer.due < next.due)) next = timer;
    }
    if (!next) return false;
    this.now = Math.max(this.now, next.due);
    if (next.every === undefined) this.#timers.delete(next);
    else next.due = this.now + next.every;
    const { fire } = next;
    this.as(next.owner, fire);
    return true;
  }

  #add(action: () => void, ms: number, every: number | undefined, owner: Owner): Timer {
    const timer = { due: this.now + Math.max(0, ms), every, owner, fire: action, unref: () => timer };
    this.#timers.add(timer);
    return timer;
  }
}
