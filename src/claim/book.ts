import type { Measured } from '../doctor/schemas.js';
import { journalPath } from '../journal/appended.js';
import { Journal } from '../journal/journal.js';
import { Ledger, type Revision } from '../journal/ledger.js';
import type { JournalRecord, WorkerIdentity } from '../journal/records.js';
import type { Clock } from '../ports/clock.js';
import type { FileSystem } from '../ports/fs.js';
import { Cells } from './cells.js';
import type { Verdict } from './dead.js';
import { HeadFile } from './head.js';
import { claimName, parseCellName, startName, type ClaimId } from './names.js';
import { Peers, type Probes } from './peers.js';
import { beginEpoch, folders, newestEpoch, readEpoch, type Epoch } from './sidecar.js';
import { stateOf, type Evidence, type SlotCells, type SlotState } from './state.js';

/** Where a worker works and who it is. */
export interface Setting {
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly probes: Probes;
  readonly identity: WorkerIdentity;
  /** The folder beside the schedule. */
  readonly sidecar: string;
  /** The GPUs that this worker hands out, if any. */
  readonly gpus?: string | undefined;
  /** What this filesystem asks for, where it was tested. */
  readonly measured?: Measured;
}

/** The sidecar's present epoch, with everything a worker keeps in it. */
export class Book implements Evidence {
  /** Of the epoch before. */
  readonly #before = once(() => this.#readBefore());
  readonly #cellsBefore = once(() => this.#findCellsBefore());
  readonly #heardOut = new Set<string>();

  private constructor(
    readonly epoch: Epoch,
    readonly cells: Cells,
    readonly ledger: Ledger,
    readonly head: HeadFile,
    readonly peers: Peers,
    readonly journal: Journal,
    private readonly setting: Setting,
  ) {}

  /** Opens the newest epoch, or the first; with `journal`, what was recorded before goes on in the new place. */
  static async open(setting: Setting, entries: number, journal?: Journal): Promise<Book> {
    const { fs, sidecar } = setting;
    const number = await newestEpoch(fs, sidecar);
    const epoch =
      (await readEpoch(fs, sidecar, number)) ?? (await beginEpoch(fs, sidecar, number + 1, entries));
    return Book.#in(setting, epoch, journal);
  }

  /** This worker. */
  get me(): string {
    return this.setting.identity.worker;
  }

  /** The next epoch: the schedule was generated anew, what was recorded so far becomes the archive. */
  async next(setting: Setting, entries: number): Promise<Book> {
    const { number, id, succeeds } = this.epoch;
    await this.journal.flush();
    const epoch = await beginEpoch(setting.fs, setting.sidecar, number + 1, entries, [...succeeds, id]);
    await this.peers.leave().catch(() => undefined);
    return Book.#in(setting, epoch, this.journal);
  }

  static async #in(setting: Setting, epoch: Epoch, before: Journal | undefined): Promise<Book> {
    const { fs, identity, clock, probes } = setting;
    const path = journalPath(folders.journals(epoch), identity.worker);
    const journal = before ?? new Journal(fs, path, firstRecord(setting));
    // Somebody may be deleting the sidecar this very moment.
    await fs.makeDirectory(epoch.folder);
    for (const folder of Object.values(folders)) await fs.makeDirectory(folder(epoch));
    await journal.moveTo(path);
    const peers = new Peers(fs, folders.heartbeats(epoch), identity, clock, probes);
    // Before any claim: a worker with claims and without a heartbeat would look like one that has left.
    await peers.beat();
    await journal.flush();
    return new Book(
      epoch,
      new Cells({
        ...{ fs, identity, shards: epoch.shards },
        folder: folders.cells(epoch),
        linksRefused: setting.measured?.cells === 'folder',
      }),
      new Ledger(fs, folders.journals(epoch)),
      new HeadFile(fs, folders.head(epoch)),
      peers,
      journal,
      setting,
    );
  }

  /** The revision of the epoch before that this very file carried: a mount may still show it. */
  async copyFromBefore(hash: string, print: string): Promise<Revision | undefined> {
    if (this.epoch.succeeds.length === 0) return undefined;
    const known = (await this.#before()).revisionOf(hash);
    return known?.print === print && !known.anew ? known : undefined;
  }

  async #readBefore(): Promise<Ledger> {
    const { fs, sidecar } = this.setting;
    const folder = `${sidecar}/${this.epoch.number - 1}`;
    const ledger = new Ledger(fs, folders.journals({ ...this.epoch, folder }));
    await ledger.refresh();
    return ledger;
  }

  /** Whether it was claimed in an epoch before: a mark may be as old. What cannot be read may say so. */
  async wasClaimedBefore(hash: string): Promise<boolean> {
    try {
      for (const cells of await this.#cellsBefore())
        if ((await cells.namesBeside(hash)).some((name) => parseCellName(name)?.id.hash === hash)) return true;
      return false;
    } catch {
      return true;
    }
  }

  async #findCellsBefore(): Promise<readonly Cells[]> {
    const { fs, sidecar, identity } = this.setting;
    const { number, succeeds } = this.epoch;
    const found: Cells[] = [];
    for (let before = number - 1; before > 0 && succeeds.length > 0; before--) {
      const epoch = await readEpoch(fs, sidecar, before);
      if (epoch && succeeds.includes(epoch.id))
        found.push(new Cells({ fs, identity, folder: folders.cells(epoch), shards: epoch.shards }));
    }
    return found;
  }

  facts(claim: string) {
    return this.ledger.facts(claim);
  }

  async owners(id: ClaimId, started: boolean) {
    return {
      claim: await this.cells.owner(claimName(id)),
      start: started ? await this.cells.owner(startName(id)) : undefined,
    };
  }

  async standing(worker: string): Promise<Verdict> {
    if (this.ledger.hasLeft(worker)) return 'dead';
    return this.peers.standing(worker, this.ledger.identityOf(worker));
  }

  async hearOut(worker: string): Promise<boolean> {
    // Its leave is its last word.
    if (this.#heardOut.has(worker) || this.ledger.hasLeft(worker)) return false;
    await this.ledger.hear(worker);
    this.#heardOut.add(worker);
    return true;
  }

  /** The states of all copies of one entry that have cells. */
  async states(hash: string, copies: ReadonlyMap<number, SlotCells>): Promise<Map<number, SlotState>> {
    const states = new Map<number, SlotState>();
    for (const [copy, cells] of copies) states.set(copy, await stateOf(hash, copy, cells, this));
    return states;
  }
}

/** What is read when it is first asked for; once more where that failed. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () =>
    (value ??= read().catch((error: unknown) => {
      value = undefined;
      throw error;
    }));
}

function firstRecord({ identity, clock, gpus }: Setting): JournalRecord {
  const first = { t: 'worker' as const, version: 1, identity, at: clock.wallTime().toISOString() };
  return gpus === undefined ? first : { ...first, gpus };
}
