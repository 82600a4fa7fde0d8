import type { Claim } from '../../src/claim/choose.js';
import { Claimer } from '../../src/claim/claimer.js';
import type { LostPolicy } from '../../src/claim/lost-policy.js';
import { claimName, DESK } from '../../src/claim/names.js';
import { sidecarOf } from '../../src/claim/sidecar.js';
import type { WorkerIdentity } from '../../src/journal/records.js';
import type { Notice } from '../../src/notice.js';
import type { FileSystem } from '../../src/ports/fs.js';
import { guardedLock, type Lock } from '../../src/ports/lock.js';
import { ScheduleFile } from '../../src/schedule/file.js';
import { Limits } from '../../src/worker/limits.js';
import { Runner } from '../../src/worker/runner.js';
import { StopSwitch } from '../../src/worker/stop.js';
import type { WorkResult } from '../../src/worker/worker-options.js';
import { Worker } from '../../src/worker/worker.js';
import { fakeScreen } from '../support/fake-screen.js';
import { fakeSpawner, type FakeRun } from '../support/fake-spawner.js';
import { putSomeBack } from './clerk.js';
import type { Contents, Mount } from './mount.js';
import type { Mutant } from './mutants.js';
import type { Owner, VirtualTime } from './virtual-time.js';

export const SCHEDULE = '/work/exp.json';
export const STALE_MS = 10_000;

/** A machine: its processes see each other, share a clock and go down together. */
export interface Host {
  readonly name: string;
  readonly skewMs: number;
  boots: number;
  contents: Contents;
}

export interface Surroundings {
  readonly time: VirtualTime;
  readonly mount: Mount;
  readonly mutant: Mutant | undefined;
  /** Of a process of the same host. */
  isDead(pid: number): boolean;
  onSpawn(process: Process, run: FakeRun): void;
}

/** What a process was started as. */
export type Role =
  | {
      readonly is: 'worker';
      readonly slots: number;
      readonly policy: LostPolicy;
      readonly waits: boolean;
      readonly retries: number;
    }
  /** Puts entries back, and leaves. */
  | { readonly is: 'clerk' };

/** One process on the real code, with everything outside of it simulated. */
export class Process implements Owner {
  isPaused = false;
  isDead = false;
  readonly skewMs: number;
  readonly identity: WorkerIdentity;
  readonly notices: Notice[] = [];
  readonly stop = new StopSwitch();
  readonly mount: Mount;
  readonly runs = new Set<FakeRun>();
  readonly #job: () => Promise<WorkResult | undefined>;
  /** Of the claims that it started. */
  readonly #epochs = new Map<string, number>();
  result: WorkResult | undefined;
  /** Why it left early; a worker may, when the filesystem leaves it no choice. */
  trouble: unknown;
  isOver = false;

  constructor(
    readonly host: Host,
    readonly number: number,
    readonly role: Role,
    around: Surroundings,
  ) {
    const { time, mount, mutant } = around;
    this.skewMs = host.skewMs;
    this.mount = mount;
    const worker = `w${number}${role.is === 'clerk' ? DESK : ''}`;
    this.identity = {
      ...{ worker, hostname: host.name, user: 'ada', pid: number, processStart: '1' },
      ...{ machineId: host.name, bootId: `${host.name}.${host.boots}`, pidNamespace: host.name },
    };
    const fs: FileSystem = mutant?.fs?.(mount, this) ?? mount;
    const clock = time.clockOf(this);
    const tell = (notice: Notice): void => void this.notices.push(notice);
    const sidecar = sidecarOf(SCHEDULE);
    const probes = {
      processStart: (pid: number) => Promise.resolve(around.isDead(pid) ? 'gone' : '1'),
      slurmState: () => Promise.resolve('unknown' as const),
    };
    const options = {
      ...{ fs, clock, worker, staleMs: STALE_MS },
      path: `${SCHEDULE}.lock`,
      nests: `${sidecar}/lock`,
      provenDead: async (other: string): Promise<boolean> => {
        const standing = await (await claimer.book()).standing(other);
        return standing === 'dead' || standing === 'host-down';
      },
    };
    const lock: Lock = mutant?.lock?.(options) ?? guardedLock(options);
    const setting = { fs, clock, probes, identity: this.identity, sidecar };
    const claimer: Claimer = new Remembering(this.#epochs, {
      setting,
      lock,
      tell,
      file: new ScheduleFile(fs, SCHEDULE),
    });
    if (role.is === 'clerk') {
      this.#job = async () => {
        await putSomeBack(claimer, lock, Math.random);
        return undefined;
      };
      return;
    }
    const spawner = fakeSpawner((run) => {
      this.runs.add(run);
      around.onSpawn(this, run);
    });
    const { stop } = this;
    const { slots, policy, waits, retries } = role;
    const runners = Array.from({ length: slots }, (_, slot) => {
      return new Runner({
        ...{ fs, clock, tell, claimer, stop, worker, spawner, screen: fakeScreen() },
        ...{
          schedule: SCHEDULE,
          host: host.name,
          directory: '/work',
          env: {},
          inherit: false,
          graceMs: 10_000,
        },
        slot: { number: slot, of: slots, env: {} },
        onFailure: () => undefined,
      });
    });
    const works = new Worker({
      ...{ claimer, runners, stop, clock, tell, maxFailures: Infinity },
      reruns: { retries, appended: [] },
      limits: new Limits({ waits }, clock, tell),
      requeueLost: policy,
      random: Math.random,
    });
    this.#job = () => works.work();
  }

  epochOf(claim: string): number {
    return this.#epochs.get(claim) ?? 0;
  }

  /** Until nothing is pending, or it is done. */
  work(time: VirtualTime): void {
    time.as(this, () => {
      this.#job().then(
        (result) => {
          this.result = result;
          this.isOver = true;
        },
        (error: unknown) => {
          this.trouble = error;
          this.isOver = true;
        },
      );
    });
  }
}

class Remembering extends Claimer {
  constructor(
    private readonly epochs: Map<string, number>,
    ...options: ConstructorParameters<typeof Claimer>
  ) {
    super(...options);
  }

  override start(claim: Claim): Promise<boolean> {
    this.epochs.set(claimName(claim.id), claim.epoch.number);
    return super.start(claim);
  }
}
