import type { FileSystem } from '../ports/fs.js';
import { readSchedule } from '../schedule/file.js';

/** Version 1 of what `progress --json` prints. */
export interface Progress {
  readonly version: 1;
  readonly schedule: string;
  readonly executed: number;
  readonly total: number;
}

/** How many entries are executed, which says nothing about how they ended. */
export async function progress(fs: FileSystem, schedule: string): Promise<Progress> {
  const { count, pending } = await readSchedule(fs, schedule);
  return { version: 1, schedule, executed: count - pending, total: count };
}
