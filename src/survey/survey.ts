import type { Probes } from '../claim/peers.js';
import { newestEpoch, readEpoch, sidecarOf, type Epoch } from '../claim/sidecar.js';
import type { WorkerIdentity } from '../journal/records.js';
import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { ScheduleFile } from '../schedule/file.js';
import { EpochSurvey } from './epoch-survey.js';
import { snapshotWithout } from './snapshot.js';
import type { Snapshot } from './types.js';

export interface SurveyOptions {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly probes: Probes;
  /** Of this process, which has no journal and no claims. */
  readonly identity: WorkerIdentity;
  /** Absolute, without links: what workers take for its name. */
  readonly schedule: string;
}

/** A schedule that is rewritten faster than it can be read is shown as it was a moment ago. */
const TRIES = 3;

/**
 * Tells what the entries of a schedule are while it is worked on: takes no lock and writes into no file of the protocol.
 * The schedule is read before the journals, so that whatever claimed a marked entry is known, and looked at once more
 * behind them.
 */
export class Survey {
  readonly #o: SurveyOptions;
  readonly #file: ScheduleFile;
  readonly #sidecar: string;
  #epoch: EpochSurvey | undefined;
  /** What is read one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** A look that has not begun. */
  #next: Promise<Snapshot> | undefined;

  constructor(options: SurveyOptions) {
    this.#o = options;
    this.#file = new ScheduleFile(options.fs, options.schedule);
    this.#sidecar = sidecarOf(options.schedule);
  }

  /**
   * Reads what is new, from now on: who asks while somebody else's look is under way gets the next one. A snapshot's runs
   * may end while it is held; its states and totals stay what they were.
   */
  look(): Promise<Snapshot> {
    return (this.#next ??= this.#inTurn(() => {
      this.#next = undefined;
      return this.#look();
    }));
  }

  #inTurn<T>(read: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(read);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  async #look(): Promise<Snapshot> {
    for (let tries = 1; ; tries++) {
      const snapshot = await this.#try(tries >= TRIES);
      if (snapshot) return { ...snapshot, readOn: (run) => this.#inTurn(() => snapshot.readOn(run)) };
    }
  }

  /** Undefined when something moved on meanwhile, unless it is the last try. */
  async #try(isLast: boolean): Promise<Snapshot | undefined> {
    const seen = await this.#file.look();
    const epoch = await this.#newest();
    const sight = { schedule: this.#o.schedule, text: seen.text, epoch };
    if (!epoch) return snapshotWithout(sight);
    if (this.#epoch?.epoch.id !== epoch.id) this.#epoch = new EpochSurvey(this.#o, epoch);
    try {
      await this.#epoch.read(seen.text);
      const isOld =
        (await this.#file.look()) !== seen || (await newestEpoch(this.#o.fs, this.#sidecar)) !== epoch.number;
      if (isOld && !isLast) return undefined;
      return await this.#epoch.snapshot(sight, seen.hash);
    } catch (error) {
      // The sidecar is being deleted.
      if (errorCode(error) !== 'ENOENT') throw error;
      this.#epoch = undefined;
      return isLast ? snapshotWithout({ ...sight, epoch: undefined }) : undefined;
    }
  }

  async #newest(): Promise<Epoch | undefined> {
    const { fs } = this.#o;
    return readEpoch(fs, this.#sidecar, await newestEpoch(fs, this.#sidecar));
  }
}
