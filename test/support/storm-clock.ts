import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Random } from './random.js';

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib64/faketime/libfaketimeMT.so.1',
  '/usr/lib/faketime/libfaketimeMT.so.1',
].find(existsSync);

/** Why clocks cannot be set wrong here; undefined: they can. */
export const whyNoWrongClocks = LIBRARY ? undefined : 'libfaketime is missing (package faketime)';

const JUMP_EVERY_MS = [1000, 4000] as const;
const HOURS = [-24 * 365, -24, -1, -1, 0, 1, 1, 24, 24 * 365];

/** Wall clocks that are an hour off, or jump while their worker runs. */
export class Clocks {
  readonly #file: string;
  readonly #random: Random;
  #next = 0;
  jumps = 0;

  constructor(dir: string, random: Random) {
    this.#file = path.join(dir, 'clock');
    this.#random = random;
    this.#set('+0');
  }

  /** Of the worker that comes next; `jumps`: its times are not to be subtracted. */
  next(): { readonly env: NodeJS.ProcessEnv; readonly jumps: boolean } {
    const right = { env: {}, jumps: false };
    if (!LIBRARY) return right;
    const base = { LD_PRELOAD: LIBRARY, NO_FAKE_STAT: '1', FAKETIME_CACHE_DURATION: '1' };
    const honest = { ...base, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    const kinds = [
      right,
      { env: { ...honest, FAKETIME: '+1h' }, jumps: false },
      { env: { ...honest, FAKETIME: '-1h' }, jumps: false },
      { env: { ...honest, FAKETIME_TIMESTAMP_FILE: this.#file }, jumps: true },
      // The monotonic clock an hour off too, as on a host that was booted earlier.
      { env: { ...base, FAKETIME: '+1h' }, jumps: false },
    ];
    return this.#random.pick(kinds) ?? right;
  }

  tick(now: number): void {
    if (!LIBRARY || now < this.#next) return;
    this.#next = now + this.#random.between(...JUMP_EVERY_MS);
    this.jumps++;
    const hours = this.#random.pick(HOURS) ?? 0;
    this.#set(`${hours < 0 ? '' : '+'}${hours}h`);
  }

  #set(offset: string): void {
    writeFileSync(`${this.#file}.new`, `${offset}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }

  /** What the library leaves behind of a process that was killed. */
  static tidy(pids: readonly number[]): void {
    for (const pid of pids) {
      rmSync(`/dev/shm/faketime_shm_${pid}`, { force: true });
      rmSync(`/dev/shm/sem.faketime_sem_${pid}`, { force: true });
    }
  }
}
