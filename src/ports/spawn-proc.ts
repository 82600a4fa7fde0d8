import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** One process, as /proc/<pid>/stat has it. */
export interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The group that its terminal listens to; -1 without a terminal. */
  readonly foreground: number;
  /** In clock ticks since the system started. */
  readonly started: number;
}

/** Everyone alive in a session; undefined where there is no /proc. */
export function sessionMembers(session: number): ProcessLine[] | undefined {
  return processes()?.filter((line) => line.session === session);
}

/** Children, grandchildren and so on; none where there is no /proc. */
export function descendants(pid: number): number[] {
  const lines = processes() ?? [];
  const found = new Set([pid]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const line of lines) if (found.has(line.parent)) found.add(line.pid);
  }
  found.delete(pid);
  return [...found];
}

/** Undefined for a zombie, who only waits to be reaped, and where there is no such process or no /proc. */
export function readProcess(pid: string): ProcessLine | undefined {
  const text = readStat(pid);
  if (text === undefined) return undefined;
  const [state = '', ...fields] = fieldsOf(text);
  if (state === 'Z' || state === 'X') return undefined;
  const [parent = 0, group = 0, session = 0, , foreground = -1] = fields.map(Number);
  const started = Number(fields[STARTED - 1]);
  return { pid: Number.parseInt(text), parent, group, session, foreground, started };
}

/** On its way out: its files are closed already, and in a moment it will be a zombie. */
const PF_EXITING = 4;
const MOMENT_MS = 50;
const NAP_MS = 0.2;
const nobody = new Int32Array(new SharedArrayBuffer(4));

/**
 * The number of the signal that killed a process of which all output has ended, 0 where none did; undefined where it
 * lives on or was reaped (in the same moment as another, or it had closed its output), and where there is no /proc.
 */
export function killedBy(pid: number): number | undefined {
  const until = performance.now() + MOMENT_MS;
  do {
    const fields = fieldsOf(readStat(String(pid)) ?? '');
    if (fields[0] === 'Z') return Number(fields[EXIT_CODE]) & 127;
    if (!(Number(fields[FLAGS]) & PF_EXITING)) return undefined;
    // Not by a timer: the next turn of the event loop reaps it.
    Atomics.wait(nobody, 0, 0, NAP_MS);
  } while (performance.now() < until);
  return undefined;
}

/** Counted from the state on. */
const FLAGS = 6;
const STARTED = 19;
const EXIT_CODE = 49;

/** The name in parentheses may hold anything, parentheses and spaces too. */
function fieldsOf(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

export function processes(): ProcessLine[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return names.flatMap((name) => readProcess(name) ?? []);
  } catch {
    return undefined;
  }
}

const stat = Buffer.alloc(1024);

function readStat(pid: string): string | undefined {
  try {
    const fd = openSync(`/proc/${pid}/stat`, 'r');
    try {
      return stat.toString('latin1', 0, readSync(fd, stat));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
