import type { Measured } from '../../src/doctor/schemas.js';
import { Claimer, type Appetite, type Round } from '../../src/claim/claimer.js';
import type { Book } from '../../src/claim/book.js';
import type { Claim } from '../../src/claim/choose.js';
import type { LostPolicy } from '../../src/claim/lost-policy.js';
import { recover, type Findings } from '../../src/claim/recover.js';
import { sidecarOf } from '../../src/claim/sidecar.js';
import type { WorkerIdentity } from '../../src/journal/records.js';
import type { Notice } from '../../src/notice.js';
import type { Clock } from '../../src/ports/clock.js';
import { guardedLock, type Lock } from '../../src/ports/lock.js';
import { ScheduleFile } from '../../src/schedule/file.js';
import { Limits, type LimitSettings } from '../../src/worker/limits.js';
import { Runner } from '../../src/worker/runner.js';
import { StopSwitch } from '../../src/worker/stop.js';
import type { WorkResult } from '../../src/worker/worker-options.js';
import { Worker } from '../../src/worker/worker.js';
import { FakeClock } from './fake-clock.js';
import { fakeScreen } from './fake-screen.js';
import { fakeSpawner, type FakeRun } from './fake-spawner.js';
import { memoryFileSystem, type MemoryFileSystem } from './fs-memory.js';

export const SCHEDULE = '/work/exp.json';
export const STALE_MS = 10_000;
/** Looking at the lock once a millisecond makes the fake hours long. */
const SHORTEST_WAIT_MS = 200;

export interface Spawn {
  readonly worker: string;
  readonly command: string;
  /** Slot and attempt. */
  readonly claim: string;
  /** How many entries of this command the schedule had marked when it was spawned. */
  readonly marks: Promise<number>;
  readonly epoch: Promise<number>;
  readonly run: FakeRun;
}

/** Ends a run, or leaves it running. */
export type Script = (run: FakeRun, command: string) => void | Promise<void>;

export const succeed: Script = (run) => {
  run.exit(0);
};

export interface WorkerOptions {
  readonly script?: Script;
  /** How many entries it claims at once; without it, what it measures. */
  readonly batch?: number;
  readonly measured?: Measured;
  readonly lag?: number;
  /** On a machine of its own, whose processes nobody else can look at. */
  readonly elsewhere?: boolean;
  /** The boot of its machine. */
  readonly boot?: string;
  readonly maxFailures?: number;
  readonly persistent?: readonly string[];
  readonly retries?: number;
  readonly limits?: LimitSettings;
  /** How many entries it runs at once. */
  readonly slots?: number;
  readonly timeoutMs?: number;
  readonly requeueLost?: LostPolicy;
}

/** One schedule on one filesystem in memory, with any number of workers on it, and what was spawned. */
export class Site {
  readonly fs: MemoryFileSystem = memoryFileSystem();
  readonly clock = new FakeClock();
  readonly spawns: Spawn[] = [];
  /** Worker processes that are no more. */
  readonly gone = new Set<number>();
  #pids = 100;

  static async with(entries: readonly (readonly string[])[] | string): Promise<Site> {
    const site = new Site();
    await site.fs.makeDirectory('/work');
    await site.write(typeof entries === 'string' ? entries : pretty(entries));
    return site;
  }

  worker(name: string, options: WorkerOptions = {}): Hand {
    return new Hand(this, name, this.#pids++, options);
  }

  async bytes(): Promise<string> {
    return (await this.fs.read(SCHEDULE)).bytes.toString();
  }

  /** What every reader may do at any time: parse the whole. */
  async entries(): Promise<string[][]> {
    return JSON.parse(await this.bytes()) as string[][];
  }

  /** Commands of pending entries. */
  async pending(): Promise<string[]> {
    return (await this.entries()).filter(([first]) => first !== 'executed').map((entry) => entry.join(' '));
  }

  /** As an editor saves that writes a new file and renames it. */
  async write(text: string): Promise<void> {
    await this.fs.write('/work/exp.json~', Buffer.from(text));
    await this.fs.rename('/work/exp.json~', SCHEDULE);
  }

  async edit(change: (entries: string[][]) => string[][], format = pretty): Promise<void> {
    await this.write(format(change(await this.entries())));
  }

  async marksOf(command: string): Promise<number> {
    return (await this.entries()).filter((entry) => entry.join(' ') === `executed ${command}`).length;
  }

  /** The commands that were spawned, in order. */
  get ran(): string[] {
    return this.spawns.map(({ command }) => command);
  }

  count(command: string): number {
    return this.ran.filter((one) => one === command).length;
  }

  /** Lets time pass until the promise has settled. */
  async until<T>(promise: Promise<T>, mostMs = 600_000): Promise<T> {
    let over = false;
    const done = (): void => void (over = true);
    promise.then(done, done);
    for (let waited = 0, step = 1; !over; waited += step, step = Math.min(2 * step, 1000)) {
      if (waited > mostMs) throw new Error('this promise does not settle');
      await this.clock.advance(step);
    }
    return promise;
  }

  /** The worker's machine forgets it at once. */
  kill(hand: Hand): void {
    this.gone.add(hand.identity.pid);
    hand.stopNow();
  }

  async deleteSidecar(): Promise<void> {
    await removeTree(this.fs, sidecarOf(SCHEDULE));
  }
}

/** One worker, to be led by the hand or let loose. */
export class Hand {
  readonly notices: Notice[] = [];
  readonly identity: WorkerIdentity;
  readonly fs: MemoryFileSystem;
  readonly claimer: Claimer;
  readonly runner: Runner;
  readonly runners: readonly Runner[];
  readonly lock: Lock;
  readonly stop = new StopSwitch();
  readonly worker: Worker;
  readonly runs: FakeRun[] = [];
  readonly #site: Site;
  #gate: Gate | undefined;

