import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Sandbox } from './chaos-sandbox.js';

/** What a run left behind, read without any of the program's own code. */
export interface Evidence {
  /** Executions by record name. */
  readonly executions: ReadonlyMap<string, number>;
  readonly twice: readonly string[];
  /** Executions that began before the schedule said "executed" for them. */
  readonly unmarked: readonly string[];
  /** Entries of the schedule without a mark. */
  readonly pending: number;
  /** The entries as they are without marks, in file order. */
  readonly argvs: readonly (readonly string[])[];
  /** How often each claim was started and ended, as the journals say. */
  readonly starts: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<string, number>;
  /** By claim: the entry's index. */
  readonly entryOf: ReadonlyMap<string, number>;
  /** Names of all cells. */
  readonly cells: readonly string[];
  /** Journal lines that are no JSON. */
  readonly torn: number;
}

export function gather(sandbox: Sandbox): Evidence {
  const executions = new Map<string, number>();
  const unmarked: string[] = [];
  for (const name of readdirSync(sandbox.runs)) {
    const begun = begunIn(sandbox, name);
    executions.set(name, begun.length);
    if (begun.some((line) => line.startsWith('start unmarked'))) unmarked.push(name);
  }
  const file = JSON.parse(readFileSync(sandbox.schedule, 'utf8')) as string[][];
  return {
    executions,
    unmarked,
    twice: [...executions].flatMap(([name, count]) => (count > 1 ? [name] : [])),
    pending: file.filter(([first]) => first !== 'executed').length,
    argvs: file.map((argv) => (argv[0] === 'executed' ? argv.slice(1) : argv)),
    ...journals(sandbox),
  };
}

/** Asked while workers are at work. */
export function ranTwice(sandbox: Sandbox): boolean {
  return readdirSync(sandbox.runs).some((name) => begunIn(sandbox, name).length > 1);
}

function begunIn(sandbox: Sandbox, name: string): string[] {
  return lines(path.join(sandbox.runs, name)).filter((line) => !line.startsWith('end '));
}

interface Line {
  readonly t: string;
  readonly claim: string;
  readonly entry: number;
}

function journals(sandbox: Sandbox): Pick<Evidence, 'starts' | 'ends' | 'entryOf' | 'cells' | 'torn'> {
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  const entryOf = new Map<string, number>();
  const cells: string[] = [];
  let torn = 0;
  for (const epoch of sandbox.sidecar('.').filter((name) => /^\d+$/.test(name))) {
    cells.push(...sandbox.sidecar(`${epoch}/cells`).filter((name) => !name.startsWith('worker.')));
    for (const journal of sandbox.sidecar(`${epoch}/journals`)) {
      for (const line of lines(`${sandbox.schedule}.cooperate/${epoch}/journals/${journal}`)) {
        const record = parsed(line);
        if (!record) torn++;
        else if (record.t === 'start' || record.t === 'end') {
          const counts = record.t === 'start' ? starts : ends;
          counts.set(record.claim, (counts.get(record.claim) ?? 0) + 1);
          entryOf.set(record.claim, record.entry);
        }
      }
    }
  }
  return { starts, ends, entryOf, cells, torn };
}

function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

function lines(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}

/** Claims that were started and never ended. */
export function startedWithoutEnd({ cells, ends }: Evidence): string[] {
  const started = cells
    .filter((name) => name.endsWith('.start'))
    .map((name) => name.slice(0, -'.start'.length));
  const requeued = new Set(cells.filter((name) => name.endsWith('.requeued')));
  return started.filter((claim) => !ends.has(claim) && !requeued.has(`${claim}.requeued`));
}
