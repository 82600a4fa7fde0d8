import { closeSync, openSync, readSync } from 'node:fs';
import { assignments, environmentOf } from './spawn-helper-request.js';
import { descendants, processes } from './spawn-proc.js';
import type { RunCommand } from './spawn.js';

/**
 * Who was started with this environment, not before that tick, by a helper that did not live to tell: the number of
 * its group, if there is anybody. An entry's environment is no other's: it holds the entry, its worker and the attempt.
 */
export function strayGroup(env: RunCommand['env'], since: number): number | undefined {
  // What others have started, and what died with nobody to tell of it, is not below us. The first process of a
  // container gets all that lost their parents.
  const ours = new Set(process.pid === 1 ? [] : descendants(process.pid));
  const wanted = assignments(environmentOf(env)).sort().join('\0');
  const stray = processes()?.find(
    ({ pid, started }) => started >= since && !ours.has(pid) && environmentAt(pid) === wanted,
  );
  return stray?.session;
}

function environmentAt(pid: number): string | undefined {
  try {
    const fd = openSync(`/proc/${pid}/environ`, 'r');
    try {
      return readToEnd(fd).toString().split('\0').slice(0, -1).sort().join('\0');
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

function readToEnd(fd: number): Buffer {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(1 << 16);
    const size = readSync(fd, piece);
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, size));
  }
}
