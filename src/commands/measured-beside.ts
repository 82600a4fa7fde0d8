import { dirname } from 'node:path';
import { measuredFor } from '../doctor/measured.js';
import type { Measured } from '../doctor/schemas.js';
import type { Tell } from '../notice.js';
import type { FileSystem } from '../ports/fs.js';

/** What `cooperate doctor` has left for workers on the schedules of a folder. */
export async function measuredBeside(
  { fs, tell }: { fs: FileSystem; tell: Tell },
  schedule: string,
): Promise<Measured> {
  const { measured, ignored } = await measuredFor(fs, dirname(schedule));
  if (ignored !== undefined)
    tell({ tell: 'fact', text: `${ignored} is not what cooperate doctor writes, and is left out.` });
  return measured;
}
