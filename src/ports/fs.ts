import { constants } from 'node:os';

/** What cooperate needs of a filesystem, in the few operations that hold on NFS, AFS, Lustre and their kin. */
export interface FileSystem {
  /** Follows symbolic links, so that all who name one schedule agree on its sidecar. */
  realPath(path: string): Promise<string>;
  /**
   * Opens, stats, reads, stats again and closes: never a torn read, never a cached size.
   * Fails with EAGAIN when the file keeps changing, EFBIG beyond `most` bytes (1 GiB), EISDIR on a directory, and EFTYPE
   * on a pipe, a device or a socket, as every reading does: none of them is ever waited for.
   */
  read(path: string, most?: number): Promise<FileContent>;
  /** The same, unless the file is still in the state `known`: then undefined, for the price of one open. */
  readUnless(path: string, known: Fingerprint | undefined): Promise<FileContent | undefined>;
  /**
   * The bytes from `offset` to the end, `most` of them at most (none when it ends before), for files that only grow. With
   * `most` no size is asked for, which a mount may have cached: fewer bytes are the end.
   */
  readFrom(path: string, offset: number, most?: number): Promise<Buffer>;
  /** By open and fstat: a plain stat may be seconds old on a network mount. Directories too. */
  fingerprint(path: string): Promise<Fingerprint>;
  /**
   * Puts a new file there, writes all of it, syncs to disk, closes; on failure the file is gone, also when it is the
   * content that fails while it is made. A symbolic link that has the name gives way, and is not followed.
   * Here and below, what is made gets the ownership given, as far as this user may give it; never a larger circle.
   */
  write(path: string, content: Content, ownership?: Ownership): Promise<Fingerprint>;
  /**
   * Atomically; over an existing file, or over an empty directory when `from` is one.
   * Two links to one file: nothing happens and both names stay, as POSIX has it.
   */
  rename(from: string, to: string): Promise<void>;
  /** A hard link: fails with EEXIST when the name is taken, whoever else is asking. */
  link(existing: string, path: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /**
   * With its parents; an existing directory is fine, and gets the ownership if it is this user's. Fails with EEXIST on
   * a symbolic link.
   */
  makeDirectory(path: string, ownership?: Ownership): Promise<void>;
  /** Creates this one directory: fails with EEXIST when the name is taken, for cells where links are refused. */
  createDirectory(path: string, ownership?: Ownership): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  /** Names in a directory, in no order; the one look that is fresh on every mount but sshfs. */
  list(path: string): Promise<string[]>;
  /** Makes renames and links in it survive a power loss; silently nothing where directories cannot be synced. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Opens for appending at its current end, by this process alone; creates it when missing. Fails with ELOOP on a
   * symbolic link, and with EFTYPE on what is no file.
   */
  openAppend(path: string, ownership?: Ownership): Promise<AppendFile>;
  /** What has the name, a symbolic link not followed; undefined where nothing has. */
  inspect(path: string): Promise<Inspected | undefined>;
  /** Whether this user may write to that file, or change names in that directory. */
  mayWrite(path: string): Promise<boolean>;
}

export interface Inspected {
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly ownership: Ownership;
  /** Whether it belongs to the user that this process acts as. */
  readonly isMine: boolean;
}

/**
 * What tells one state of a file from another without reading it.
 * `ctimeNs` moves with every rename of and link to the file too, not only with its bytes.
 */
export interface Fingerprint {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Two looks at one state of one file. */
export function samePrint(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.dev === b.dev
  );
}

/** Permission bits and owner, kept when a file is rewritten. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** What to write: at once, or piece by piece, so that a large file is never in memory as a whole. */
export type Content = Uint8Array | Iterable<Uint8Array>;

export interface FileContent {
  readonly bytes: Buffer;
  readonly print: Fingerprint;
  readonly ownership: Ownership;
}

/** A file that one process appends to; `size` is where the next bytes go. */
export interface AppendFile {
  readonly size: number;
  /**
   * Into the page cache at once, so that a killed worker loses nothing. Throws when not all of it
   * went in: `size` stays, and a retry goes over the torn part.
   */
  append(bytes: Uint8Array): void;
  /** The same without blocking, for bulk output; in the order of the calls, also among `append`s. */
  appendLater(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  /** False when the path no longer leads to this file: deleted, or its folder moved away. */
  attached(): Promise<boolean>;
  close(): Promise<void>;
}

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [-number, name]));

/** What Node 20 says of a number that it has no name for: promises the one, calls that wait the other. */
const NAMELESS = /^(Unknown system error.*|UNKNOWN)$/;

/** The symbolic code of a system error, ESTALE and EDQUOT included (Node 20 knows only their numbers). */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno } = error as NodeJS.ErrnoException;
  if (code !== undefined && !NAMELESS.test(code)) return code;
  return errno === undefined ? code : (NAMES.get(errno) ?? code);
}

/** An error as node:fs throws it, for what this program finds out by itself. */
export function systemError(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  const number = (constants.errno as Record<string, number>)[code];
  const details = { code, syscall, path, ...(number === undefined ? {} : { errno: -number }) };
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), details);
}
