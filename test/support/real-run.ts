import { readdirSync } from 'node:fs';
import { readProcess } from '../../src/ports/spawn-proc.js';
import { realSpawner, type RunCommand, type RunEnd, type Running } from '../../src/ports/spawn.js';
import type { Graces } from '../../src/ports/spawn-leftovers.js';

export const SHORT: Graces = { settleMs: 40, terminateMs: 40, killMs: 2000 };

export interface RealRun extends Running {
  readonly out: () => string;
  readonly err: () => string;
}

/** Starts a real process and collects what it prints. */
export function startReal(
  argv: readonly string[],
  options: Partial<RunCommand> & { readonly graces?: Graces } = {},
): RealRun {
  const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
  const { graces, ...command } = options;
  const running = realSpawner(graces).start({
    argv,
    env: process.env,
    inherit: false,
    onOutput: (stream, chunk) => void chunks[stream].push(chunk),
    ...command,
  });
  return {
    get pid() {
      return running.pid;
    },
    signal: (signal) => running.signal(signal),
    ended: running.ended,
    out: () => Buffer.concat(chunks.stdout).toString(),
    err: () => Buffer.concat(chunks.stderr).toString(),
  };
}

export async function runReal(
  argv: readonly string[],
  options: Partial<RunCommand> & { readonly graces?: Graces } = {},
): Promise<{ readonly end: RunEnd; readonly out: string; readonly err: string }> {
  const run = startReal(argv, options);
  const end = await run.ended;
  return { end, out: run.out(), err: run.err() };
}

export const sh = (script: string): string[] => ['sh', '-c', script];

export function isAlive(pid: number): boolean {
  return readProcess(String(pid)) !== undefined;
}

export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
