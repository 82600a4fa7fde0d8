import { contentHash, type ScheduleFile, type Seen } from '../schedule/file.js';
import { editText, type ScheduleEdit } from '../schedule/edit.js';
import { rescan } from '../schedule/rescan.js';
import { argvOf, slotHash } from '../schedule/slots.js';
import { scan } from '../schedule/scan.js';
import { makeStrict } from '../schedule/strict.js';
import type { ScheduleText } from '../schedule/text.js';
import { errorCode, type FileSystem, type Fingerprint, type Ownership } from '../ports/fs.js';
import type { Held } from '../ports/lock.js';
import type { Tell } from '../notice.js';
import { folderOf, freeBackup, hiddenNames, isThere, NO_LINKS } from './beside.js';
import type { Book } from './book.js';
import type { Wanted } from './locate.js';
import type { Head } from './head.js';

export type Outcome =
  /** `seen` is absent when another file stands there already. */
  | { readonly is: 'written'; readonly head: Head; readonly seen: Seen | undefined }
  /** Written, but on top of somebody else's revision: this worker slept between the last check and the rename. */
  | { readonly is: 'overwrote' }
  /** Somebody wrote the schedule since it was read: read again. Nothing was written. */
  | { readonly is: 'changed' }
  /** The lock was taken over: read again under a new one. Nothing was written. */
  | { readonly is: 'robbed' };

/** What to do to the schedule, or what it becomes as a whole. */
export type Change = ScheduleEdit | { readonly becomes: ScheduleText };

/** What an editor that had the replaced file open has written to it since. */
export interface LateEdit {
  readonly bytes: Buffer;
  /** The entries that the rewrite appended, which this content cannot know. */
  readonly lacks: readonly string[];
  /** What the rewrite took the mark of, which this content may still have. */
  readonly unmarked: readonly Wanted[];
  /** The schedule as it was rewritten: where another stands by now, somebody has saved once more. Undefined where this
   * content lacks more than marks and entries. */
  readonly rewritten: ScheduleText | undefined;
}

/** The content that was replaced, kept by a link until it is certain that nobody was still writing to it. */
interface Replaced extends Omit<LateEdit, 'bytes'> {
  readonly path: string;
  readonly print: Fingerprint;
}

/** What is about to be written, and what of it is new. */
interface Fresh {
  readonly text: ScheduleText;
  readonly append: readonly string[];
  /** It is more than what was there with marks and entries added. */
  readonly unmarked: readonly Wanted[];
  readonly isAnother: boolean;
}

/**
 * Rewrites the schedule: only marks change and entries come behind the last one, unless a person has edited it; only by
 * rename, only while the lock is ours. Where links are refused, an edit within the round trip of a rewrite goes unnoticed.
 */
export class Rewriter {
  readonly #fs: FileSystem;
  readonly #file: ScheduleFile;
  readonly #temporary: string;
  readonly #kept: string;
  readonly #tell: Tell;
  #replaced: Replaced | undefined;
  /** Whether the last rewrite came into place; undefined while that is not known. */
  #inPlace: boolean | undefined = false;
  /** Nothing of ours is beside the schedule but what is still needed. */
  #isTidy = true;
  /** The lenient content that was kept already, should the rewrite have to be tried again. */
  #backedUp: string | undefined;
  #knowsOwnership = false;

  constructor(fs: FileSystem, file: ScheduleFile, worker: string, tell: Tell) {
    const { temporary, kept } = hiddenNames(file.path, worker);
    this.#fs = fs;
    this.#file = file;
    this.#temporary = temporary;
    this.#kept = kept;
    this.#tell = tell;
  }

  /** From here on `isInPlace` is about the next rewrite. */
  begin(): void {
    this.#inPlace = false;
  }

  async rewrite(book: Book, head: Head, seen: Seen, change: Change, held: Held): Promise<Outcome> {
    const fresh = 'becomes' in change ? whole(change.becomes) : await this.#edited(seen, change);
    return this.#replace(book, head, seen, fresh, held);
  }

