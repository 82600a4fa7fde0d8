import { errorCode, type FileSystem } from '../ports/fs.js';

const SUFFIX = '.jsonl';
const NEWLINE = 10;

export function journalPath(folder: string, worker: string): string {
  return `${folder}/${worker}${SUFFIX}`;
}

/** Whoever has a journal here. */
export async function writersIn(fs: FileSystem, folder: string): Promise<string[]> {
  try {
    const names = await fs.list(folder);
    return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Something else has the name of a journal: a folder, a pipe, a device. */
function noFile(error: unknown): undefined {
  if (!['EFTYPE', 'EISDIR'].includes(errorCode(error) ?? '')) throw error;
}

/** How far a journal was read. */
export interface ReadTo {
  offset: number;
  /** In the middle of a line that is too long to be one. */
  isInRubbish?: boolean;
}

/** Most looks find little that is new. */
const FIRST_READ = 256 << 10;
/** A line may be as long; the longest that is written has a few thousand claims. */
const LARGEST_READ = 8 << 20;
/** Stands for whatever cannot be a line. */
const RUBBISH = Buffer.from('?\n');

/**
 * The lines that were appended to a journal since `place`, which moves on behind them, some at a time: whatever somebody
 * put there costs no more memory. Cut at a line's end: a character may be torn in two where the writer has got to.
 */
export async function* appended(fs: FileSystem, path: string, place: ReadTo): AsyncGenerator<Buffer, void> {
  for (let most = FIRST_READ; ;) {
    const { offset } = place;
    const bytes = await fs.readFrom(path, offset, most).catch(noFile);
    if (!bytes) {
      if (!place.isInRubbish) yield RUBBISH;
      place.isInRubbish = true;
      return;
    }
    // Somebody else has got these lines, who read at the same time.
    if (place.offset !== offset) return;
    const isFull = bytes.length >= most;
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      const from = place.isInRubbish ? bytes.indexOf(NEWLINE) + 1 : 0;
      place.offset += end;
      place.isInRubbish = false;
      yield bytes.subarray(from, end);
    } else if (isFull && most >= LARGEST_READ) {
      place.offset += bytes.length;
      if (!place.isInRubbish) yield RUBBISH;
      place.isInRubbish = true;
    }
    if (!isFull) return;
    most = Math.min(LARGEST_READ, most * 2);
  }
}
