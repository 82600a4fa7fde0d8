/** How a short helper command ended. */
export type CommandResult =
  | { readonly ended: 'exit'; readonly exitCode: number; readonly stdout: string; readonly stderr: string }
  | { readonly ended: 'not-found' | 'timeout' | 'failed' };

/**
 * Runs a helper program found on PATH, without input, and gives it `timeoutMs` (milliseconds) to answer.
 * Never fails. Without an environment given it has this process's, and its messages come in English for us to read.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  timeoutMs: number,
  env: Readonly<NodeJS.ProcessEnv> = { ...process.env, LC_ALL: 'C' },
): Promise<CommandResult> {
  const { execa } = await import('execa'); // only now: starting cooperate should not pay for it
  const subprocess = execa(file, args, {
    reject: false,
    stdin: 'ignore',
    env,
    extendEnv: false,
    detached: true, // a process group of its own, to end together
  });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<CommandResult>((resolve) => {
    timer = setTimeout(() => {
      abandon(subprocess);
      resolve({ ended: 'timeout' });
    }, timeoutMs);
  });
  const answer = subprocess.then((result): CommandResult => {
    const { exitCode, stdout, stderr, code } = result;
    if (exitCode !== undefined) return { ended: 'exit', exitCode, stdout, stderr };
    return { ended: code === 'ENOENT' ? 'not-found' : 'failed' };
  });
  return Promise.race([answer, timeout]).finally(() => {
    clearTimeout(timer);
  });
}

/** Ends a helper and all it started; one that hangs in the kernel survives even that, and nobody waits for it. */
function abandon(subprocess: { readonly pid?: number; unref(): void }): void {
  try {
    if (subprocess.pid !== undefined) process.kill(-subprocess.pid, 'SIGKILL');
  } catch {
    // ended meanwhile
  }
  subprocess.unref();
}
