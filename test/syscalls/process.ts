import { spawn, spawnSync } from 'node:child_process';

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** Both streams as they came. */
  readonly said: string;
  /** It was still there after that long, and was killed. */
  readonly hung: boolean;
}

/** Only what a program needs of the environment: what a shell happens to export must change nothing. */
const ENV = { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', NO_COLOR: '1' };

export function runProcess(
  argv: readonly [string, ...string[]],
  cwd: string,
  env: NodeJS.ProcessEnv,
  limitMs: number,
): Promise<Ended> {
  const [file, ...args] = argv;
  const child = spawn(file, args, {
    cwd,
    env: { ...ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const chunks: Buffer[] = [];
  let hung = false;
  const limit = setTimeout(() => {
    hung = true;
    // With everything it has started.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, limitMs);
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      const said = Buffer.concat(chunks).toString();
      resolve({ code: code ?? undefined, signal: signal ?? undefined, said, hung });
    });
  });
}

/** Why nothing can be struck here; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'strace is for Linux';
  const tried = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error) return 'strace is not installed';
  if (tried.status !== 0) return `strace may not trace here: ${tried.stderr.trim().split('\n')[0] ?? ''}`;
  return undefined;
}
