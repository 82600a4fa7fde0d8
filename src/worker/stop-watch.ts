import { StopRequests, type StopRequest } from '../claim/stop-requests.js';
import type { Claimer } from '../claim/claimer.js';
import type { Tell } from '../notice.js';
import type { Clock } from '../ports/clock.js';
import type { StopSwitch } from './stop.js';

/** One listing of a folder with a few names in it: a thousand workers ask a server for 333 of these a second. */
const LOOK_EVERY_MS = 3_000;
/** What was told to end has so long, as with a timeout. */
const GRACE_MS = 10_000;

export interface StopWatchOptions {
  readonly claimer: Claimer;
  readonly stop: StopSwitch;
  readonly clock: Clock;
  readonly tell: Tell;
}

/** Looks for requests of others that this worker should leave, until `over`; then removes its own. */
export class StopWatch {
  readonly #o: StopWatchOptions;
  readonly #requests: StopRequests;
  readonly #me: string;

  constructor(options: StopWatchOptions) {
    const { fs, sidecar, identity } = options.claimer.setting;
    this.#o = options;
    this.#requests = new StopRequests(fs, sidecar);
    this.#me = identity.worker;
  }

  async watch(over: AbortSignal): Promise<void> {
    const { clock } = this.#o;
    for (let seen: StopRequest | undefined; !over.aborted && !seen?.now;) {
      await clock.wait(LOOK_EVERY_MS, over);
      const request = await this.#look();
      if (!request || (seen && !request.now)) continue;
      seen = request;
      this.#obey(request, over);
    }
  }

  /** A request that came when this worker was leaving already is not left to the next of its name. */
  async close(): Promise<void> {
    const workers = await this.#requests.workers().catch((): string[] => []);
    if (workers.includes(this.#me)) await this.#requests.tidy([this.#me]);
  }

  /** A folder that cannot be looked into now can be at the next look. */
  #look(): Promise<StopRequest | undefined> {
    return this.#requests.of(this.#me).catch(() => undefined);
  }

  #obey({ now, by }: StopRequest, over: AbortSignal): void {
    const { stop, tell } = this.#o;
    tell({ tell: 'asked-to-stop', by, now, running: stop.running });
    if (!now) stop.drain();
    else void this.#endAll(over);
  }

  async #endAll(over: AbortSignal): Promise<void> {
    const { stop, clock } = this.#o;
    stop.expire();
    await clock.wait(GRACE_MS, over);
    if (!over.aborted) stop.request('SIGKILL');
  }
}
