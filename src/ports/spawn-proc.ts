import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

/** One process, as /proc/<pid>/stat has it. */
export interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** The group that its terminal listens to; -1 without a terminal. */
  readonly foreground: number;
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
  // The name in parentheses may hold anything, parentheses and spaces too.
  const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ', 6);
  if (state === 'Z' || state === 'X') return undefined;
  const [parent = 0, group = 0, session = 0, , foreground = -1] = fields.map(Number);
  return { pid: Number.parseInt(text), parent, group, session, foreground };
}

function processes(): ProcessLine[] | undefined {
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
