import { resolve } from 'node:path';

/** From where the user's paths are meant. */
export interface Place {
  readonly directory: string;
  readonly home: string | undefined;
}

/** Also of `~/x`, which no shell expands within `--venv=~/x` or in a configuration file. */
export function absolutePath(path: string, { directory, home }: Place): string {
  if (home !== undefined && /^~(\/|$)/.test(path)) return resolve(home, `.${path.slice(1)}`);
  return resolve(directory, path);
}
