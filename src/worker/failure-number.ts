import { join } from 'node:path';
import { errorCode, type FileSystem } from '../ports/fs.js';

/** A finished file that still lacks its number. */
export interface Unnumbered {
  readonly path: string;
  readonly dev: bigint;
  readonly ino: bigint;
}

/** What a filesystem says that has no hard links; sshfs says EPERM also for a name that is taken. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);
/** What rename(2) says when the target is a directory with something in it. */
const HELD = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY', 'ENOTDIR']);
/** There is something, if nothing that can be opened: a directory, somebody else's file. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'EISDIR', 'ELOOP', 'ENXIO']);

/** Names the file `cooperate_<n>`, the first free, and never one that exists, whoever else is writing on whatever host. */
export async function takeNumber(fs: FileSystem, directory: string, file: Unnumbered): Promise<string> {
  // Only saves tries: the listing may be old, and whether a name is free the link decides.
  const names = new Set(await fs.list(directory).catch(() => []));
  for (let n = 0; ; n++) {
    const name = `cooperate_${n}`;
    if (names.has(name)) continue;
    if (await tookName(fs, directory, name, file)) return join(directory, name);
  }
}

async function tookName(fs: FileSystem, directory: string, name: string, file: Unnumbered): Promise<boolean> {
  const path = join(directory, name);
  try {
    await fs.link(file.path, path);
    return true;
  } catch (error) {
    const code = errorCode(error) ?? '';
    // On NFS the reply to a link that worked can get lost, and the repeated request finds the name taken by itself.
    if (code === 'EEXIST') return (await exists(fs, path, file)) === 'this file';
    if (!NO_LINKS.has(code)) throw error;
    return tookNameByRename(fs, directory, name, file);
  }
}

/** Without links: a rename replaces a file but never a directory with something in it, so that makes the name ours. */
async function tookNameByRename(
  fs: FileSystem,
  directory: string,
  name: string,
  file: Unnumbered,
): Promise<boolean> {
  const nest = `${file.path}.reserving`;
  const reserved = join(directory, `.${name}`);
  await fs.makeDirectory(nest);
  await fs.write(join(nest, 'reserved'), Buffer.of());
  try {
    await fs.rename(nest, reserved);
  } catch (error) {
    await removeReservation(fs, nest);
    if (HELD.has(errorCode(error) ?? '')) return false;
    throw error;
  }
  try {
    // Asked only now: whoever had the name reserved before may have used it.
    const free = (await exists(fs, join(directory, name), file)) === 'no';
    if (free) await fs.rename(file.path, join(directory, name));
    return free;
  } finally {
    await removeReservation(fs, reserved);
  }
}

async function removeReservation(fs: FileSystem, path: string): Promise<void> {
  await fs.unlink(join(path, 'reserved')).catch(() => undefined);
  await fs.removeDirectory(path).catch(() => undefined);
}

async function exists(fs: FileSystem, path: string, file: Unnumbered): Promise<'no' | 'this file' | 'another'> {
  try {
    const { dev, ino } = await fs.fingerprint(path);
    return dev === file.dev && ino === file.ino ? 'this file' : 'another';
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return 'no';
    if (UNREADABLE.has(code)) return 'another';
    throw error;
  }
}