  async #edited(seen: Seen, edit: ScheduleEdit): Promise<Fresh> {
    const before = seen.text.loose.length > 0 ? await this.#strict(seen) : seen.text;
    const { append = [] } = edit;
    // Read before it is written: whatever was asked for, what comes into place is a schedule.
    const text = rescan(before, editText(before, edit));
    if (text.count !== before.count + append.length) throw new Error('a line to append is not one entry');
    const unmarked = edit.unmark.map((entry) => ({ hash: slotHash(argvOf(before, entry)) }));
    return { text, append, unmarked, isAnother: false };
  }

  /**
   * Whether the last rewrite came into place, also when an error came in between. Where the rename's answer was lost,
   * the temporary file tells: it is there until the rename has been done.
   */
  async isInPlace(): Promise<boolean> {
    return (this.#inPlace ??= !(await isThere(this.#fs, this.#temporary)));
  }

  async lateEdit(): Promise<LateEdit | undefined> {
    if (!this.#replaced) return undefined;
    const { path, print, ...rest } = this.#replaced;
    const now = await this.#fs.fingerprint(path);
    if (now.size === print.size && now.mtimeNs === print.mtimeNs) return undefined;
    return { bytes: (await this.#fs.read(path)).bytes, ...rest };
  }

  /** Keeps a content that cannot become the schedule, under a name of its own. */
  async keepAside(bytes: Buffer, ownership: Ownership): Promise<void> {
    const path = await freeBackup(this.#fs, this.#file.path);
    await this.#fs.write(path, bytes, ownership);
    this.#tell({ tell: 'kept-as', path, why: 'edited-meanwhile' });
    await this.forget();
  }

  /** Removes a dead worker's files beside the schedule. What it kept and no revision had is somebody's late edit. */
  async tidyAfter(worker: string, ownership: Ownership, isRevision: (hash: string) => boolean): Promise<void> {
    const { temporary, kept } = hiddenNames(this.#file.path, worker);
    const content = await this.#fs.read(kept).catch(() => undefined);
    if (content && !isRevision(contentHash(content.bytes))) await this.keepAside(content.bytes, ownership);
    for (const path of [temporary, kept]) await this.#fs.unlink(path).catch(() => undefined);
  }

  /** Lets go of the replaced content. */
  async forget(): Promise<void> {
    if (!this.#replaced) return;
    this.#replaced = undefined;
    await this.#fs.unlink(this.#kept).catch(() => (this.#isTidy = false));
  }

  /** Leaves nothing beside the schedule. */
  async close(): Promise<void> {
    await this.forget();
    if (!this.#isTidy) await this.#tidy();
  }

  async #tidy(): Promise<void> {
    const unneeded = this.#replaced ? [this.#temporary] : [this.#temporary, this.#kept];
    for (const path of unneeded) await this.#fs.unlink(path).catch(() => undefined);
    this.#isTidy = true;
  }

  async #replace(book: Book, head: Head, seen: Seen, fresh: Fresh, held: Held): Promise<Outcome> {
    const { bytes } = fresh.text;
    const hash = contentHash(bytes);
    const next = { revision: head.revision + 1, hash };
    this.#isTidy = false;
    const written = await this.#fs.write(this.#temporary, bytes, seen.ownership);
    book.journal.record({ t: 'revision', ...next, print: `${written.ino}:${written.mtimeNs}` });
    await book.journal.flush();

    const refusal = await this.#mayCommit(seen, fresh, held);
    if (refusal) {
      await this.#tidy();
      return refusal;
    }
    await this.#rename(written);
    await this.#fs.syncDirectory(folderOf(this.#file.path));
    const reached = await book.head.advance(head, next);
    if (reached.revision !== next.revision) {
      book.journal.record({ t: 'revision', ...reached, print: `${written.ino}:${written.mtimeNs}` });
      return { is: 'overwrote' };
    }

    await this.#tellOwnership(seen.ownership);
    const print = await this.#fs.fingerprint(this.#file.path);
    if (print.ino !== written.ino) return { is: 'written', head: next, seen: undefined };
    const now = { text: fresh.text, print, ownership: seen.ownership, hash };
    this.#file.adopt(now);
    return { is: 'written', head: next, seen: now };
  }

  /** Once: the owner changes with whoever writes it, and what else does is news to those who shared it. */
  async #tellOwnership(was: Ownership): Promise<void> {
    if (this.#knowsOwnership) return;
    this.#knowsOwnership = true;
    const is = (await this.#fs.inspect(this.#file.path).catch(() => undefined))?.ownership;
    if (is && (is.gid !== was.gid || is.mode !== was.mode)) this.#tell({ tell: 'ownership-changed', was, is });
  }

  /** A network filesystem may report a rename as failed that it has done. */
  async #rename(written: Fingerprint): Promise<void> {
    this.#inPlace = undefined;
    try {
      await this.#fs.rename(this.#temporary, this.#file.path);
      this.#inPlace = true;
    } catch (error) {
      const now = await this.#fs.fingerprint(this.#file.path).catch(() => undefined);
      if (now) this.#inPlace = now.ino === written.ino && now.dev === written.dev;
      if (!this.#inPlace) throw error;
    }
    this.#isTidy = true;
  }

  async #mayCommit(seen: Seen, fresh: Fresh, held: Held): Promise<Outcome | undefined> {
    if (!(await held.isMine())) return { is: 'robbed' };
    const print = await this.#keep(fresh);
    const same =
      print.ino === seen.print.ino && print.size === seen.print.size && print.mtimeNs === seen.print.mtimeNs;
    if (same) return undefined;
    await this.forget();
    return { is: 'changed' };
  }

  /** Links the file that is about to be replaced, and looks once more at what stands there: by a fresh open. */
  async #keep({ text, append, unmarked, isAnother }: Fresh): Promise<Fingerprint> {
    await this.#fs.unlink(this.#kept).catch(() => undefined);
    this.#replaced = undefined;
    try {
      await this.#fs.link(this.#file.path, this.#kept);
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (NO_LINKS.has(code)) return this.#fs.fingerprint(this.#file.path);
      // Removed just now, so it can only be ours: the reply was lost.
      if (code !== 'EEXIST') throw error;
    }
    // Not at the link: a file that an editor has put in its place meanwhile would go unseen.
    const print = await this.#fs.fingerprint(this.#file.path).catch(async (error: unknown) => {
      await this.#fs.unlink(this.#kept).catch(() => undefined);
      throw error;
    });
    const rewritten = isAnother ? undefined : text;
    this.#replaced = { path: this.#kept, print, lacks: append, unmarked, rewritten };
    return print;
  }

  /** The same entries in strict JSON; the user's version stays beside the schedule. */
  async #strict(seen: Seen) {
    if (this.#backedUp !== seen.hash) {
      const path = await freeBackup(this.#fs, this.#file.path);
      await this.#fs.write(path, seen.text.bytes, seen.ownership);
      this.#backedUp = seen.hash;
      this.#tell({ tell: 'kept-as', path, why: 'strict' });
    }
    return scan(makeStrict(seen.text));
  }
}

function whole(text: ScheduleText): Fresh {
  return { text, append: [], unmarked: [], isAnother: true };
}
