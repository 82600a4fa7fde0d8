import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Hit } from './chaos-aim.js';
import type { ChaosProcess } from './chaos-process.js';
import type { Sandbox } from './chaos-sandbox.js';

/** How long it takes until others go on where somebody was hit, and until `status` says that a dead worker is gone. */
export class Watch {
  /** Milliseconds until somebody else had the lock, or nobody. */
  readonly freed: Record<Hit['signal'], number[]> = { SIGKILL: [], SIGSTOP: [] };
  readonly noticed: number[] = [];
  readonly desks: ChaosProcess[] = [];
  #followed: (Hit & { readonly owner: string }) | undefined;
  #asking = false;
  /** Nobody is asked any more. */
  over = false;

  constructor(
    readonly sandbox: Sandbox,
    readonly desk: (...args: string[]) => ChaosProcess,
  ) {}

  follow(hit: Hit): void {
    const owner = this.#owner();
    if (hit.held && owner !== undefined) this.#followed = { ...hit, owner };
    if (hit.signal === 'SIGKILL' && !this.#asking && !this.over) void this.#ask(hit);
  }

  look(now: number): void {
    const hit = this.#followed;
    if (!hit || this.#owner() === hit.owner) return;
    this.#followed = undefined;
    // Who was resumed before anybody wanted the lock has gone on itself.
    if (hit.signal === 'SIGKILL' || hit.worker.stopped) this.freed[hit.signal].push(now - hit.at);
  }

  #owner(): string | undefined {
    try {
      return readdirSync(`${this.sandbox.schedule}.lock`)[0];
    } catch {
      return undefined;
    }
  }

  async #ask({ worker: { pid }, at }: Hit): Promise<void> {
    this.#asking = true;
    const schedule = path.relative(this.sandbox.dir, this.sandbox.schedule);
    for (let tries = 0; tries < 10 && !this.over; tries++) {
      const asked = this.desk('status', schedule, '--json');
      await asked.exited;
      if (isGone(asked.output, pid)) {
        this.noticed.push(performance.now() - at);
        break;
      }
    }
    this.#asking = false;
  }
}

function isGone(json: string, pid: number): boolean {
  try {
    const { workers } = JSON.parse(json) as { workers: { pid: number; standing: string }[] };
    return workers.some((worker) => worker.pid === pid && worker.standing === 'gone');
  } catch {
    return false;
  }
}
