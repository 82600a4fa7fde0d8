import { readdirSync, readFileSync } from 'node:fs';
import type { ChaosProcess } from './chaos-process.js';

export interface Hit {
  readonly worker: ChaosProcess;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
  /** It held the lock when it had come to a halt. */
  readonly held: boolean;
  readonly at: number;
}

const HOLDER = /-(\d+)-[0-9a-f]+\.\d+$/;
const HALTED_WITHIN_MS = 20;

/** The process that holds the lock, as its owner file says; the mutant, whose lock is empty, writes a note. */
export function holderOf(schedule: string): number | undefined {
  try {
    const [name] = readdirSync(`${schedule}.lock`);
    const pid = name === undefined ? readFileSync(`${schedule}.holder`, 'utf8') : HOLDER.exec(name)?.[1];
    return pid === undefined ? undefined : Number(pid);
  } catch {
    return undefined;
  }
}

/** Waits without a pause for somebody to hold the lock, and hits just that one; undefined when nobody came, or who holds it is stopped. */
export function hitHolder(
  schedule: string,
  workers: readonly ChaosProcess[],
  signal: Hit['signal'],
  patienceMs: number,
): Hit | undefined {
  for (const end = performance.now() + patienceMs; performance.now() < end;) {
    const pid = holderOf(schedule);
    const worker = pid === undefined ? undefined : workers.find((one) => one.pid === pid);
    if (worker?.stopped) return undefined;
    if (!worker || worker.over) continue;
    return { ...hit(worker, signal), held: holderOf(schedule) === pid };
  }
  return undefined;
}

/** Returns when the process has come to a halt. */
export function hit(worker: ChaosProcess, signal: Hit['signal']): Hit {
  if (signal === 'SIGSTOP') worker.stop();
  else worker.signal(signal);
  const at = performance.now();
  while (!isHalted(worker.pid) && performance.now() < at + HALTED_WITHIN_MS);
  return { worker, signal, held: false, at };
}

function isHalted(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[TZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}
