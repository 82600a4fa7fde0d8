import { errorCode, type FileSystem, type Fingerprint, type Ownership } from '../ports/fs.js';
import { NewText } from '../schedule/new-text.js';
import { freeBackup, hiddenNames, isThere, NO_LINKS } from './beside.js';

/** A new schedule, complete and on the disk under another name. */
export interface NewFile {
  readonly temporary: string;
  readonly print: Fingerprint;
  readonly hash: string;
  readonly entries: number;
}

export type Created =
  | { readonly is: 'created' }
  /** Somebody else has made a schedule of that name; nothing was changed. */
  | { readonly is: 'taken' };

export type Placed =
  | Created
  /** `backup` is where the old schedule is now. */
  | { readonly is: 'replaced'; readonly backup: string }
  /** Somebody is saving the old schedule this moment; nothing was changed. */
  | { readonly is: 'changed' };

/** Writes a schedule beside its place, piece by piece; what goes wrong leaves nothing. */
export async function writeBeside(
  fs: FileSystem,
  path: string,
  worker: string,
  lines: Iterable<string>,
  ownership?: Ownership,
): Promise<NewFile> {
  const { temporary } = hiddenNames(path, worker);
  const text = new NewText(lines);
  const print = await fs.write(temporary, text, ownership);
  return { temporary, print, hash: text.hash(), entries: text.entries };
}

/**
 * Gives a new schedule its name unless something has it: link(2) overwrites nothing. Where links are refused it is
 * renamed when a listing shows that the name is free; what somebody saves there within that round trip is lost.
 */
export async function placeNew(fs: FileSystem, path: string, file: NewFile): Promise<Created> {
  for (;;) {
    try {
      await fs.link(file.temporary, path);
      return { is: 'created' };
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code !== 'EEXIST' && !NO_LINKS.has(code)) throw error;
      // Ours where the network has lost the reply.
      if (await isThere(fs, path)) return { is: (await isAt(fs, path, file.print)) ? 'created' : 'taken' };
      if (code === 'EEXIST') continue;
      await rename(fs, file, path);
      return { is: 'created' };
    }
  }
}

/**
 * Puts a new schedule in the place of the old one, which is kept under the first free name of `<schedule>.bak`; where
 * `expected` is given, only of that one.
 */
export async function placeOver(
  fs: FileSystem,
  path: string,
  file: NewFile,
  expected?: Fingerprint,
): Promise<Placed> {
  const kept = await keep(fs, path);
  if (!kept) return expected ? { is: 'changed' } : placeNew(fs, path, file);
  const { backup } = kept;
  try {
    const isExpected = expected === undefined || (await isAt(fs, path, expected));
    if (isExpected && (await isAt(fs, path, kept.print ?? (await fs.fingerprint(backup))))) {
      await rename(fs, file, path);
      return { is: 'replaced', backup };
    }
  } catch (error) {
    // Where nobody can tell, two names of the old schedule are better than none.
    if (!(await isAt(fs, path, file.print).catch(() => true))) await fs.unlink(backup).catch(() => undefined);
    throw error;
  }
  await fs.unlink(backup).catch(() => undefined);
  return { is: 'changed' };
}

interface Kept {
  readonly backup: string;
  /** Of the file that was copied; a link is the file itself, and what an editor still writes into it is in both. */
  readonly print?: Fingerprint;
}

async function keep(fs: FileSystem, path: string): Promise<Kept | undefined> {
  for (;;) {
    const backup = await freeBackup(fs, path);
    try {
      await fs.link(path, backup);
      return { backup };
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (code === 'ENOENT') return undefined;
      if (NO_LINKS.has(code)) return copy(fs, path, backup);
      if (code !== 'EEXIST') throw error;
      // Of that name since we listed: somebody else's, or ours where the network has lost the reply.
      if (await isAt(fs, path, await fs.fingerprint(backup))) return { backup };
    }
  }
}

async function copy(fs: FileSystem, path: string, backup: string): Promise<Kept | undefined> {
  const content = await fs.read(path).catch(unlessGone);
  if (!content) return undefined;
  await fs.write(backup, content.bytes, content.ownership);
  return { backup, print: content.print };
}

/** A network filesystem may report a rename as failed that it has done. */
async function rename(fs: FileSystem, file: NewFile, path: string): Promise<void> {
  try {
    await fs.rename(file.temporary, path);
  } catch (error) {
    if (!(await isAt(fs, path, file.print).catch(() => false))) throw error;
  }
}

/** Whether that very state of a file has the name. */
async function isAt(fs: FileSystem, path: string, print: Fingerprint): Promise<boolean> {
  const now = await fs.fingerprint(path).catch(unlessGone);
  return (
    now?.ino === print.ino && now.dev === print.dev && now.size === print.size && now.mtimeNs === print.mtimeNs
  );
}

function unlessGone(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
