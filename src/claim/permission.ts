import { Failure, type Obstacle } from '../failure.js';
import type { FileSystem, Inspected } from '../ports/fs.js';
import { folderOf } from './beside.js';
import { sidecarOf } from './sidecar.js';

const STICKY = 0o1000;
const ROOT = 0;

/**
 * Whether this user may work on a schedule at all, before anything is touched: with rights to some of its files and not
 * to others it would be left half done. Nothing where there is no schedule yet, and nothing of a stranger's is used.
 */
export async function mayWorkOn(fs: FileSystem, path: string): Promise<void> {
  const found = await fs.inspect(path);
  const schedule = found?.kind === 'file' ? found : undefined;
  const mayNot = schedule && !schedule.isMine && !(await fs.mayWrite(path));
  if (mayNot && (await fs.inspect(path))) throw refused('schedule', path, schedule);
  if (schedule) await mayRename(fs, path, schedule);
  await mayUseSidecar(fs, sidecarOf(path), schedule);
  const lock = await fs.inspect(`${path}.lock`);
  // A file in its place is told of when the lock is taken.
  if (lock?.kind === 'link') throw refused('link', `${path}.lock`, lock);
  if (lock?.kind === 'directory' && !isTrusted(lock, schedule)) throw refused('foreign', `${path}.lock`, lock);
}

/** A new schedule comes into place by a rename, which the folder allows, not the file. */
async function mayRename(fs: FileSystem, path: string, schedule: Inspected): Promise<void> {
  const place = folderOf(path);
  const folder = await fs.inspect(place);
  if (folder?.kind !== 'directory') return;
  if (!(await fs.mayWrite(place)) && (await fs.inspect(place))) throw refused('folder', place, folder);
  const isSticky = (folder.ownership.mode & STICKY) !== 0 && !folder.isMine && !schedule.isMine;
  if (isSticky && !(await isRoot(fs))) throw refused('sticky', place, folder);
}

async function isRoot(fs: FileSystem): Promise<boolean> {
  return (await fs.inspect('/'))?.isMine ?? false;
}

/** A folder, or a link to one, which its owner may have put on another disk. */
async function mayUseSidecar(fs: FileSystem, sidecar: string, schedule: Inspected | undefined): Promise<void> {
  const found = await fs.inspect(sidecar);
  if (!found) return;
  if (!isTrusted(found, schedule)) throw refused(found.kind === 'link' ? 'link' : 'foreign', sidecar, found);
  const place = found.kind === 'link' ? await fs.realPath(sidecar) : sidecar;
  const folder = found.kind === 'link' ? await fs.inspect(place) : found;
  if (folder?.kind !== 'directory') return;
  if (!isTrusted(folder, schedule)) throw refused('foreign', place, folder);
  // It may have been deleted since.
  if (!(await fs.mayWrite(place)) && (await fs.inspect(place))) throw refused('sidecar', place, folder);
  // It follows the schedule, whose rights may have changed since; what is in it does as it is used.
  await fs.makeDirectory(place);
}

/** Made by this user, by the schedule's owner, or by one of those who may write it. */
function isTrusted({ isMine, ownership }: Inspected, schedule: Inspected | undefined): boolean {
  if (isMine || ownership.uid === ROOT) return true;
  if (!schedule) return false;
  const { mode, uid, gid } = schedule.ownership;
  if (ownership.uid === uid || (mode & 0o002) !== 0) return true;
  return (mode & 0o020) !== 0 && ownership.gid === gid;
}

function refused(obstacle: Obstacle, path: string, { ownership }: Inspected): Failure {
  return new Failure({ reason: 'not-permitted', obstacle, path, ...ownership });
}
