import { folderOf } from '../../src/claim/beside.js';
import { errorCode, type FileSystem } from '../../src/ports/fs.js';
import { guardedLock, type Lock, type LockOptions } from '../../src/ports/lock.js';
import { slotHash } from '../../src/schedule/slots.js';
import { SCHEDULE, type Process } from './process.js';

/** The protocol with one of its mechanisms taken out: the simulation has to notice. */
export interface Mutant {
  readonly name: string;
  fs?(real: FileSystem, process: Process): FileSystem;
  lock?(options: LockOptions): Lock;
  /** Whom a worker calls dead, instead of the rule. */
  standing?(process: Process, worker: string): Promise<'dead' | undefined>;
}

const isCell = (path: string): boolean => /\/cells\/(..\/)?[0-9a-f]{20}\.\d+\.\d+(\.start)?$/.test(path);
const isClaim = (path: string): boolean => isCell(path) && !path.endsWith('.start');

/** A filesystem on which links to some names never fail because the name is taken. */
function everybodyWins(real: FileSystem, concerns: (path: string) => boolean): FileSystem {
  return overriding(real, {
    link: async (existing, path) => {
      try {
        await real.link(existing, path);
      } catch (error) {
        if (!concerns(path) || errorCode(error) !== 'EEXIST') throw error;
      }
    },
  });
}

function overriding(real: FileSystem, changed: Partial<FileSystem>): FileSystem {
  return new Proxy(real, {
    get: (target, name) => {
      const value: unknown = Reflect.get(changed, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}

/** mkdir, and the time of day decides who is gone. */
function plainLock({ fs, clock, path, staleMs }: LockOptions): Lock {
  return {
    hold: async (work, signal) => {
      let since = Infinity;
      while (!signal?.aborted) {
        try {
          await fs.createDirectory(path);
          break;
        } catch {
          since = Math.min(since, clock.monotonic());
          if (clock.monotonic() - since > staleMs) await fs.removeDirectory(path).catch(() => undefined);
          await clock.wait(50, signal);
        }
      }
      if (signal?.aborted) return undefined;
      try {
        return await work({ isMine: () => Promise.resolve(true) });
      } finally {
        await fs.removeDirectory(path).catch(() => undefined);
      }
    },
    tidyAfter: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Looks which of the pending entries nobody has, one name after the other, and takes one over whatever is there. */
async function linkIfNotFound(real: FileSystem, existing: string, path: string): Promise<void> {
  if (!isCell(path)) return real.link(existing, path);
  if (isClaim(path))
    for (const name of await namesOfPending(real)) await isFound(real, `${folderOf(path)}/${name}`);
  if (!(await isFound(real, path))) await real.unlink(path).catch(() => undefined);
  return real.link(existing, path);
}

async function namesOfPending(fs: FileSystem): Promise<string[]> {
  const entries = JSON.parse((await fs.read(SCHEDULE)).bytes.toString()) as string[][];
  const pending = entries.filter(([first]) => first !== 'executed').map(slotHash);
  return [...new Set(pending)].flatMap((hash) => [`${hash}.0.0`, `${hash}.0.0.start`]);
}

function isFound(fs: FileSystem, path: string): Promise<boolean> {
  return fs.read(path).then(
    () => true,
    (error: unknown) => errorCode(error) !== 'ENOENT',
  );
}

/** When each process last wrote its heartbeat, by its own host's clock. */
const beats = new Map<string, number>();

export const MUTANTS: readonly Mutant[] = [
  { name: 'a plain lock and no cells', fs: (real) => everybodyWins(real, isCell), lock: plainLock },
  {
    name: 'no start cell',
    fs: (real) => everybodyWins(real, (path) => path.endsWith('.start')),
  },
  {
    name: 'exclusive creation with two winners',
    fs: (real, process) =>
      everybodyWins(real, (path) => isClaim(path) && (process.number + path.length) % 2 === 0),
    lock: plainLock,
  },
  {
    name: 'a rewrite that does not ask whether the lock is still its own',
    lock: (options) => {
      const real = guardedLock(options);
      return {
        ...real,
        hold: (work, signal) => real.hold(() => work({ isMine: () => Promise.resolve(true) }), signal),
      };
    },
  },
  {
    name: 'a name that is not found is believed to be free',
    fs: (real) => overriding(real, { link: (existing, path) => linkIfNotFound(real, existing, path) }),
  },
  {
    name: 'heartbeats compared by the time of day',
    fs: (real, process) =>
      overriding(real, {
        rename: async (from, to) => {
          await real.rename(from, to);
          if (to.includes('/heartbeats/')) beats.set(process.identity.worker, dayTime(process));
        },
      }),
    standing: (process, worker) => {
      const beat = beats.get(worker);
      const isOld = beat !== undefined && dayTime(process) - beat > 180_000;
      return Promise.resolve(isOld ? 'dead' : undefined);
    },
  },
];

/** Set by the world: the virtual time. */
export const day = { now: 0 };

function dayTime({ skewMs }: Process): number {
  return day.now + skewMs;
}
