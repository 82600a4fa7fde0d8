import type { FileSystem } from '../ports/fs.js';

/** What filesystems say that make no hard links, or no more of them. */
export const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK', 'EACCES']);

/** A process's own files, beside the schedule so that a rename or a link never crosses a folder. */
export function hiddenNames(path: string, worker: string): { temporary: string; kept: string } {
  const { folder, name } = parts(path);
  const hidden = `${folder}.${name}.${worker}`;
  return { temporary: `${hidden}.new`, kept: `${hidden}.old` };
}

/** The first of `<schedule>.bak`, `.bak.1` and so on that nothing has. */
export async function freeBackup(fs: FileSystem, path: string): Promise<string> {
  const { folder, name } = parts(path);
  const taken = new Set(await fs.list(folderOf(path)));
  let free = `${name}.bak`;
  for (let n = 1; taken.has(free); n++) free = `${name}.bak.${n}`;
  return folder + free;
}

/** Whether there is something of that name; by listing, for a negative stat may be half a minute old. */
export async function isThere(fs: FileSystem, path: string): Promise<boolean> {
  return (await fs.list(folderOf(path))).includes(parts(path).name);
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function parts(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, slash), name: path.slice(slash) };
}
