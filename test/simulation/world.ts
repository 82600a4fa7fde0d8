import { Book } from '../../src/claim/book.js';
import { systemError } from '../../src/ports/fs.js';
import { memoryFileSystem } from '../support/fs-memory.js';
import type { FakeRun } from '../support/fake-spawner.js';
import { Random } from '../support/random.js';
import { Judge } from './judge.js';
import { Mount, type Call, type Turns } from './mount.js';
import { day, type Mutant } from './mutants.js';
import { Process, SCHEDULE, type Host } from './process.js';
import { PROFILES, type Profile } from './profile.js';
import { saveSomething } from './editor.js';
import { VirtualTime } from './virtual-time.js';

interface Waiting {
  readonly process: Process;
  readonly call: Call;
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

/** How rough one schedule's life is; chances are per step. */
interface Weather {
  readonly profile: Profile;
  readonly fault: number;
  readonly lostReply: number;
  readonly crash: number;
  readonly pause: number;
  readonly powerLoss: number;
  readonly edit: number;
  readonly hire: number;
  /** That time passes although somebody could go on. */
  readonly slow: number;
}

export interface Outcome {
  readonly steps: number;
  readonly spawns: number;
  readonly trace: number;
}

const CODES = ['EIO', 'ESTALE', 'EACCES', 'ENOSPC', 'EDQUOT'];
const NO_LOOK_FAILS = new Set(['ENOSPC', 'EDQUOT']);
const CHANGES = new Set([
  'write',
  'link',
  'makeDirectory',
  'createDirectory',
  'openAppend',
  'append',
  'appendLater',
]);
/** What a client is told that repeats a call whose reply was lost. */
const REPEATED: Record<string, string> = {
  link: 'EEXIST',
  createDirectory: 'EEXIST',
  rename: 'ENOENT',
  unlink: 'ENOENT',
  removeDirectory: 'ENOENT',
};
const MOST_PROCESSES = 6;
const ROUGH_STEPS = 3_000;
const MOST_STEPS = 60_000;

/** Several hosts with several workers on one schedule, a person who edits it, and everything that goes wrong. */
export class World {
  readonly #random: Random;
  readonly #time = new VirtualTime();
  readonly #fs = memoryFileSystem();
  readonly #hosts: Host[];
  readonly #processes: Process[] = [];
  readonly #weather: Weather;
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
    this.#weather = weatherFrom(random);
    this.#hosts = ['a', 'b', 'c'].map((name) => ({ name, boots: 0, skewMs: random.between(-4e6, 4e6) }));
    const { contentMs, links } = this.#weather.profile;
    // A mount that lags, or has no links, may lose a save that falls into a rewrite.
    this.#judge = new Judge(this.#fs, contentMs === 0 && links > 1);
    this.#note(`on ${this.#weather.profile.name}`);
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
    await this.#fs.makeDirectory('/via');
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
    if (chosen) this.#grant(chosen);
    else if (!this.#time.step() && ready.length === 0) this.#whenIdle();
    day.now = this.#time.now;
  }

