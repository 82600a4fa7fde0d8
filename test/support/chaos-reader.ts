import { fileURLToPath } from 'node:url';
import { ChaosProcess } from './chaos-process.js';
import type { Sandbox } from './chaos-sandbox.js';

export interface Readings {
  readonly polls: number;
  readonly invalid: number;
  readonly ahead: number;
  readonly fewer: number;
  readonly marked: number;
  readonly first: string;
}

const READER = fileURLToPath(new URL('../chaos/reader.js', import.meta.url));

/** Starts a process that reads the schedule without pause; the function it returns ends it and says what it saw. */
export function startReader(sandbox: Sandbox): () => Promise<Readings> {
  const args = [sandbox.schedule, sandbox.runs, String(sandbox.entries.length)];
  const reader = new ChaosProcess(READER, args, sandbox.dir, {});
  return async () => {
    reader.signal('SIGTERM');
    await reader.exited;
    return JSON.parse(reader.output) as Readings;
  };
}
