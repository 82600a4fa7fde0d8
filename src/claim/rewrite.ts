import { contentHash, type ScheduleFile, type Seen } from '../schedule/file.js';
import { editMarks, type MarkEdit } from '../schedule/marks.js';
import { rescan } from '../schedule/rescan.js';
import { scan } from '../schedule/scan.js';
import { makeStrict } from '../schedule/strict.js';
import { errorCode, type FileSystem, type Fingerprint, type Ownership } from '../ports/fs.js';
import type { Held } from '../ports/lock.js';
import type { Tell } from '../notice.js';
import type { Book } from './book.js';
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

/** The content that was replaced, kept by a link until it is certain that nobody was still writing to it. */
interface Replaced {
  readonly path: string;
  readonly print: Fingerprint;
}

/** Where links are refused, an edit within the round trip of a rewrite goes unnoticed; `docs/protocol.md` says so. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES']);

/** Rewrites the schedule: only marks change, only by rename, only while the lock is ours. */
export class Rewriter {
  readonly #fs: FileSystem;
  readonly #file: ScheduleFile;
  readonly #temporary: string;
  readonly #kept: string;
  readonly #tell: Tell;
  #replaced: Replaced | undefined;
  /** The lenient content that was kept already, should the rewrite have to be tried again. */
  #backedUp: string | undefined;

  constructor(fs: FileSystem, file: ScheduleFile, worker: string, tell: Tell) {
    const { temporary, kept } = hiddenNames(file.path, worker);
    this.#fs = fs;
    this.#file = file;
    this.#temporary = temporary;
    this.#kept = kept;
    this.#tell = tell;
  }

  async rewrite(book: Book, head: Head, seen: Seen, edit: MarkEdit, held: Held): Promise<Outcome> {
    const text = seen.text.loose.length > 0 ? await this.#strict(seen) : seen.text;
    return this.#replace(book, head, seen, editMarks(text, edit), held);
  }

  /** What an editor that had the replaced file open has written to it since; undefined when nothing. */
  async lateEdit(): Promise<Buffer | undefined> {
    if (!this.#replaced) return undefined;
    const { path, print } = this.#replaced;
    const now = await this.#fs.fingerprint(path);
    if (now.size === print.size && now.mtimeNs === print.mtimeNs) return undefined;
    return (await this.#fs.read(path)).bytes;
  }

  /** Keeps a content that cannot become the schedule, under a name of its own. */
  async keepAside(bytes: Buffer, ownership: Ownership): Promise<void> {
    const path = await this.#freeBackup();
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
    await this.#fs.unlink(this.#kept).catch(() => undefined);
  }

  async #replace(book: Book, head: Head, seen: Seen, bytes: Buffer, held: Held): Promise<Outcome> {
    const hash = contentHash(bytes);
    const next = { revision: head.revision + 1, hash };
    const written = await this.#fs.write(this.#temporary, bytes, seen.ownership);
    book.journal.record({ t: 'revision', ...next, print: `${written.ino}:${written.mtimeNs}` });
    await book.journal.flush();

    const refusal = await this.#mayCommit(seen, held);
    if (refusal) {
      await this.#fs.unlink(this.#temporary).catch(() => undefined);
      return refusal;
    }
    await this.#rename(written);
    await this.#fs.syncDirectory(this.#file.path.slice(0, this.#file.path.lastIndexOf('/')) || '/');
    const reached = await book.head.advance(head, next);
    if (reached.revision !== next.revision) {
      book.journal.record({ t: 'revision', ...reached, print: `${written.ino}:${written.mtimeNs}` });
      return { is: 'overwrote' };
    }

    const print = await this.#fs.fingerprint(this.#file.path);
    if (print.ino !== written.ino) return { is: 'written', head: next, seen: undefined };
    const now = { text: rescan(seen.text, bytes), print, ownership: seen.ownership, hash };
    this.#file.adopt(now);
    return { is: 'written', head: next, seen: now };
  }

  /** A network filesystem may report a rename as failed that it has done. */
  async #rename(written: Fingerprint): Promise<void> {
    try {
      await this.#fs.rename(this.#temporary, this.#file.path);
    } catch (error) {
      const now = await this.#fs.fingerprint(this.#file.path).catch(() => undefined);
      if (now?.ino !== written.ino || now.dev !== written.dev) throw error;
    }
  }

  async #mayCommit(seen: Seen, held: Held): Promise<Outcome | undefined> {
    if (!(await held.isMine())) return { is: 'robbed' };
    const print = await this.#keep();
    const same =
      print.ino === seen.print.ino && print.size === seen.print.size && print.mtimeNs === seen.print.mtimeNs;
    if (same) return undefined;
    await this.forget();
    return { is: 'changed' };
  }

  /** Links the file that is about to be replaced, and looks at it: by a fresh open, so no cache answers. */
  async #keep(): Promise<Fingerprint> {
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
    const print = await this.#fs.fingerprint(this.#kept);
    this.#replaced = { path: this.#kept, print };
    return print;
  }

  /** The same entries in strict JSON; the user's version stays beside the schedule. */
  async #strict(seen: Seen) {
    if (this.#backedUp !== seen.hash) {
      const path = await this.#freeBackup();
      await this.#fs.write(path, seen.text.bytes, seen.ownership);
      this.#backedUp = seen.hash;
      this.#tell({ tell: 'kept-as', path, why: 'strict' });
    }
    return scan(makeStrict(seen.text));
  }

  async #freeBackup(): Promise<string> {
    const slash = this.#file.path.lastIndexOf('/');
    const names = new Set(await this.#fs.list(this.#file.path.slice(0, slash) || '/'));
    const base = `${this.#file.path.slice(slash + 1)}.bak`;
    let name = base;
    for (let n = 1; names.has(name); n++) name = `${base}.${n}`;
    return `${this.#file.path.slice(0, slash + 1)}${name}`;
  }
}

/** A worker's own files, beside the schedule so that a rename or a link never crosses a folder. */
function hiddenNames(path: string, worker: string): { temporary: string; kept: string } {
  const slash = path.lastIndexOf('/') + 1;
  const hidden = `${path.slice(0, slash)}.${path.slice(slash)}.${worker}`;
  return { temporary: `${hidden}.new`, kept: `${hidden}.old` };
}
