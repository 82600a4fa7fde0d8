import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export type EditorEnd =
  { readonly is: 'exited'; readonly code: number } | { readonly is: 'killed'; readonly signal: NodeJS.Signals };

/** Of signals that end this process, those that an editor must hear of. */
const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const;
/** The keyboard sends them to the editor as well, for which they mean something else. */
const ITS_OWN = ['SIGINT', 'SIGQUIT'] as const;

/** A program and its arguments, and nothing that is for a shell to do. */
const SIMPLE = /^[\w@%+:,./~-][\w@%+=:,./~ '"\\-]*$/;

/** Hands the terminal to an editor: `command` as a shell reads it, arguments and all. Resolves when it has ended. */
export function runEditor(command: string, path: string): Promise<EditorEnd> {
  // In the shell's place where that can be, so that signals reach it.
  const line = SIMPLE.test(command) ? `exec ${command} "$@"` : `${command} "$@"`;
  const child = spawn('sh', ['-c', line, 'sh', path], { stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, passOn);
  for (const signal of ITS_OWN) process.on(signal, nothing);
  return new Promise<EditorEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const killedBy = signal ?? signalOf(code ?? 0);
      resolve(killedBy === undefined ? { is: 'exited', code: code ?? 0 } : { is: 'killed', signal: killedBy });
    });
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, passOn);
    for (const signal of ITS_OWN) process.off(signal, nothing);
  });
}

/** The shell tells of an editor that was killed by an exit code. */
function signalOf(code: number): NodeJS.Signals | undefined {
  const found = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return found?.[0] as NodeJS.Signals | undefined;
}

function nothing(): void {
  return;
}
