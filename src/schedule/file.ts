import { createHash } from 'node:crypto';
import { Failure } from '../failure.js';
import { errorCode, type FileContent, type FileSystem, type Fingerprint, type Ownership } from '../ports/fs.js';
import { placeOf } from './place.js';
import { rescan } from './rescan.js';
import { scan } from './scan.js';
import { NotASchedule, type ScheduleText } from './text.js';

/** The schedule as one worker last saw it. */
export interface Seen {
  readonly text: ScheduleText;
  readonly print: Fingerprint;
  readonly ownership: Ownership;
  /** Of the content; tells one revision from another. */
  readonly hash: string;
}

/** Reads the schedule and remembers it; writing is the claim protocol's business. */
export class ScheduleFile {
  readonly path: string;
  readonly #fs: FileSystem;
  #seen: Seen | undefined;
  #like: ScheduleText | undefined;

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.path = path;
  }

  get seen(): Seen | undefined {
    return this.#seen;
  }

  /** What the file says now; the same object as before when nothing has changed. */
  async look(): Promise<Seen> {
    const content = await this.#read();
    if (!content) return this.#seen as Seen;
    const { bytes, print, ownership } = content;
    const like = this.#seen?.text ?? this.#like;
    const text = usable(this.path, bytes, () => (like ? rescan(like, bytes) : scan(bytes)));
    return (this.#seen = { text, print, ownership, hash: contentHash(bytes) });
  }

  /** What it says is probably much like this: then it is read faster, and shares what is the same. */
  expect(text: ScheduleText): void {
    this.#like = text;
  }

  /** Takes over what was just written, without reading it back. */
  adopt(seen: Seen): void {
    this.#seen = seen;
  }

  async #read(): Promise<FileContent | undefined> {
    try {
      return await this.#fs.readUnless(this.path, this.#seen?.print);
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }
}

/** 16 hex digits of sha256: told apart are a few thousand revisions, not the world's files. */
export function contentHash(bytes: Uint8Array): string {
  const hash = hashing();
  hash.update(bytes);
  return hash.digest();
}

/** The content hash of what comes piece by piece. */
export function hashing(): { update(bytes: Uint8Array): void; digest(): string } {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex').slice(0, 16) };
}

/** Reads a schedule once, for commands that only look. */
export async function readSchedule(fs: FileSystem, path: string): Promise<ScheduleText> {
  return (await new ScheduleFile(fs, path).look()).text;
}

/** Runs a scan of `bytes` and says where in `path` it went wrong. */
function usable<T>(path: string, bytes: Buffer, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof NotASchedule) throw unusable(path, bytes, error);
    throw error;
  }
}

function unusable(path: string, bytes: Buffer, { problem, offset }: NotASchedule): Failure {
  const place = offset === undefined ? {} : { place: placeOf(bytes, offset) };
  return new Failure({ reason: 'schedule-unusable', path, problem, ...place });
}

export function unreadable(path: string, error: unknown): Failure {
  const code = errorCode(error) ?? 'unknown';
  if (code === 'ENOENT') return new Failure({ reason: 'schedule-missing', path }, { cause: error });
  if (code === 'EISDIR') return new Failure({ reason: 'schedule-is-directory', path }, { cause: error });
  return new Failure({ reason: 'filesystem', code, operation: 'read the schedule', path }, { cause: error });
}
