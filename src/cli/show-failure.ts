import { Failure, type FailureDetail, type Place } from '../failure.js';
import { errorCode } from '../ports/fs.js';
import { harmlessLines } from '../ports/screen-text.js';
import { asTyped } from './as-typed.js';
import { showCommand } from './show-command.js';

/** Failure -> words: what happened, where, and what to do next; at most three lines. */
export function showFailure(detail: FailureDetail): string {
  return harmlessLines(wordsOf(detail));
}

function wordsOf(detail: FailureDetail): string {
  switch (detail.reason) {
    case 'usage':
      return `${detail.problem}\n${detail.remedy}`;
    case 'schedule-missing':
      return `there is no schedule ${asTyped(detail.path)}.\nCheck the name; a schedule is a JSON list of commands, such as [["python", "main.py", "--lr", "0.1"]].`;
    case 'schedule-is-directory':
      return `${asTyped(detail.path)} is a directory, not a schedule.\nName the JSON file in it.`;
    case 'schedule-unusable':
      return unusable(asTyped(detail.path), detail.problem, detail.place);
    case 'entry-unknown':
      return detail.count === 0
        ? `${asTyped(detail.path)} has no entries.`
        : `${asTyped(detail.path)} has no entry ${detail.entry}.\nChoose one from 0 to ${detail.count - 1}.`;
    case 'entry-running':
      return `entry ${detail.entry} is running on worker ${detail.worker}; running it now would run it twice at once.\nWait for it to end, or give --force if you know better.`;
    case 'sidecar-damaged':
      return `${detail.path} holds something else than it should.\nDelete ${detail.sidecar}: that forgets history, never the schedule or its marks.`;
    case 'not-permitted':
      return notPermitted(detail);
    case 'filesystem':
      return `could not ${detail.operation} (${asTyped(detail.path)}): ${meaning(detail.code)}.\n${remedy(detail.code)}`;
  }
}

function notPermitted({ obstacle, path, ...ownership }: NotPermitted): string {
  const where = asTyped(path);
  const whose = ` (${ownershipShown(ownership)})`;
  switch (obstacle) {
    case 'schedule':
      return `${where} is not yours to write${whose}.\nAsk its owner for that right (chmod g+w, and a group that you are in), or work on a copy.`;
    case 'folder':
      return `you may not write in ${where}${whose}, where every new state of the schedule is put before it takes its place.\nAsk its owner for that right, or work on a copy in a folder of your own; on AFS renew your token with kinit and aklog.`;
    case 'sticky':
      return `in ${where} nobody may replace a file of somebody else's${whose}, and the schedule is one.\nWork in a folder without the sticky bit (chmod -t), or on a copy of your own.`;
    case 'sidecar':
      return `${where} is not yours to write${whose}.\nHave its owner run: chmod -R g+rwX ${showCommand([where])}`;
    case 'link':
      return `${where} is a symbolic link that cooperate did not make${whose}.\nNothing is written through it: see where it leads (ls -l), and remove it.`;
    case 'foreign':
      return `${where} belongs to somebody who has no right to the schedule${whose}.\nNothing is written there: see who made it (ls -ld), and have it removed.`;
  }
}

type NotPermitted = Extract<FailureDetail, { reason: 'not-permitted' }>;

/** As `ls -l` has it; names of users differ between hosts. */
export function ownershipShown({ mode, uid, gid }: { mode: number; uid: number; gid: number }): string {
  const rights = Array.from('rwxrwxrwx', (letter, i) => (mode & (0o400 >> i) ? letter : '-')).join('');
  return `${rights}, user ${uid}, group ${gid}`;
}

/** What is wrong, of whatever was thrown that says so. */
export function explained(error: unknown): string {
  if (error instanceof Failure) return showFailure(error.detail);
  const { code, path = '.', syscall = 'read' } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  return showFailure({ reason: 'filesystem', code: errorCode(error) ?? code, operation: syscall, path });
}

/** The same for a program: `--json` prints it under "error". */
export function failureValue(detail: FailureDetail): Record<string, unknown> {
  return { ...detail, message: showFailure(detail) };
}

function unusable(path: string, problem: string, place: Place | undefined): string {
  if (!place)
    return `${path} is not a usable schedule: ${problem}.\nNothing was run and the file is untouched.`;
  const caret = `${' '.repeat(place.caret)}^ nothing was run and the file is untouched; mend this and run again`;
  return `${path}:${place.line}:${place.column}: ${problem}\n${place.excerpt}\n${caret}`;
}

const MEANINGS: Record<string, string> = {
  ENOSPC: 'the disk is full (ENOSPC)',
  EDQUOT: 'your quota is used up (EDQUOT)',
  EACCES: 'permission denied (EACCES)',
  EPERM: 'not permitted (EPERM)',
  EROFS: 'the filesystem is read-only (EROFS)',
  EIO: 'the disk or its server reports an error (EIO)',
  ESTALE: 'the server has lost track of the file (ESTALE)',
  ETIMEDOUT: 'the file server does not answer (ETIMEDOUT)',
  ENOENT: 'it is not there (ENOENT)',
  ENOTDIR: 'a part of the path is not a directory (ENOTDIR)',
  EFBIG: 'the file is too large (EFBIG)',
  EAGAIN: 'it keeps changing while it is read (EAGAIN)',
  EXDEV: 'it lies on another filesystem (EXDEV)',
  EEXIST: 'something else has that name (EEXIST)',
  ELOOP: 'a symbolic link has that name, and nothing is written through it (ELOOP)',
  EFTYPE: 'it is no file, but a pipe, a device or a socket (EFTYPE)',
};

const REMEDIES: Record<string, string> = {
  ENOSPC: 'Free some space there; nothing is lost meanwhile.',
  EDQUOT: 'Free some of your quota; nothing is lost meanwhile.',
  EACCES: 'Check the permissions of it and its folder; on AFS renew your token with kinit and aklog.',
  EPERM: 'Check who owns the folder, and whether this user may write there.',
  EROFS: 'Workers write marks into the schedule and a folder beside it: put it on a writable filesystem.',
  ENOENT: 'Was it moved or deleted? Put it back and run again.',
  EFBIG: 'Split the schedule.',
  EEXIST: 'See what it is (ls -l), and remove it.',
  ELOOP: 'See where it leads (ls -l), and remove it.',
  EFTYPE: 'See what it is (ls -l), and put a file there.',
};

function meaning(code: string): string {
  return MEANINGS[code] ?? code;
}

function remedy(code: string): string {
  return REMEDIES[code] ?? 'Check the filesystem (is it mounted, does its server answer?) and run again.';
}
