import { Book } from '../../src/claim/book.js';
import { memoryFileSystem } from '../support/fs-memory.js';
import type { RunEnd } from '../../src/ports/spawn.js';
import type { FakeRun } from '../support/fake-spawner.js';
import { Random } from '../support/random.js';
import { Judge } from './judge.js';
import { Mount, type Call, type Turns } from './mount.js';
import { day, type Mutant } from './mutants.js';
import { Process, SCHEDULE, type Host, type Role } from './process.js';
import { saveSomething } from './editor.js';
import { Faults } from './faults.js';
import { VirtualTime } from './virtual-time.js';
import { isTarget, sleepMs, weatherFrom, type Weather } from './weather.js';

interface Waiting {
  readonly process: Process;
  readonly call: Call;
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

export interface Outcome {
  readonly steps: number;
  readonly spawns: number;
  readonly trace: number;
}

const MOST_PROCESSES = 6;
const ROUGH_STEPS = 3_000;
const POLL_MS = 300;
const CRASH_MS = 50;
const MOST_STEPS = 60_000;

/** Several hosts with several workers on one schedule, a person who edits it, and everything that goes wrong. */
export class World {
  readonly #random: Random;
  readonly #time = new VirtualTime();
  readonly #fs = memoryFileSystem();
  readonly #hosts: Host[];
  readonly #processes: Process[] = [];
  readonly #weather: Weather;
  readonly #faults: Faults;
  readonly #judge: Judge;
  readonly #mutant: Mutant | undefined;
  readonly #trace: ((line: string) => void) | undefined;
  #waiting: Waiting[] = [];
  #isCalm = false;
  #steps = 0;
  #hash = 0;

