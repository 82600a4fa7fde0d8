import { Failure } from '../failure.js';
import { errorCode, type Ownership } from '../ports/fs.js';
import type { Held } from '../ports/lock.js';
import { folderOf } from './beside.js';
import type { Book } from './book.js';
import type { Desk } from './desk.js';
import { RETIRED } from './head.js';
import { startName } from './names.js';
import type { Returned } from './own-claims.js';
import { placeNew, placeOver, writeBeside, type NewFile, type Placed } from './place.js';
import { newestEpoch } from './sidecar.js';
import { slotsIn } from './state.js';
import { AT_ONCE, type LookAgain } from './view.js';

/*
 * Another schedule under the old name, made on purpose. The rename (or link) that gives it the name decides:
 *
 *  1. Write it beside its place, before the lock is taken: that takes long.
 *  2. Under the lock journal its content hash, inode and mtime, as those of a file with which an epoch begins.
 *  3. Revoke what is claimed and not started: its start cells are ours now.
 *  4. Keep the old file as a backup, by a link. Rename.
 *  5. Retire the head, begin the next epoch.
 *
 * A crash before the rename leaves the old schedule and its epoch; what was revoked is offered again, as after any
 * process that died. A crash behind it leaves the new schedule: whoever looks at it next finds 2, and does 5. What
 * runs then goes on to its end, in the epoch that it was claimed in.
 */

export type Made =
  | { readonly is: 'created'; readonly entries: number }
  | { readonly is: 'replaced'; readonly entries: number; readonly backup: string }
  /** Somebody else has made a schedule of that name; nothing was changed. */
  | { readonly is: 'taken' };

type Place = (...place: Parameters<typeof placeNew>) => Promise<Placed>;
type Settled = Exclude<Placed, { is: 'changed' }>;

/**
 * Makes a schedule that does not exist yet of `lines`, each the JSON of an entry's list: complete or not at all.
 * Undefined when `signal` was aborted before; then nothing was changed.
 */
export async function create(
  desk: Desk,
  lines: Iterable<string>,
  signal: AbortSignal,
): Promise<Made | undefined> {
  const { fs, sidecar } = desk.setting;
  if (await ownershipOf(desk)) return { is: 'taken' };
  return withNewFile(desk, lines, signal, undefined, async (file) => {
    // Without records of an older schedule of that name there is nothing to part from.
    if ((await newestEpoch(fs, sidecar)) > 0) return new Change(desk, file, placeNew).make(signal);
    const placed = await placeNew(fs, desk.file.path, file);
    await fs.syncDirectory(folderOf(desk.file.path)).catch(() => undefined);
    return placed;
  });
}

/** The same in the place of one that is there, if any. Workers that are at work go on with the new one. */
export async function replace(
  desk: Desk,
  lines: Iterable<string>,
  signal: AbortSignal,
): Promise<Made | undefined> {
  return withNewFile(desk, lines, signal, await ownershipOf(desk), (file) =>
    new Change(desk, file, placeOver).make(signal),
  );
}

async function withNewFile(
  { setting, file: { path } }: Desk,
  lines: Iterable<string>,
  signal: AbortSignal,
  ownership: Ownership | undefined,
  place: (file: NewFile) => Promise<Settled | undefined>,
): Promise<Made | undefined> {
  const { fs, identity } = setting;
  let file: NewFile | undefined;
  try {
    file = await writeBeside(fs, path, identity.worker, whileWanted(lines, signal), ownership);
    const placed = signal.aborted ? undefined : await place(file);
    if (placed === undefined || placed.is === 'taken') return placed;
    return { ...placed, entries: file.entries };
  } catch (error) {
    throw failure(path, error);
  } finally {
    if (file) await fs.unlink(file.temporary).catch(() => undefined);
  }
}

/** What is no trouble of the filesystem's stays what it is. */
function failure(path: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof Failure || code === undefined) return error;
  return new Failure({ reason: 'filesystem', code, operation: 'write the schedule', path }, { cause: error });
}

function* whileWanted(lines: Iterable<string>, signal: AbortSignal): Generator<string> {
  for (const line of lines) {
    if (signal.aborted) return;
    yield line;
  }
}

/** Of what is there, a schedule or not; undefined where nothing is. */
async function ownershipOf({ file, setting }: Desk): Promise<Ownership | undefined> {
  try {
    return (await file.look()).ownership;
  } catch (error) {
    const reason = error instanceof Failure ? error.detail.reason : undefined;
    if (reason === 'schedule-missing') return undefined;
    if (reason === 'schedule-unusable') return (await setting.fs.read(file.path)).ownership;
    throw error;
  }
}

/** Steps 2 to 5, as often as somebody comes in between. */
class Change {
  readonly #revoked: Returned[] = [];
  readonly #desk: Desk;
  readonly #file: NewFile;
  readonly #place: Place;

  constructor(desk: Desk, file: NewFile, place: Place) {
    this.#desk = desk;
    this.#file = file;
    this.#place = place;
  }

  async make(signal: AbortSignal): Promise<Settled | undefined> {
    let isDone = false;
    try {
      for (;;) {
        const round = await this.#desk.underLock((held) => this.#round(held), signal, 'replace the schedule');
        isDone = round?.is === 'created' || round?.is === 'replaced';
        if (round?.is !== 'again') return round;
        await this.#desk.setting.clock.wait(round.afterMs, signal);
      }
    } finally {
      if (!isDone) await this.#giveUp();
    }
  }

  async #round(held: Held): Promise<Settled | LookAgain> {
    const { shelf, setting, file } = this.#desk;
    await shelf.followEpoch();
    const book = await this.#desk.book();
    const head = await book.head.read();
    const { hash, print, entries } = this.#file;
    const next = { revision: head.revision + 1, hash };
    book.journal.record({ t: 'revision', ...next, print: `${print.ino}:${print.mtimeNs}`, anew: true });
    await book.journal.flush();
    await this.#revoke(book);

    if (!(await held.isMine())) return AT_ONCE;
    const placed = await this.#place(setting.fs, file.path, this.#file);
    if (placed.is === 'changed') return AT_ONCE;
    if (placed.is === 'taken') return placed;
    try {
      await setting.fs.syncDirectory(folderOf(file.path));
      await book.head.advance(head, { ...next, hash: RETIRED });
      await shelf.beginEpoch(entries, false);
    } catch {
      // It is in place: whoever looks at it next begins the epoch.
    }
    return placed;
  }

  /** What is claimed and not started must not run any more; what is started goes on. */
  async #revoke(book: Book): Promise<void> {
    for (const [hash, copies] of slotsIn(await book.cells.allNames())) {
      for (const [copy, { generation, started, requeued }] of copies) {
        const id = { hash, copy, generation };
        if (!started && !requeued && (await book.cells.create(startName(id))))
          this.#revoked.push({ id, epoch: book.epoch });
      }
    }
  }

  /** The old schedule stays: what was revoked is offered again, if not by us, by those who look after the dead. */
  async #giveUp(): Promise<void> {
    if (this.#revoked.length === 0) return;
    await this.#desk.putBackAll(this.#revoked).catch(() => {
      this.#desk.leavesWork();
    });
  }
}
