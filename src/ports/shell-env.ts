import { accessSync, constants, statSync } from 'node:fs';
import { realSpawner, type RunEnd, type Running } from './spawn.js';

export interface ShellRun {
  /** Prints names of its parts, an empty one, its environment and an empty one again; each ends with NUL. */
  readonly script: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd: string;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** What it and its tools say. */
  readonly onMessage: (chunk: Buffer) => void;
}

export type ShellEnd =
  | { readonly is: 'captured'; readonly env: NodeJS.ProcessEnv }
  /** `at`: the part it was in. */
  | { readonly is: 'failed'; readonly at: string | undefined; readonly end: RunEnd };

/** Runs a script by bash, or by sh where there is none, and takes over the environment that it has in the end. */
export async function shellEnvironment(run: ShellRun): Promise<ShellEnd> {
  const ended = await runBy(['bash', '--noprofile', '--norc'], run);
  const isMissing = ended.is === 'failed' && ended.end.is === 'unstartable' && ended.end.code === 'ENOENT';
  return isMissing ? runBy(['sh'], run) : ended;
}

async function runBy(
  shell: readonly string[],
  { script, env, cwd, signal, onMessage }: ShellRun,
): Promise<ShellEnd> {
  const printed: Buffer[] = [];
  const running = realSpawner().start({
    argv: [...shell, '-c', script],
    ...{ env, cwd, inherit: false },
    onOutput: (stream, chunk) => {
      if (stream === 'stdout') printed.push(Buffer.from(chunk));
      else onMessage(chunk);
    },
  });
  const end = await endedBy(running, signal);
  const [parts, variables] = blocks(Buffer.concat(printed).toString('utf8').split('\0'));
  if (end.is !== 'exited' || end.code !== 0 || !variables) return { is: 'failed', at: parts.at(-1), end };
  return { is: 'captured', env: takenOver(env, variables) };
}

/** After SIGTERM, this long until SIGKILL. */
const GRACE_MS = 2000;

async function endedBy(running: Running, signal: AbortSignal | undefined): Promise<RunEnd> {
  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    running.signal('SIGTERM');
    killing = setTimeout(() => {
      running.signal('SIGKILL');
    }, GRACE_MS);
  };
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  try {
    return await running.ended;
  } finally {
    signal?.removeEventListener('abort', stop);
    clearTimeout(killing);
  }
}

/** The variables are there when they were printed to their end; what a trap prints afterwards is none. */
function blocks(
  words: readonly string[],
): [parts: readonly string[], variables: readonly string[] | undefined] {
  const first = words.indexOf('');
  const second = words.indexOf('', first + 1);
  // Behind the last NUL there is one more, empty, that nobody printed.
  const isWhole = first >= 0 && second >= 0 && second < words.length - 1;
  return [words.slice(0, first < 0 ? -1 : first), isWhole ? words.slice(first + 1, second) : undefined];
}

/** The shell's own: of no use to anybody else, or wrong in another directory. */
const SHELLS_OWN = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'PS1']);

/** Exported functions are kept: a `module` in the entry's own shell is one. */
function takenOver(before: Readonly<NodeJS.ProcessEnv>, variables: readonly string[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(before)) if (!isShells(name)) env[name] = value;
  for (const variable of variables) {
    const equals = variable.indexOf('=', 1);
    const name = variable.slice(0, equals);
    if (equals > 0 && !SHELLS_OWN.has(name)) env[name] = variable.slice(equals + 1);
  }
  return env;
}

/** What the shell answers for; some shells pass on no name that they could not have set themselves. */
function isShells(name: string): boolean {
  return !SHELLS_OWN.has(name) && (/^[A-Za-z_]\w*$/.test(name) || name.startsWith('BASH_FUNC_'));
}

export function isFile(path: string): boolean {
  return kindOf(path) === 'file';
}

export function isFolder(path: string): boolean {
  return kindOf(path) === 'folder';
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    return undefined;
  }
}

/** Whether a command of that name would be found. */
export function isOnPath(name: string, path: string | undefined): boolean {
  return (path ?? '').split(':').some((folder) => isExecutable(`${folder || '.'}/${name}`));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return isFile(file);
  } catch {
    return false;
  }
}
