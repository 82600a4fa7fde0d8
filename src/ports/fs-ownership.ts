import fs, { type BigIntStats } from 'node:fs';
import { promisify } from 'node:util';
import { fstat, ownershipOf } from './fs-calls.js';
import { errorCode, type Ownership } from './fs.js';

const { S_IFDIR, S_IFMT } = fs.constants;
const SETGID = 0o2000;

/** What filesystems say that keep no modes or owners, or not ours. */
const CANNOT_CHANGE_OWNERSHIP = new Set(['EACCES', 'EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM']);

const fchmod = promisify(fs.fchmod);
const fchown = promisify(fs.fchown);

/** Gives an open file or directory of this user's that ownership, as far as that is allowed; whatever the umask. */
export async function follow(fd: number, wanted: Ownership, found?: BigIntStats): Promise<void> {
  let now = found ?? (await fstat(fd, { bigint: true }));
  // Nobody but root may give files away, and to ask costs a round trip.
  if (ownershipOf(now).uid !== wanted.uid && process.geteuid?.() === 0)
    now = await chown(fd, wanted.uid, wanted.gid);
  if (ownershipOf(now).gid !== wanted.gid) now = await chown(fd, -1, wanted.gid);
  await setMode(fd, wanted, now);
}

/** Looks again: it may clear bits of the mode, and may be refused. */
async function chown(fd: number, uid: number, gid: number): Promise<BigIntStats> {
  await allowed(fchown(fd, uid, gid));
  return fstat(fd, { bigint: true });
}

async function setMode(fd: number, wanted: Ownership, now: BigIntStats): Promise<void> {
  const { mode, uid, gid } = ownershipOf(now);
  const isDirectory = (Number(now.mode) & S_IFMT) === S_IFDIR;
  let fitting = wanted.mode;
  // A directory in which others are made with its group stays one.
  if (isDirectory) fitting |= mode & SETGID;
  // Rights that were meant for another group, or with another owner's name, are not given to this one.
  if (gid !== wanted.gid) fitting = withoutGroup(fitting);
  if (!isDirectory && (uid !== wanted.uid || gid !== wanted.gid)) fitting &= 0o777;
  if (mode !== fitting) await allowed(fchmod(fd, fitting));
}

/** What everybody may is left of what the group may. */
export function withoutGroup(mode: number): number {
  const everybody = mode & 0o007;
  return (mode & ~0o070) | (mode & (everybody << 3));
}

/** Swallows a refusal, and nothing else. */
async function allowed(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!CANNOT_CHANGE_OWNERSHIP.has(errorCode(error) ?? '')) throw error;
  }
}
