import { errorCode, type FileSystem } from '../ports/fs.js';
import type { Mount } from './schemas.js';

/** Where Linux says what is mounted, and where an NFS server says what it exports. */
const MOUNTS = '/proc/self/mountinfo';
const EXPORTS = ['/var/lib/nfs/etab', '/proc/fs/nfs/exports'];
const MOST_BYTES = 1 << 20;

/** The filesystem that a folder lies on; undefined where the system does not tell. */
export async function mountOf(fs: FileSystem, folder: string): Promise<Mount | undefined> {
  const text = await fs.readFrom(MOUNTS, 0, MOST_BYTES).catch(unlessStrange);
  return text && mountIn(text.toString('utf8'), folder);
}

/** An NFS export of that folder which tells its clients that things are on the disk before they are. */
export async function asyncExportOf(fs: FileSystem, folder: string): Promise<string | undefined> {
  for (const path of EXPORTS) {
    const text = await fs.readFrom(path, 0, MOST_BYTES).catch(unlessStrange);
    const found = text && asyncExportIn(text.toString('utf8'), folder);
    if (found !== undefined) return found;
  }
  return undefined;
}

function unlessStrange(error: unknown): undefined {
  if (errorCode(error) === undefined) throw error;
}

/** The longest mount point counts, and of several the last: it covers the others. */
export function mountIn(mountinfo: string, folder: string): Mount | undefined {
  let found: Mount | undefined;
  for (const line of mountinfo.split('\n')) {
    const mount = parseLine(line);
    if (mount && isWithin(folder, mount.at) && mount.at.length >= (found?.at.length ?? 0)) found = mount;
  }
  return found;
}

/** `36 35 98:0 /root /at rw,noatime shared:1 - ext4 /dev/sda1 rw,errors=continue`; see proc_pid_mountinfo(5). */
function parseLine(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const [, , , , at, options] = before?.split(' ') ?? [];
  const [type, source, superOptions] = after?.split(' ') ?? [];
  if (at === undefined || type === undefined) return undefined;
  const all = [options, superOptions].flatMap((list) => list?.split(',') ?? []);
  return {
    type: type.slice(0, 200),
    source: unescaped(source ?? ''),
    at: unescaped(at),
    options: [...new Set(all.filter((option) => option !== ''))].slice(0, 1000),
  };
}

/** Each line a folder, and behind it who may mount it how: `/srv  *(rw,async,no_root_squash)`. */
export function asyncExportIn(table: string, folder: string): string | undefined {
  for (const line of table.split('\n')) {
    const [path = '#', clients = ''] = line.split(/\s+(.*)/);
    if (!path.startsWith('#') && isWithin(folder, unescaped(path)) && /[(,]async[,)]/.test(clients))
      return unescaped(path);
  }
  return undefined;
}

function isWithin(folder: string, at: string): boolean {
  return at === '/' || folder === at || folder.startsWith(`${at}/`);
}

/** Blanks and the like are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
