import type {
  AppendFile,
  Content,
  FileContent,
  FileSystem,
  Fingerprint,
  Inspected,
  Ownership,
} from '../ports/fs.js';

const SETGID = 0o2000;

/** What a schedule's rights mean for the files of its sidecar: whoever may write it may help, who reads it may look. */
function ownershipOfFile({ mode, uid, gid }: Ownership): Ownership {
  return { mode: 0o600 | (mode & 0o066), uid, gid };
}

/** The same for a folder; where its group writes, what is made in it gets the group, whoever makes it. */
function ownershipOfFolder({ mode, uid, gid }: Ownership): Ownership {
  const bits = 0o700 | rightsIn(mode, 3) | rightsIn(mode, 0);
  return { mode: bits & 0o020 ? bits | SETGID : bits, uid, gid };
}

/** To go into a folder is part of reading it; to write into what one cannot read is of no use here. */
function rightsIn(mode: number, shift: number): number {
  const rights = (mode >> shift) & 6;
  return (rights === 6 ? 7 : rights === 4 ? 5 : 0) << shift;
}

/** A filesystem on which whatever is made belongs to those to whom the schedule belongs, whatever the umask. */
class FollowingFileSystem implements FileSystem {
  readonly #fs: FileSystem;
  readonly #schedule: () => Promise<Ownership | undefined>;

  /** `schedule`: its rights as they are now; undefined where there is none. */
  constructor(fs: FileSystem, schedule: () => Promise<Ownership | undefined>) {
    this.#fs = fs;
    this.#schedule = schedule;
  }

  async write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint> {
    return this.#fs.write(path, content, ownership ?? (await this.#ofFile()));
  }

  async openAppend(path: string): Promise<AppendFile> {
    return this.#fs.openAppend(path, await this.#ofFile());
  }

  async makeDirectory(path: string): Promise<void> {
    return this.#fs.makeDirectory(path, await this.#ofFolder());
  }

  async createDirectory(path: string): Promise<void> {
    return this.#fs.createDirectory(path, await this.#ofFolder());
  }

  realPath(path: string): Promise<string> {
    return this.#fs.realPath(path);
  }

  read(path: string, most?: number): Promise<FileContent> {
    return this.#fs.read(path, most);
  }

  readUnless(path: string, known: Fingerprint | undefined): Promise<FileContent | undefined> {
    return this.#fs.readUnless(path, known);
  }

  readFrom(path: string, offset: number, most?: number): Promise<Buffer> {
    return this.#fs.readFrom(path, offset, most);
  }

  fingerprint(path: string): Promise<Fingerprint> {
    return this.#fs.fingerprint(path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#fs.rename(from, to);
  }

  link(existing: string, path: string): Promise<void> {
    return this.#fs.link(existing, path);
  }

  unlink(path: string): Promise<void> {
    return this.#fs.unlink(path);
  }

  removeDirectory(path: string): Promise<void> {
    return this.#fs.removeDirectory(path);
  }

  list(path: string): Promise<string[]> {
    return this.#fs.list(path);
  }

  syncDirectory(path: string): Promise<void> {
    return this.#fs.syncDirectory(path);
  }

  inspect(path: string): Promise<Inspected | undefined> {
    return this.#fs.inspect(path);
  }

  mayWrite(path: string): Promise<boolean> {
    return this.#fs.mayWrite(path);
  }

  async #ofFile(): Promise<Ownership | undefined> {
    const schedule = await this.#schedule();
    return schedule && ownershipOfFile(schedule);
  }

  async #ofFolder(): Promise<Ownership | undefined> {
    const schedule = await this.#schedule();
    return schedule && ownershipOfFolder(schedule);
  }
}

/** Follows the schedule at `path`; `seen`: its rights as they were read last, where it was. */
export function following(
  fs: FileSystem,
  path: string,
  seen: () => Ownership | undefined = () => undefined,
): FileSystem {
  return new FollowingFileSystem(fs, async () => {
    const known = seen();
    if (known) return known;
    const found = await fs.inspect(path).catch(() => undefined);
    return found?.kind === 'file' ? found.ownership : undefined;
  });
}
