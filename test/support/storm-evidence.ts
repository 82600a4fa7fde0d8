import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sandbox } from './chaos-sandbox.js';

/** One execution, as the entry itself wrote it down outside the disk that was full. */
export interface Execution {
  readonly name: string;
  /** `slot.generation`, the claim that it ran for. */
  readonly claim: string;
  readonly worker: string;
  /** Undefined: it did not come to its end. */
  readonly code: number | undefined;
}

export function executionsOf(sandbox: Sandbox): Execution[] {
  return readdirSync(sandbox.runs).flatMap((name) => executionsIn(path.join(sandbox.runs, name), name));
}

function executionsIn(file: string, name: string): Execution[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const ends = new Map<string, number>();
  const starts: Omit<Execution, 'code'>[] = [];
  const keys: string[] = [];
  for (const line of lines) {
    const [what, id = '', attempt = '1', pid, worker = '', code] = line.split(' ');
    const key = `${id} ${attempt} ${pid} ${worker}`;
    if (what === 'end') ends.set(key, Number(code));
    else {
      starts.push({ name, claim: `${id}.${Number(attempt) - 1}`, worker });
      keys.push(key);
    }
  }
  return starts.map((start, i) => ({ ...start, code: ends.get(keys[i] ?? '') }));
}

export interface Journals {
  /** By claim. */
  readonly ends: ReadonlyMap<string, { readonly code: number | undefined; readonly times: number }>;
  readonly starts: ReadonlyMap<string, number>;
  readonly torn: number;
  readonly epochs: number;
  readonly requeues: number;
  /** Files that came into place by a rename after which theirs was not the newest revision any more. */
  readonly sleepers: number;
  /** Milliseconds from the end of one entry to the start of the next, where a claim lay between; not of `skip`. */
  readonly claimMs: readonly number[];
}

interface Line {
  readonly n: number;
  readonly t: string;
  readonly claim: string;
  readonly at: string;
  readonly code?: number;
  readonly print?: string;
  readonly revision?: number;
  readonly identity?: { readonly pid: number };
}

export function journalsOf(sandbox: Sandbox, skip: ReadonlySet<number>): Journals {
  const ends = new Map<string, { code: number | undefined; times: number }>();
  const starts = new Map<string, number>();
  const claimMs: number[] = [];
  const revisions = new Map<string, Set<number>>();
  let torn = 0;
  const epochs = sandbox.sidecar('.').filter((name) => /^\d+$/.test(name));
  for (const epoch of epochs) {
    for (const journal of sandbox.sidecar(`${epoch}/journals`)) {
      const lines = readFileSync(`${sandbox.schedule}.cooperate/${epoch}/journals/${journal}`, 'utf8');
      const records = lines
        .split('\n')
        .filter((line) => line !== '')
        .map(parsed);
      torn += records.filter((record) => record === undefined).length;
      const whole = withoutRepeats(records.filter((record) => record !== undefined));
      for (const { t, claim, code, print = '', revision = 0 } of whole) {
        if (t === 'revision') revisions.set(print, (revisions.get(print) ?? new Set()).add(revision));
        if (t === 'start') starts.set(claim, (starts.get(claim) ?? 0) + 1);
        if (t === 'end') ends.set(claim, { code, times: (ends.get(claim)?.times ?? 0) + 1 });
      }
      if (!skip.has(whole[0]?.identity?.pid ?? -1)) claimMs.push(...claimTimes(whole));
    }
  }
  const cells = epochs.flatMap((epoch) => sandbox.sidecar(`${epoch}/cells`));
  const requeues = cells.filter((name) => name.endsWith('.requeued')).length;
  const sleepers = [...revisions.values()].filter(({ size }) => size > 1).length;
  return { ends, starts, torn, epochs: epochs.length, requeues, sleepers, claimMs };
}

/** As readers take them: what a full disk tore is written once more, with its numbers. */
function withoutRepeats(lines: readonly Line[]): Line[] {
  let last = -Infinity;
  return lines.filter(({ n }) => n > last && ((last = n), true));
}

function claimTimes(records: readonly Line[]): number[] {
  const times: number[] = [];
  let ended: number | undefined;
  let claimed = false;
  for (const { t, at } of records) {
    if (t === 'claim') claimed = true;
    if (t === 'end') [ended, claimed] = [Date.parse(at), false];
    if (t !== 'start') continue;
    if (ended !== undefined && claimed) times.push(Date.parse(at) - ended);
    ended = undefined;
  }
  return times;
}

function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

/** What the editor did, a line each. */
export function editsOf(sandbox: Sandbox): Edit[] {
  const file = path.join(sandbox.dir, 'edits');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Edit);
}

export interface Edit {
  readonly kind: 'old copy' | 'add' | 'again';
  readonly how: 'in place' | 'rename';
  readonly from: number;
  readonly to: number;
  readonly name?: string;
  readonly outcome?: 'merged' | 'as saved' | 'kept beside' | 'displaced';
}
