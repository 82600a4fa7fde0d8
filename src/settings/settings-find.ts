import { dirname, isAbsolute, join } from 'node:path';
import { Failure } from '../failure.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { SettingsFile } from './settings-merge.js';
import { withAbsolutePaths } from './settings-paths.js';
import { settingsIn } from './settings-text.js';

const IN_PROJECT = 'cooperate.config.json';
const OF_USER = join('cooperate', 'config.json');

export interface Whereabouts {
  readonly directory: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** The files of settings that apply in a directory: the user's, and the nearest of the project. */
export async function settingsFiles(fs: FileSystem, { directory, env }: Whereabouts): Promise<SettingsFile[]> {
  const home = homeIn(env);
  const mine = userFile(env);
  const files = [mine === undefined ? undefined : await readSettings(fs, mine, home)];
  for (let folder = directory; ; folder = dirname(folder)) {
    const nearest = await readSettings(fs, join(folder, IN_PROJECT), home);
    files.push(nearest);
    if (nearest || folder === dirname(folder)) break;
  }
  return files.filter((file) => file !== undefined);
}

/** Where a user's own settings are, or would be. */
export function userFile(env: Whereabouts['env']): string | undefined {
  const configured = env['XDG_CONFIG_HOME'];
  // A relative one means nothing.
  if (configured && isAbsolute(configured)) return join(configured, OF_USER);
  const home = homeIn(env);
  return home && join(home, '.config', OF_USER);
}

function homeIn({ HOME }: Whereabouts['env']): string | undefined {
  return HOME && isAbsolute(HOME) ? HOME : undefined;
}

/** Undefined where there is none. */
async function readSettings(
  fs: FileSystem,
  path: string,
  home: string | undefined,
): Promise<SettingsFile | undefined> {
  try {
    const { bytes } = await fs.read(path);
    return { path, value: withAbsolutePaths(settingsIn(bytes, path), path, home) };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR' || !(await isListed(fs, path))) return undefined;
    if (code === 'EISDIR') throw isDirectory(path);
    throw new Failure({ reason: 'filesystem', code, operation: 'read the settings', path }, { cause: error });
  }
}

/** Folders above that nobody may look into, and hosts that an automounter looks for in vain, hold no settings. */
async function isListed(fs: FileSystem, path: string): Promise<boolean> {
  const names = await fs.list(dirname(path)).catch(() => []);
  return names.some((name) => path.endsWith(`/${name}`));
}

function isDirectory(path: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${path} is a directory.`,
    remedy: 'The settings are a file of this name; move the directory away.',
  });
}
