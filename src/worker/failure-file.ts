import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { takeNumber } from './failure-number.js';
import { failureText, type FailedRun } from './failure-text.js';

export type { FailedRun } from './failure-text.js';

export type FailureFile =
  | { readonly is: 'written'; readonly path: string }
  /** The failure itself stands in the journal all the same. */
  | { readonly is: 'unwritten'; readonly path: string; readonly code: string };

/** Writes `cooperate_<n>` into the worker's directory, with the first number that nobody else took. */
export async function writeFailureFile(fs: FileSystem, run: FailedRun): Promise<FailureFile> {
  const { directory } = run;
  const temporary = join(directory, `.cooperate_${randomUUID()}`);
  try {
    const { dev, ino } = await fs.write(temporary, Buffer.from(failureText(run)));
    return { is: 'written', path: await takeNumber(fs, directory, { path: temporary, dev, ino }) };
  } catch (error) {
    return { is: 'unwritten', path: join(directory, 'cooperate_<n>'), code: errorCode(error) ?? 'UNKNOWN' };
  } finally {
    // Gone already when it was renamed; where the disk is full, removing still works.
    await fs.unlink(temporary).catch(() => undefined);
  }
}