  constructor(site: Site, name: string, pid: number, options: WorkerOptions) {
    const { script = succeed, batch, lag = 0, elsewhere = false, boot = 'boot-1' } = options;
    this.#site = site;
    this.identity = {
      worker: name,
      hostname: elsewhere ? `${name}-host` : 'node1',
      user: 'ada',
      pid,
      machineId: elsewhere ? `${name}-machine` : 'machine-1',
      bootId: elsewhere ? `${name}-boot` : boot,
      pidNamespace: elsewhere ? `${name}-pids` : 'pid:[1]',
      processStart: '1',
    };
    const { clock } = site;
    const fs = (this.fs = site.fs.client({ name, lag }));
    const tell = (notice: Notice): void => void this.notices.push(notice);
    const sidecar = sidecarOf(SCHEDULE);
    const patient: Clock = {
      monotonic: () => clock.monotonic(),
      wallTime: () => clock.wallTime(),
      wait: (ms, signal) => clock.wait(Math.max(ms, SHORTEST_WAIT_MS), signal),
    };
    this.lock = guardedLock({
      fs,
      clock: patient,
      path: `${SCHEDULE}.lock`,
      nests: `${sidecar}/lock`,
      worker: name,
      staleMs: STALE_MS,
      provenDead: async (other) => {
        const standing = await (await this.claimer.book()).standing(other);
        return standing === 'dead' || standing === 'host-down';
      },
    });
    const probes = {
      processStart: (other: number) => Promise.resolve(site.gone.has(other) ? 'gone' : '1'),
      slurmState: () => Promise.resolve('unknown' as const),
    };
    const setting = { fs, clock, probes, identity: this.identity, sidecar, measured: options.measured ?? {} };
    const file = new ScheduleFile(fs, SCHEDULE);
    const asked = { setting, file, lock: this.lock, tell };
    this.claimer = batch === undefined ? new Claimer(asked) : new Greedy(asked, batch);
    const spawner = fakeSpawner((run) => {
      this.runs.push(run);
      site.spawns.push(this.#spawn(run));
      return script(run, run.command.argv.join(' '));
    });
    const {
      maxFailures = Infinity,
      persistent,
      retries = 0,
      limits = {},
      slots = 1,
      timeoutMs,
      requeueLost = 'never',
    } = options;
    this.runners = Array.from(
      { length: slots },
      (_, number) =>
        new Runner({
          ...{ fs, clock, tell, claimer: this.claimer, stop: this.stop, worker: name },
          screen: fakeScreen(),
          spawner,
          schedule: SCHEDULE,
          host: this.identity.hostname,
          directory: '/work',
          env: {},
          inherit: false,
          slot: { number, of: slots, env: {} },
          timeoutMs,
          graceMs: 10_000,
          onFailure: () => undefined,
        }),
    );
    this.runner = this.runners[0] as Runner;
    this.worker = new Worker({
      ...{
        claimer: this.claimer,
        runners: this.runners,
        stop: this.stop,
        clock,
        tell,
        maxFailures,
        requeueLost,
      },
      reruns: persistent ? { retries: Infinity, appended: persistent } : { retries, appended: [] },
      limits: new Limits(limits, clock, tell),
      random: () => 1,
    });
  }

  /** Claims until it got something, or nothing is pending. */
  async claim(wanted = 1): Promise<readonly Claim[]> {
    for (;;) {
      const round = await this.#site.until(this.round(wanted));
      if (round?.is === 'claimed') return round.claims;
      if (round?.is !== 'again') return [];
      await this.#site.clock.advance(round.afterMs);
    }
  }

  /** One round, whatever comes of it. */
  round(wanted = 1): Promise<Round | undefined> {
    return this.claimer.claim(() => wanted, this.stop.draining);
  }

  /** Starts and runs a claim; undefined when it may not run. Goes on for as long as the script lets it. */
  async run(claim: Claim): Promise<string | undefined> {
    if (!(await this.#site.until(this.claimer.start(claim)))) return undefined;
    return (await this.runner.run(claim, claim.argv, false)).is;
  }

  /** Starts a claim and waits until it runs, not until it ends. */
  async begin(claim: Claim | undefined): Promise<void> {
    const before = this.runs.length;
    if (!claim || !(await this.#site.until(this.claimer.start(claim)))) return;
    void this.runner.run(claim, claim.argv, false);
    while (this.runs.length === before) await this.#site.clock.advance(0);
  }

  /** Claims and runs `wanted` entries, one after the other. */
  async claimAndRun(wanted = 1): Promise<void> {
    for (const claim of await this.claim(wanted)) await this.run(claim);
  }

  /** Works until nothing is pending, and leaves. */
  work(): Promise<WorkResult> {
    return this.worker.work();
  }

  async finish(): Promise<WorkResult> {
    return this.#site.until(this.work());
  }

  async recover(): Promise<Findings> {
    return this.#site.until(recover(this.claimer));
  }

  async book(): Promise<Book> {
    return this.#site.until(this.claimer.book());
  }

  /** Looks at the heartbeats of the others often enough to suspect those that stand still. */
  async watchLong(): Promise<void> {
    const { peers } = await this.book();
    for (let looks = 0; looks < 8; looks++) {
      await peers.watch();
      await this.#site.clock.advance(30_000);
    }
    await peers.watch();
  }

  told(tell: Notice['tell']): Notice[] {
    return this.notices.filter((notice) => notice.tell === tell);
  }

  /** Stops it before its `n`-th operation on the filesystem from now, as SIGSTOP or SIGKILL would. */
  stopBefore(n: number): Gate {
    this.#gate = new Gate(this.#site.fs, this.identity.worker, n);
    return this.#gate;
  }

  /** Nothing more comes from it. */
  stopNow(): void {
    if (this.#gate) this.#gate.shut();
    else this.stopBefore(1);
  }

  #spawn(run: FakeRun): Spawn {
    const { argv, env } = run.command;
    const command = argv.join(' ');
    return {
      worker: this.identity.worker,
      command,
      claim: `${env['COOPERATE_ID'] ?? ''}.${env['COOPERATE_ATTEMPT'] ?? ''}`,
      marks: this.#site.marksOf(command),
      epoch: this.claimer.book().then(({ epoch }) => epoch.number),
      run,
    };
  }
}

/** A process that stands still: its calls are neither made nor answered. */
export class Gate {
  /** Whether it got there. */
  reached = false;
  calls: string[] = [];
  #left: number;
  #open: (() => void) | undefined;
  readonly #opened: Promise<void>;

  constructor(fs: MemoryFileSystem, client: string, n: number) {
    this.#left = n;
    this.#opened = new Promise((resolve) => (this.#open = resolve));
    fs.faults.before(({ client: who, operation, path }) => {
      if (who !== client || this.#left === Infinity) return undefined;
      if (!this.reached) this.#left -= 1;
      // Appending cannot be held back: it happens, and the call after it does not.
      const isNow = operation === 'append' || operation === 'appendLater';
      if (isNow && this.reached) throw new Error('a process that stands still writes nothing');
      if (this.#left > 0 || isNow) return undefined;
      if (!this.reached) this.calls.push(`${operation} ${path}`);
      this.reached = true;
      return this.#opened;
    });
  }

  shut(): void {
    this.#left = 0;
  }

  /** It wakes up and goes on as if nothing had been. */
  wake(): void {
    this.#left = Infinity;
    this.#open?.();
  }
}

/** Claims a fixed number at once. */
class Greedy extends Claimer {
  readonly #batch: number;

  constructor(options: ConstructorParameters<typeof Claimer>[0], batch: number) {
    super(options);
    this.#batch = batch;
  }

  override claim(_appetite: Appetite, signal: AbortSignal): Promise<Round | undefined> {
    return super.claim(() => this.#batch, signal);
  }
}

export function pretty(entries: readonly (readonly string[])[]): string {
  return `[\n${entries.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`;
}

export function mark(command: string): (entries: string[][]) => string[][] {
  return (entries) => entries.map((entry) => (entry.join(' ') === command ? ['executed', ...entry] : entry));
}

/** Takes away one mark of a command. */
export function unmark(command: string): (entries: string[][]) => string[][] {
  return (entries) => {
    let done = false;
    return entries.map((entry) => {
      if (done || entry.join(' ') !== `executed ${command}`) return entry;
      done = true;
      return entry.slice(1);
    });
  };
}

async function removeTree(fs: MemoryFileSystem, path: string): Promise<void> {
  for (const name of await fs.list(path).catch((): string[] => [])) {
    const inside = `${path}/${name}`;
    await fs.unlink(inside).catch(() => removeTree(fs, inside));
  }
  await fs.removeDirectory(path).catch(() => undefined);
}
