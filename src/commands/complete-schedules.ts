import type { Lying, Peek } from '../ports/fs-peek.js';
import { firstEntries } from '../schedule/first-entries.js';

/** So much of a file tells whether it is a schedule. */
const GLANCE = 8192;
/** With more of them in a folder, nobody waits until each was looked at. */
const MOST_LOOKS = 500;

/** Paths that go on from `word` and may be meant for a schedule, the likeliest first; folders end with a slash. */
export async function schedulesFrom(word: string, peek: Peek, home: string | undefined): Promise<string[]> {
  const behind = word.lastIndexOf('/') + 1;
  const folder = word.slice(0, behind);
  const start = word.slice(behind);
  const at = expanded(folder, { HOME: home }) || '.';
  const lying = (await peek.folder(at)).filter((one) => isMeant(one, start));
  const files = lying.filter(({ name, isFolder }) => !isFolder && name.endsWith('.json'));
  const looks = await Promise.all(
    files.slice(0, MOST_LOOKS).map(({ name }) => looksLikeOne(peek, `${at}/${name}`)),
  );
  const schedules = files.filter((_, i) => looks[i] ?? true);
  const folders = lying.filter(({ isFolder }) => isFolder);
  return [
    ...sorted(schedules.length > 0 ? schedules : files).map((name) => folder + name),
    ...sorted(folders).map((name) => `${folder}${name}/`),
  ];
}

/** With `~/` and variables put in, as far as we know them. */
export function expanded(path: string, env: Readonly<NodeJS.ProcessEnv>): string {
  const { HOME } = env;
  const absolute = path.startsWith('~/') && HOME !== undefined ? HOME + path.slice(1) : path;
  return absolute.replace(/\$(?:(\w+)|\{(\w+)\})/g, (spelled, plain?: string, braced?: string) => {
    return env[plain ?? braced ?? ''] ?? spelled;
  });
}

/** What lies beside schedules is nobody's choice, and hidden is hidden. */
function isMeant({ name, isFolder }: Lying, start: string): boolean {
  if (!name.startsWith(start) || /\p{Cc}/u.test(name)) return false;
  if (name.startsWith('.') && !start.startsWith('.')) return false;
  return !(isFolder && /\.json\.(?:cooperate|lock)$/.test(name));
}

async function looksLikeOne(peek: Peek, path: string): Promise<boolean> {
  const head = await peek.head(path, GLANCE);
  const entries = head && firstEntries(head, 1, head.length < GLANCE);
  // A table of numbers is no list of commands.
  return entries !== undefined && !/^-?\d/.test(entries[0]?.argv[0] ?? '');
}

function sorted(lying: readonly Lying[]): string[] {
  return lying.map(({ name }) => name).sort((a, b) => (a < b ? -1 : 1));
}
