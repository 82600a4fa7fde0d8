import type { Held } from '../ports/lock.js';
import { folderOf, hiddenNames } from './beside.js';
import type { Desk } from './desk.js';
import { placeOver } from './place.js';

export type Replacement =
  /** `backup` is where the old file is now. */
  | { readonly is: 'replaced'; readonly backup: string }
  /** Something else stands there by now; nothing was changed. */
  | { readonly is: 'changed' };

/**
 * Puts a schedule in the place of a file that is none, as a person's edit: whoever works on it next compares it with what
 * was claimed. Only over these very bytes, of which nobody works anything off. Undefined when `signal` aborted the wait.
 */
export async function putInPlace(
  desk: Desk,
  from: Buffer,
  to: Uint8Array,
  signal: AbortSignal,
): Promise<Replacement | undefined> {
  return desk.underLock((held) => placeUnderLock(desk, from, to, held), signal, 'replace the schedule');
}

async function placeUnderLock(
  { setting: { fs, identity }, file: { path } }: Desk,
  from: Buffer,
  to: Uint8Array,
  held: Held,
): Promise<Replacement> {
  const { bytes, print, ownership } = await fs.read(path);
  if (!bytes.equals(from)) return { is: 'changed' };
  const { temporary } = hiddenNames(path, identity.worker);
  try {
    const file = { temporary, print: await fs.write(temporary, to, ownership), hash: '', entries: 0 };
    if (!(await held.isMine())) return { is: 'changed' };
    const placed = await placeOver(fs, path, file, print);
    await fs.syncDirectory(folderOf(path));
    return placed.is === 'replaced' ? placed : { is: 'changed' };
  } finally {
    await fs.unlink(temporary).catch(() => undefined);
  }
}
