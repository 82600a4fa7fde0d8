import { progress, type Progress } from '../commands/progress.js';
import { realFileSystem } from '../ports/fs-real.js';
import { EXIT } from './exit-codes.js';
import type { ProgressOptions } from './program.js';

const BAR = 30;

/** `cooperate progress`: returns the exit code. */
export async function progressAction(schedule: string, options: ProgressOptions): Promise<number> {
  const value = await progress(realFileSystem(), schedule);
  process.stdout.write(`${options.json ? JSON.stringify(value) : line(value)}\n`);
  return EXIT.done;
}

function line({ executed, total }: Progress): string {
  const share = total === 0 ? 1 : executed / total;
  const full = Math.floor(share * BAR);
  const bar = `${'#'.repeat(full)}${'.'.repeat(BAR - full)}`;
  return `Executed (not necessarily completed): ${executed}/${total} [${bar}] ${Math.floor(share * 100)}%`;
}
