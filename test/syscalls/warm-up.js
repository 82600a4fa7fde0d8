// Loaded into a worker by `node --import`: makes harmless calls of one kind in one thread, so that in that thread the
// count by which strace picks the call to strike is higher than any other thread or process ever gets.
// SYSCALLS_WARM: main or pool, the call's name, how many. Also shortens the waits for trouble to pass.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { promisify } from 'node:util';

const NOWHERE = '/nowhere/at-all';
const NO_FILE = 2 ** 20;
const byte = Buffer.alloc(1);

/** By the call they end in, each once: what node calls it, and with what it fails. */
const CALLS = /** @type {Record<string, [string, ...any[]]>} */ ({
  openat: ['open', NOWHERE, 'r'],
  close: ['close', NO_FILE],
  statx: ['stat', NOWHERE],
  mkdir: ['mkdir', NOWHERE],
  rmdir: ['rmdir', NOWHERE],
  unlink: ['unlink', NOWHERE],
  rename: ['rename', NOWHERE, NOWHERE],
  link: ['link', NOWHERE, NOWHERE],
  access: ['access', NOWHERE],
  fchmod: ['fchmod', NO_FILE, 0o600],
  fchown: ['fchown', NO_FILE, -1, -1],
  readlink: ['readlink', NOWHERE],
  fsync: ['fsync', NO_FILE],
  ftruncate: ['ftruncate', NO_FILE, 0],
  pread64: ['read', NO_FILE, byte, 0, 1, 0],
  pwrite64: ['write', NO_FILE, byte, 0, 1, 0],
  // Of a folder that has few names: one call to look at it, two to list it.
  newfstatat: ['readdir', '/proc/self/task'],
  getdents64: ['readdir', '/proc/self/task'],
});

const [thread, call = '', times] = (process.env.SYSCALLS_WARM ?? '').split(' ');
delete process.env.SYSCALLS_WARM;
delete process.env.NODE_OPTIONS;
if (thread) {
  const [name, ...args] = CALLS[call] ?? [];
  if (name === undefined) throw new Error(`no warm-up for ${call}`);
  const all = /** @type {Record<string, (...args: any[]) => any>} */ (/** @type {unknown} */ (fs));
  const make = thread === 'main' ? all[`${name}Sync`] : promisify(/** @type {any} */ (all[name]));
  for (let i = 0; i < Number(times); i++) {
    try {
      await make?.(...args);
    } catch {
      continue;
    }
  }
}

/** One second, and twice as long each time. */
const PAUSES = new Set([1000, 2000, 4000, 8000]);
const { setTimeout: wait } = timers;
/** @type {(ms?: number, ...rest: any[]) => Promise<any>} */
const waitLess = (ms, ...rest) => wait(PAUSES.has(ms ?? 0) ? 20 : ms, ...rest);
timers.setTimeout = /** @type {typeof wait} */ (waitLess);
syncBuiltinESMExports();
