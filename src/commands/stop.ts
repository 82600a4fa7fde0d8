import { following } from '../claim/follow.js';
import { Peers } from '../claim/peers.js';
import { isDesk } from '../claim/names.js';
import { folders, newestEpoch, readEpoch, sidecarOf } from '../claim/sidecar.js';
import { StopRequests } from '../claim/stop-requests.js';
import { Failure } from '../failure.js';
import type { WorkerIdentity } from '../journal/records.js';
import { matchesHost } from '../settings/hosts.js';
import type { LookPorts } from './look.js';

export interface StopOrder {
  readonly schedule: string;
  /** Patterns of names; without any, all workers. */
  readonly hosts?: readonly string[] | undefined;
  readonly workers?: readonly string[] | undefined;
  /** Not to wait for what runs. */
  readonly now: boolean;
}

export interface AtWork {
  readonly worker: string;
  readonly host: string;
}

export interface Asked {
  readonly asked: readonly AtWork[];
  /** At work too, and not asked. */
  readonly others: readonly AtWork[];
}

/** How a worker that was asked is by now; `silent`: its heartbeat stands still, and nothing proves it dead. */
export type Leaving = 'working' | 'left' | 'died' | 'silent';

const ASK_AGAIN_MS = 500;

/** Asks workers that are at work now to leave; those that come later are not concerned. */
export class Stopping {
  readonly #ports: LookPorts;
  readonly #sidecar: string;
  readonly #me: WorkerIdentity;
  readonly #requests: StopRequests;
  /** By the folder of the epoch. */
  readonly #peers = new Map<string, Peers>();

  private constructor(ports: LookPorts, schedule: string, me: WorkerIdentity) {
    this.#ports = ports;
    this.#sidecar = sidecarOf(schedule);
    this.#me = me;
    this.#requests = new StopRequests(following(ports.fs, schedule), sidecarOf(schedule));
  }

  /** Also for a schedule that cannot be read just now, or was deleted under its workers. */
  static async at(ports: LookPorts, path: string): Promise<Stopping> {
    const { fs } = ports;
    const schedule = await fs.realPath(path).catch(() => undefined);
    const sidecar = sidecarOf(schedule ?? path);
    if (schedule === undefined && (await newestEpoch(fs, sidecar)) === 0)
      throw new Failure({ reason: 'schedule-missing', path });
    const host = await ports.identify();
    return new Stopping(ports, schedule ?? path, { ...host, worker: `stop-${host.pid}` });
  }

  async ask({ hosts, workers, now }: Omit<StopOrder, 'schedule'>): Promise<Asked> {
    const atWork = await this.#atWork();
    const isMeant = ({ worker, host }: AtWork) =>
      (!hosts || matchesHost(hosts, host)) && (!workers || matchesHost(workers, worker));
    const asked = atWork.filter(isMeant);
    const request = { now, by: `${this.#me.user}@${this.#me.hostname}`, at: this.#ports.clock.wallTime() };
    for (const { worker } of asked)
      await this.#requests.ask(worker, { ...request, at: request.at.toISOString() });
    await this.#tidy();
    return { asked, others: atWork.filter((one) => !isMeant(one)) };
  }

  /** Until all of them have left, or will not; `onLeft` hears of each. The wait ends early when `signal` aborts. */
  async untilLeft(
    asked: readonly AtWork[],
    onLeft: (who: AtWork, how: Leaving, left: number) => void,
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, Leaving>> {
    const how = new Map<string, Leaving>(asked.map(({ worker }) => [worker, 'working']));
    for (let open = [...asked]; open.length > 0;) {
      const beating = await this.#beating();
      for (const one of open) how.set(one.worker, await this.#standing(one.worker, beating));
      const gone = open.filter(({ worker }) => how.get(worker) !== 'working');
      open = open.filter(({ worker }) => how.get(worker) === 'working');
      gone.forEach((one, i) => onLeft(one, how.get(one.worker) ?? 'left', open.length + gone.length - 1 - i));
      if (signal?.aborted) return how;
      if (open.length > 0) await this.#ports.clock.wait(ASK_AGAIN_MS, signal);
    }
    await this.#requests.tidy(
      asked.map(({ worker }) => worker).filter((worker) => how.get(worker) !== 'silent'),
    );
    return how;
  }

  async #standing(worker: string, beating: ReadonlyMap<string, Peers>): Promise<Leaving> {
    const peers = beating.get(worker);
    if (!peers) return 'left';
    const standing = await peers.standing(worker);
    if (standing === 'dead' || standing === 'host-down') return 'died';
    return standing === 'suspect' ? 'silent' : 'working';
  }

  async #atWork(): Promise<AtWork[]> {
    const found: AtWork[] = [];
    for (const [worker, peers] of await this.#beating()) {
      const standing = await peers.standing(worker);
      if (standing === 'dead' || standing === 'host-down') continue;
      found.push({ worker, host: peers.identityOf(worker)?.hostname ?? '' });
    }
    return found;
  }

  /** Whoever has a heartbeat: also in the epoch that was the newest when it was asked. */
  async #beating(): Promise<Map<string, Peers>> {
    const { fs, clock, probes } = this.#ports;
    const epoch = await readEpoch(fs, this.#sidecar, await newestEpoch(fs, this.#sidecar));
    const folder = epoch && folders.heartbeats(epoch);
    if (folder !== undefined && !this.#peers.has(folder))
      this.#peers.set(folder, new Peers(fs, folder, this.#me, clock, probes));
    const beating = new Map<string, Peers>();
    for (const peers of this.#peers.values())
      for (const worker of await peers.others()) if (!isDesk(worker)) beating.set(worker, peers);
    return beating;
  }

  /** Removes requests to workers that are no more. Listed in this order, nobody who comes meanwhile is taken for one. */
  async #tidy(): Promise<void> {
    const requested = await this.#requests.workers();
    if (requested.length === 0) return;
    const there = new Set((await this.#atWork()).map(({ worker }) => worker));
    await this.#requests.tidy(requested.filter((worker) => !there.has(worker)));
  }
}
