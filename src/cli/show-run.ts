import type { RunEnd } from '../ports/spawn.js';
import type { FailedEntry } from '../worker/runner.js';
import { showCommand } from './show-command.js';
import { own } from './show-notice.js';

/** What failed, how, and where to read on. */
export function showFailedEntry({ entry, argv, end, timedOut, file }: FailedEntry): string {
  const where =
    file.is === 'written'
      ? `See ${file.path.slice(file.path.lastIndexOf('/') + 1)}, which also holds the command to try again.`
      : `${file.path} could not be written (${file.code}); the journal has the failure.`;
  return `${own(`entry ${entry} ${timedOut ? 'took too long and was ended' : how(end)}: ${showCommand(argv)}`)}\n${where}`;
}

function how(end: RunEnd): string {
  switch (end.is) {
    case 'exited':
      return `failed with exit code ${end.code}`;
    case 'killed':
      return `was killed by ${end.signal}`;
    case 'unstartable':
      return `could not be started, ${end.problem}`;
  }
}
