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

/**
 * The lines that were appended to a journal since `place`, which moves on behind them. Cut at a line's end: a character
 * may be torn in two where the writer has got to.
 */
export async function appended(fs: FileSystem, path: string, place: { offset: number }): Promise<Buffer> {
  const { offset } = place;
  const bytes = await fs.readFrom(path, offset);
  // Somebody else has got these lines, who read at the same time.
  if (place.offset !== offset) return bytes.subarray(0, 0);
  const whole = bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
  place.offset += whole.length;
  return whole;
}