  constructor(seed: number, mutant?: Mutant, trace?: (line: string) => void) {
    const random = (this.#random = new Random(seed));
    this.#mutant = mutant;
    this.#trace = trace;
    const weather = (this.#weather = weatherFrom(random));
    this.#faults = new Faults(random, weather);
    this.#hosts = ['a', 'b', 'c']
      .slice(0, weather.hosts)
      .map((name) => ({ name, boots: 0, contents: new Map(), skewMs: random.between(-4e6, 4e6) }));
    const { contentMs, links } = weather.profile;
    // A mount that lags, or has no links, may lose a save that falls into a rewrite.
    this.#judge = new Judge(
      this.#fs,
      contentMs === 0 && links > 1,
      weather.policy === 'never' && weather.requeue === 0,
      weather.policy !== 'suspect' && weather.requeue === 0,
    );
    this.#note(`in ${JSON.stringify(weather)}`);
  }

  async run(): Promise<Outcome> {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the book it belongs to
    const standing = Book.prototype.standing;
    this.#time.install(this.#random);
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const world = this;
    Book.prototype.standing = async function (this: Book, worker: string) {
      return world.#judged(worker, () => standing.call(this, worker));
    };
    try {
      await this.#prepare();
      while (!this.#isDone()) await this.#step();
      await this.#judge.end(this.#processes);
      return { steps: this.#steps, spawns: this.#judge.spawns, trace: this.#hash };
    } finally {
      Book.prototype.standing = standing;
      this.#time.uninstall();
    }
  }

  async #prepare(): Promise<void> {
    await this.#fs.makeDirectory('/work');
    const commands = ['u', 'v', 'w', 'x', 'y', 'z'];
    const entries = Array.from({ length: 4 + this.#below(8) }, () => [this.#random.pick(commands) ?? 'x']);
    await this.#judge.begin(entries);
    for (let i = 0; i < 3; i++) this.#hire();
  }

  #isDone(): boolean {
    return (
      this.#isCalm && this.#processes.every(({ isOver, isDead }) => isOver || isDead) && this.#judge.isDone
    );
  }

  async #step(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#time.owner = undefined;
    if (++this.#steps > MOST_STEPS) throw this.#judge.fail('nothing lost', 'it does not come to an end');
    if (this.#steps === ROUGH_STEPS && !this.#isCalm) this.#calmDown();
    await this.#judge.look();
    if (!this.#isCalm && (await this.#happens())) return;
    const ready = this.#waiting.filter(({ process }) => !process.isPaused && !process.isDead);
    const chosen = this.#chance(this.#weather.slow) ? undefined : this.#random.pick(ready);
    if (chosen && this.#isAimedAt(chosen)) return;
    if (chosen) this.#grant(chosen);
    else if (!this.#time.step() && ready.length === 0) this.#whenIdle();
    day.now = this.#time.now;
  }

  #grant(chosen: Waiting): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== chosen);
    this.#time.now += this.#random.between(0, this.#longestMs(chosen));
    this.#note(`${chosen.process.identity.worker} ${chosen.call.operation} ${chosen.call.path}`, chosen.call);
    this.#judge.asked(chosen.process, chosen.call);
    const fault = this.#faults.before(chosen.call);
    if (fault) this.#judge.refused(chosen.call);
    this.#time.as(chosen.process, () => {
      if (fault) chosen.fail(fault);
      else chosen.go();
    });
  }

  /** Who waits for the lock of somebody who sleeps asks thousands of times, unless the server takes its time. */
  #longestMs({ call }: Waiting): number {
    const isWaiting = call.operation === 'list' && call.path.endsWith('.lock');
    const isStuck = isWaiting && this.#processes.some((one) => one.isPaused || one.isDead);
    return isStuck ? Math.max(POLL_MS, this.#weather.latencyMs) : this.#weather.latencyMs;
  }

  /** What others act on is when being stopped or killed matters most, and others that were stopped go on. */
  #isAimedAt({ process, call }: Waiting): boolean {
    const { aim, aimsAt, aimedCrash, sleep } = this.#weather;
    if (this.#isCalm || !isTarget(call, aimsAt)) return false;
    if (this.#chance(aimedCrash)) return this.#kill(process);
    if (!this.#chance(aim)) return false;
    const living = this.#processes.filter(({ isOver, isDead }) => !isOver && !isDead);
    const sleepers = living.filter(({ isPaused }) => isPaused);
    // Somebody has to be awake to find out how long others sleep.
    const sleeper = sleep === 'long' ? undefined : this.#random.pick(sleepers);
    if (sleeper && this.#chance(0.5)) this.#wake(sleeper);
    else if (sleepers.length >= living.length / 2) return false;
    return this.#pause(process, sleepMs(this.#random, sleep));
  }

  /** Something befalls somebody. */
  async #happens(): Promise<boolean> {
    const { crash, pause, powerLoss, edit, hire, stop, requeue } = this.#weather;
    const living = this.#processes.filter(({ isDead, isOver }) => !isDead && !isOver);
    const one = this.#random.pick(living);
    if (this.#chance(crash) && one) return this.#kill(one);
    if (this.#chance(pause) && one)
      return this.#pause(one, this.#random.between(100, this.#chance(0.3) ? 600_000 : 20_000));
    if (this.#chance(stop) && one) return this.#stop(one);
    if (this.#chance(powerLoss)) return this.#cutPower(this.#random.pick(this.#hosts) as Host);
    if (this.#chance(edit)) {
      // Replacing the file between a worker's last look and its rename is the one save that can be lost.
      const isLate = this.#waiting.some(({ call }) => call.operation === 'rename' && call.to === SCHEDULE);
      this.#note(
        `somebody saves ${await saveSomething(this.#judge, this.#random, { isLate, old: this.#weather.old })}`,
      );
      return true;
    }
    if (living.length >= MOST_PROCESSES) return false;
    if (this.#chance(hire)) this.#hire();
    if (this.#chance(requeue)) this.#hire(this.#random.pick(this.#hosts), { is: 'clerk' });
    return false;
  }

  #kill(process: Process): boolean {
    this.#note(`${process.identity.worker} is killed`);
    process.isDead = true;
    this.#waiting = this.#waiting.filter((waiting) => waiting.process !== process);
    return true;
  }

  #pause(process: Process, ms: number): boolean {
    if (process.isPaused) return false;
    this.#note(`${process.identity.worker} is stopped`);
    process.isPaused = true;
    this.#time.later(ms, () => {
      this.#wake(process);
    });
    return true;
  }

  #wake(process: Process): void {
    if (!process.isPaused) return;
    this.#note(`${process.identity.worker} goes on`);
    process.isPaused = false;
  }

  /** As a first signal does: what it runs is told to end as well. */
  #stop(process: Process): boolean {
    this.#note(`${process.identity.worker} is told to stop`);
    this.#time.as(process, () => process.stop.request('SIGTERM'));
    for (const run of process.runs) this.#end(process, run, { is: 'killed', signal: 'SIGTERM' }, 500);
    return true;
  }

  async #cutPower(host: Host): Promise<boolean> {
    this.#note(`${host.name} loses its power`);
    host.boots++;
    host.contents = new Map();
    for (const process of this.#processes) {
      if (process.host !== host || process.isDead) continue;
      this.#kill(process);
      await process.mount.forgetUnsynced(() => this.#random.next());
    }
    return true;
  }

  /** Nothing goes wrong any more: now all has to come to its end. */
  #calmDown(): void {
    this.#isCalm = this.#faults.isCalm = true;
    this.#note('calm');
    for (const process of this.#processes) {
      this.#wake(process);
      if (process.role.is === 'worker' && process.role.waits && !process.isDead)
        this.#time.as(process, () => {
          process.stop.drain();
        });
    }
    for (const host of this.#hosts) this.#hire(host);
  }

  #whenIdle(): void {
    if (this.#isDone()) return;
    if (!this.#isCalm) this.#calmDown();
    else for (const host of this.#hosts) this.#hire(host);
  }

  #role(): Role {
    const { policy, waiting } = this.#weather;
    const slots = this.#chance(0.3) ? 2 : 1;
    const waits = !this.#isCalm && this.#chance(waiting);
    return { is: 'worker', slots, policy, waits, retries: this.#chance(0.2) ? 1 : 0 };
  }

  #hire(host = this.#random.pick(this.#hosts) as Host, role = this.#role()): void {
    const number = this.#processes.length;
    const turns: Turns = {
      before: (call) => this.#turn(process, call),
      beforeNow: (call) => {
        const fault = this.#faults.before(call);
        if (fault) throw fault;
      },
      after: (call) => {
        this.#judge.made(process, call);
        const fault = this.#faults.after(call);
        if (fault) throw fault;
      },
      now: () => this.#time.now,
      isLate: () => this.#chance(this.#weather.late),
    };
    const mount = new Mount(this.#fs, turns, this.#weather.profile, host.contents);
    const process: Process = new Process(host, number, role, {
      ...{ time: this.#time, mount, mutant: this.#mutant },
      isDead: (pid) => [this.#processes[pid]].some((one) => one?.isDead || one?.isOver),
      onSpawn: (by, run) => {
        this.#spawned(by, run);
      },
    });
    this.#processes.push(process);
    this.#note(`${process.identity.worker} begins on ${host.name}`);
    process.work(this.#time);
  }

  #turn(process: Process, call: Call): Promise<void> {
    return new Promise((go, fail) => {
      if (!process.isDead) this.#waiting.push({ process, call, go, fail });
    });
  }

  #spawned(by: Process, run: FakeRun): void {
    this.#note(`${by.identity.worker} runs ${run.command.argv.join(' ')}`);
    this.#judge.spawned(by, run);
    const longest = this.#chance(0.2) ? 300_000 : 500;
    this.#end(by, run, { is: 'exited', code: this.#chance(0.2) ? 1 : 0 }, longest);
  }

  /** Its worker learns of it when it goes on. */
  #end(by: Process, run: FakeRun, end: RunEnd, withinMs: number): void {
    const ends = (): void => {
      if (!by.runs.delete(run)) return;
      this.#note(`${by.identity.worker} ends ${run.command.argv.join(' ')}`);
      run.end(end);
      if (!this.#isCalm && this.#chance(this.#weather.crashAtEnd))
        this.#time.later(this.#random.between(1, CRASH_MS), () => this.#kill(by));
    };
    this.#time.later(this.#random.between(1, withinMs), ends, by);
  }

  /** A verdict of death has to be true. */
  async #judged<T extends string>(worker: string, ask: () => Promise<T>): Promise<T> {
    const asking = this.#time.owner as Process | undefined;
    const changed = asking && this.#mutant?.standing && (await this.#mutant.standing(asking, worker));
    const verdict = (changed as T | undefined) ?? (await ask());
    const other = this.#processes.find(({ identity }) => identity.worker === worker);
    if ((verdict === 'dead' || verdict === 'host-down') && other && !other.isDead && !other.isOver) {
      if (!(await this.#judge.hasLeft(worker)))
        throw this.#judge.fail('no clocks agree', `${worker} lives and is called ${verdict}`);
    }
    return verdict;
  }

  #note(line: string, call?: Call): void {
    this.#trace?.(`${this.#steps} ${Math.round(this.#time.now)} ${line}${call?.to ? ` -> ${call.to}` : ''}`);
    this.#hash = (Math.imul(this.#hash, 31) + line.length + Math.round(this.#time.now)) | 0;
  }

  #chance(share: number): boolean {
    return share > 0 && this.#random.next() < share;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }
}