  #grant(chosen: Waiting): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== chosen);
    this.#time.now += this.#random.between(0, 3);
    this.#note(`${chosen.process.identity.worker} ${chosen.call.operation} ${chosen.call.path}`, chosen.call);
    const fault = this.#faultFor(chosen.call, this.#weather.fault);
    this.#time.as(chosen.process, () => {
      if (fault) chosen.fail(fault);
      else chosen.go();
    });
  }

  /** Something befalls somebody. */
  async #happens(): Promise<boolean> {
    const { crash, pause, powerLoss, edit, hire } = this.#weather;
    const living = this.#processes.filter(({ isDead, isOver }) => !isDead && !isOver);
    const one = this.#random.pick(living);
    if (this.#chance(crash) && one) return this.#kill(one);
    if (this.#chance(pause) && one) return this.#pause(one);
    if (this.#chance(powerLoss)) return this.#cutPower(this.#random.pick(this.#hosts) as Host);
    if (this.#chance(edit)) {
      // Replacing the file between a worker's last look and its rename is the one save that can be lost.
      const isInWindow = this.#waiting.some(({ call }) => call.operation === 'rename' && call.to === SCHEDULE);
      this.#note(`somebody saves ${await saveSomething(this.#judge, this.#random, isInWindow)}`);
      return true;
    }
    if (this.#chance(hire) && living.length < MOST_PROCESSES) this.#hire();
    return false;
  }

  #kill(process: Process): boolean {
    this.#note(`${process.identity.worker} is killed`);
    process.isDead = true;
    this.#waiting = this.#waiting.filter((waiting) => waiting.process !== process);
    return true;
  }

  #pause(process: Process): boolean {
    this.#note(`${process.identity.worker} is stopped`);
    process.isPaused = true;
    this.#time.later(this.#random.between(100, this.#chance(0.3) ? 600_000 : 20_000), () => {
      process.isPaused = false;
    });
    return true;
  }

  async #cutPower(host: Host): Promise<boolean> {
    this.#note(`${host.name} loses its power`);
    host.boots++;
    for (const process of this.#processes) {
      if (process.host !== host || process.isDead) continue;
      this.#kill(process);
      await process.mount.forgetUnsynced(() => this.#random.next());
    }
    return true;
  }

  /** Nothing goes wrong any more: now all has to come to its end. */
  #calmDown(): void {
    this.#isCalm = true;
    this.#note('calm');
    for (const process of this.#processes) process.isPaused = false;
    for (const host of this.#hosts) this.#hire(host);
  }

  #whenIdle(): void {
    if (this.#isDone()) return;
    if (!this.#isCalm) this.#calmDown();
    else for (const host of this.#hosts) this.#hire(host);
  }

  #hire(host = this.#random.pick(this.#hosts) as Host): void {
    const number = this.#processes.length;
    const turns: Turns = {
      before: (call) => this.#turn(process, call),
      beforeNow: (call) => {
        const fault = this.#isCalm ? undefined : this.#faultFor(call, this.#weather.fault);
        if (fault) throw fault;
      },
      after: (call) => {
        const made = call.to ?? call.path;
        this.#judge.claimed(made.slice(made.lastIndexOf('/') + 1));
        const code = REPEATED[call.operation];
        if (code !== undefined && !this.#isCalm && this.#chance(this.#weather.lostReply))
          throw systemError(code, call.operation, call.to ?? call.path);
      },
      now: () => this.#time.now,
      isLate: () => this.#chance(0.5),
    };
    const mount = new Mount(this.#fs, turns, this.#weather.profile);
    const slots = this.#chance(0.3) ? 2 : 1;
    this.#fs.symlink('/work', `/via/w${number}`);
    const process: Process = new Process(host, number, slots, {
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
    const took = this.#chance(0.2) ? this.#random.between(1_000, 300_000) : this.#random.between(1, 500);
    const code = this.#chance(0.2) ? 1 : 0;
    this.#time.later(took, () => {
      if (by.isDead) return;
      this.#note(`${by.identity.worker} ends ${run.command.argv.join(' ')}`);
      this.#time.as(by, () => {
        run.exit(code);
      });
    });
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

  #faultFor({ operation, path }: Call, chance: number): Error | undefined {
    if (this.#isCalm || !this.#chance(chance)) return undefined;
    const code = this.#random.pick(CODES) as string;
    if (NO_LOOK_FAILS.has(code) && !CHANGES.has(operation)) return undefined;
    return systemError(code, operation, path);
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

function weatherFrom(random: Random): Weather {
  const sometimes = (share: number, most: number): number =>
    random.next() < share ? random.between(0, most) : 0;
  return {
    profile: random.pick(PROFILES) as Profile,
    fault: sometimes(0.4, 0.02),
    lostReply: sometimes(0.4, 0.05),
    crash: sometimes(0.6, 0.004),
    pause: sometimes(0.7, 0.01),
    powerLoss: sometimes(0.3, 0.001),
    edit: sometimes(0.6, 0.01),
    hire: 0.01,
    slow: sometimes(0.8, 0.05),
  };
}
