import { joinDoctor } from '../../src/commands/doctor-join.js';
import { doctor, type DoctorOrder, type Examined, type LeaderPorts } from '../../src/commands/doctor.js';
import { systemError, type FileSystem } from '../../src/ports/fs.js';
import type { Space, TrialFiles } from '../../src/ports/fs-trial.js';
import type { guardedLock } from '../../src/ports/lock.js';
import { FakeClock } from './fake-clock.js';
import { memoryFileSystem, type MemoryFileSystem } from './fs-memory.js';

export type Lies = Partial<FileSystem>;

/** Doctors on several hosts that share one filesystem in memory, in time that does not pass by itself. */
export class Ward {
  readonly clock = new FakeClock();
  readonly fs: MemoryFileSystem = memoryFileSystem();
  readonly said: string[] = [];
  readonly stop = new AbortController();
  space: Space = { freeBytes: 1e12, bytes: 2e12, freeInodes: 1e6, inodes: 2e6 };
  /** What the mount of each process makes of the filesystem. */
  mount: (fs: FileSystem) => FileSystem = (fs) => fs;
  trials: Partial<TrialFiles> = {};
  readonly #created = new Set<string>();
  readonly #holders = new Map<string, symbol>();

  static async open(): Promise<Ward> {
    const ward = new Ward();
    await ward.fs.makeDirectory('/work');
    await ward.fs.makeDirectory('/proc/self');
    return ward;
  }

  ports(host: string): LeaderPorts {
    const fs = this.mount(this.fs.client({ name: host }));
    return {
      fs,
      trials: { ...this.#trialFiles(fs), ...this.trials },
      clock: this.clock,
      lock: this.#lock,
      identify: () =>
        Promise.resolve({
          hostname: host,
          user: 'ada',
          pid: 7,
          bootId: host,
          pidNamespace: 'p',
          processStart: '1',
        }),
      processStart: () => Promise.resolve('gone'),
      progress: (text) => void this.said.push(text),
      signal: this.stop.signal,
      partners: async (folder, leader, count) => {
        const joined = Array.from({ length: count }, () => this.join(host, { path: folder, leader }));
        await Promise.all(joined);
      },
    };
  }

  lead(order: Partial<DoctorOrder> = {}): Promise<Examined | undefined> {
    return doctor(this.ports('n01'), { path: '/work', hosts: 1, keep: true, ...order });
  }

  join(host: string, order: { path: string; leader?: string } = { path: '/work' }): Promise<boolean> {
    return joinDoctor(this.ports(host), order);
  }

  /** Lets time pass until there is a result. */
  async passing<T>(result: Promise<T>): Promise<T> {
    let isOver = false;
    const over = result.finally(() => (isOver = true));
    over.catch(() => undefined);
    while (!isOver) await this.clock.advance(20);
    return over;
  }

  #trialFiles(fs: FileSystem): TrialFiles {
    return {
      createExclusive: async (path) => {
        if (this.#created.has(path)) throw systemError('EEXIST', 'open', path);
        this.#created.add(path);
        await fs.write(path, Buffer.alloc(0));
      },
      sizeOf: async (path) => Number((await fs.fingerprint(path)).size),
      rewrite: async (path, bytes) => {
        await fs.write(path, bytes);
      },
      touch: () => Promise.resolve(),
      syncDirectory: () => Promise.resolve(),
      space: () => Promise.resolve(this.space),
    };
  }

  /** One holder at a time; one who froze is robbed when it is stale. The real lock has its signs of life by real timers. */
  readonly #lock = (({ path, staleMs }) => {
    const me = Symbol(path);
    return {
      hold: async (work, signal) => {
        const began = this.clock.monotonic();
        const isStale = (): boolean => path.endsWith('dead.lock') && this.clock.monotonic() - began >= staleMs;
        while (this.#holders.has(path) && !isStale()) {
          await this.clock.wait(50, signal);
          if (signal?.aborted) return undefined;
        }
        this.#holders.set(path, me);
        try {
          return await work({ isMine: () => Promise.resolve(this.#holders.get(path) === me) });
        } finally {
          if (this.#holders.get(path) === me) this.#holders.delete(path);
        }
      },
      tidyAfter: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  }) as typeof guardedLock;
}

/** The same filesystem but for these operations. */
export function lying(fs: FileSystem, lies: (fs: FileSystem) => Lies): FileSystem {
  const own = lies(fs);
  return new Proxy(fs, {
    get(target, name) {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
