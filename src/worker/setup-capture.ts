import { Failure } from '../failure.js';
import { shellEnvironment, type ShellEnd } from '../ports/shell-env.js';
import type { Setup } from './setup.js';
import { Tail } from './tail.js';

export interface CaptureOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly directory: string;
  /** Leaves the set-up, however it hangs. */
  readonly signal?: AbortSignal | undefined;
}

/** What entries get instead of the worker's own environment; undefined when the signal came first. */
export async function capturedEnvironment(
  { script, what }: Setup,
  { env, directory, signal }: CaptureOptions,
): Promise<NodeJS.ProcessEnv | undefined> {
  const said = new Tail();
  const ended = await shellEnvironment({
    ...{ script, env, cwd: directory, signal },
    onMessage: (chunk) => {
      said.add(chunk);
    },
  });
  if (signal?.aborted) return undefined;
  if (ended.is === 'captured') return ended.env;
  throw failure(ended, what, said.lines());
}

const SHOWN_LINES = 8;
const LONGEST_LINE = 300;

function failure(
  { at, end }: Extract<ShellEnd, { is: 'failed' }>,
  what: string,
  lines: readonly string[],
): Failure {
  const words = lines.filter((line) => line.trim() !== '').slice(-SHOWN_LINES);
  const shown = words.map((line) => `\n  ${line.slice(0, LONGEST_LINE)}`).join('');
  return new Failure({
    reason: 'usage',
    problem: `${at ?? what} ${how(end)}${shown === '' ? '.' : `:${shown}`}`,
    remedy: 'Nothing was claimed or run.',
  });
}

function how(end: Extract<ShellEnd, { is: 'failed' }>['end']): string {
  switch (end.is) {
    case 'unstartable':
      return `needs bash or sh, which could not be started (${end.problem})`;
    case 'killed':
      return `was killed by ${end.signal}`;
    case 'exited':
      return end.code === 0
        ? 'left the shell before its environment was known'
        : `failed with exit code ${end.code}`;
  }
}
