import type { Ports } from '../commands/workshop.js';
import { Failure } from '../failure.js';
import { errorCode } from '../ports/fs.js';
import { showCommand } from './show-command.js';

/** Before anything is asked or computed for nothing. */
export async function checkFolder({ fs }: Pick<Ports, 'fs'>, schedule: string): Promise<void> {
  const folder = /^(.*\/)[^/]*$/s.exec(schedule)?.[1] ?? '.';
  try {
    await fs.realPath(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') return; // Whatever it is, writing will tell.
    throw new Failure({
      reason: 'usage',
      problem: `There is no folder ${folder}`,
      remedy: `Make it first: ${showCommand(['mkdir', '-p', folder])}`,
    });
  }
}
