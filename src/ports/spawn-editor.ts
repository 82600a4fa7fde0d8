import { spawn } from 'node:child_process';

export type EditorEnd =
  | { readonly is: 'exited'; readonly code: number }
  | { readonly is: 'killed'; readonly signal: NodeJS.Signals };

/** Of signals that end this process, those that an editor must hear of. */
const PASSED_ON = ['SIGTERM', 'SIGHUP'] as const;
/** The keyboard sends them to the editor as well, for which they mean something else. */
const ITS_OWN = ['SIGINT', 'SIGQUIT'] as const;

/** Hands the terminal to an editor: `command` as a shell reads it, arguments and all. Resolves when it has ended. */
export function runEditor(command: string, path: string): Promise<EditorEnd> {
  const child = spawn('sh', ['-c', `${command} "$@"`, 'sh', path], { stdio: 'inherit' });
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of PASSED_ON) process.on(signal, passOn);
  for (const signal of ITS_OWN) process.on(signal, nothing);
  return new Promise<EditorEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { is: 'exited', code: code ?? 0 } : { is: 'killed', signal });
    });
  }).finally(() => {
    for (const signal of PASSED_ON) process.off(signal, passOn);
    for (const signal of ITS_OWN) process.off(signal, nothing);
  });
}

function nothing(): void {
  return;
}
