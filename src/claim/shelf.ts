import { Failure } from '../failure.js';
import type { Journal } from '../journal/journal.js';
import type { Tell } from '../notice.js';
import { errorCode } from '../ports/fs.js';
import type { ScheduleFile } from '../schedule/file.js';
import { Book, type Setting } from './book.js';
import { mayWorkOn } from './permission.js';
import { newestEpoch } from './sidecar.js';

/** A sidecar that vanishes again and again is not to be had. */
const REOPENINGS = 3;
const NO_ENTRIES = new Set<string>(['schedule-missing', 'schedule-unusable']);

/** Holds the book of the present epoch, and takes up a new one when the sidecar changed under us. */
export class Shelf {
  readonly #setting: Setting;
  readonly #file: ScheduleFile;
  readonly #tell: Tell;
  #book: Book | undefined;
  /** A heartbeat and a claim may ask at the same time. */
  #opening: Promise<Book> | undefined;
  /** Goes on from book to book, with what is not yet known to be on the disk. */
  #journal: Journal | undefined;

  #hadTrouble = false;

  constructor(setting: Setting, file: ScheduleFile, tell: Tell) {
    this.#setting = setting;
    this.#file = file;
    this.#tell = tell;
  }

  get hadTrouble(): boolean {
    return this.#hadTrouble;
  }

  /** Whether there is anything to take leave of. */
  get isOpen(): boolean {
    return this.#book !== undefined;
  }

  async book(): Promise<Book> {
    return this.#book ?? (this.#opening ??= this.#open().finally(() => (this.#opening = undefined)));
  }

  async #open(): Promise<Book> {
    await mayWorkOn(this.#setting.fs, this.#file.path);
    return this.#take(await Book.open(this.#setting, await this.#entries(), this.#journal));
  }

  #take(book: Book): Book {
    this.#book = book;
    this.#journal = book.journal;
    return book;
  }

  /** Whether somebody found the schedule generated anew and began the next epoch; if so, we are in it now. */
  async followEpoch(): Promise<boolean> {
    const newest = await newestEpoch(this.#setting.fs, this.#setting.sidecar);
    const { epoch, journal } = await this.book();
    if (newest <= epoch.number) return false;
    // What was recorded so far is about this epoch's claims, not about those of the same names in the next.
    await journal.flush();
    this.#book = undefined;
    this.#tell({ tell: 'generated-anew', epoch: newest });
    return true;
  }

  /** The schedule was generated anew: the old records become the archive. `isNews`: the user does not know yet. */
  async beginEpoch(entries: number, isNews = true): Promise<void> {
    const next = await (await this.book()).next(this.#setting, entries);
    this.#take(next);
    if (isNews) this.#tell({ tell: 'generated-anew', epoch: next.epoch.number });
  }

  /**
   * A sidecar that was deleted under us is made anew: deleting it forgets history, never the schedule. `operation`:
   * what fails when the filesystem does.
   */
  async with<T>(work: (book: Book) => Promise<T>, operation = 'keep the records of the schedule'): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work(await this.book());
      } catch (error) {
        this.#hadTrouble = true;
        if (!this.#isSidecarGone(error) || tries === REOPENINGS) throw this.#failure(error, operation);
        if (this.#book) this.#tell({ tell: 'sidecar-anew' });
        this.#book = undefined;
      }
    }
  }

  /** A schedule that is not there yet, or to be replaced since it is none, has no entries. */
  async #entries(): Promise<number> {
    try {
      return (this.#file.seen ?? (await this.#file.look())).text.count;
    } catch (error) {
      if (error instanceof Failure && NO_ENTRIES.has(error.detail.reason)) return 0;
      throw error;
    }
  }

  #failure(error: unknown, operation: string): unknown {
    const code = errorCode(error);
    if (error instanceof Failure || code === undefined) return error;
    const path = (error as NodeJS.ErrnoException).path ?? this.#setting.sidecar;
    return new Failure({ reason: 'filesystem', code, operation, path }, { cause: error });
  }

  #isSidecarGone(error: unknown): boolean {
    const cause = error instanceof Failure ? error.cause : error;
    const path = (cause as NodeJS.ErrnoException | undefined)?.path ?? '';
    return errorCode(cause) === 'ENOENT' && path.startsWith(this.#setting.sidecar);
  }
}
