import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { slotHash } from '../../src/schedule/slots.js';

/** One run as its entry wrote it down itself. */
export interface Run {
  readonly entry: string;
  readonly worker: string;
}

export interface JournalLine {
  readonly t: string;
  readonly claim?: string;
  readonly at?: string;
  readonly code?: number;
  readonly signal?: string;
}

export interface Journal {
  readonly worker: string;
  readonly bootId: string | undefined;
  /** Each once, in their order. */
  readonly lines: readonly JournalLine[];
  /** That are no JSON. */
  readonly torn: number;
}

/** What a round left on the share. */
export interface Evidence {
  readonly entries: readonly { readonly name: string; readonly isMarked: boolean }[];
  readonly runs: readonly Run[];
  /** By the cell's name: who created it. */
  readonly cells: ReadonlyMap<string, string>;
  readonly journals: readonly Journal[];
  readonly epochs: number;
  /** Beside what belongs there. */
  readonly leftovers: readonly string[];
}

const EXPECTED = new Set(['exp.json', 'exp.json.cooperate', 'runs']);

/** From a copy of the round's folder. */
export function gather(folder: string): Evidence {
  const sidecar = path.join(folder, 'exp.json.cooperate');
  const epochs = readdirSync(sidecar).filter((name) => /^\d+$/.test(name));
  const cells = new Map<string, string>();
  for (const epoch of epochs)
    for (const [name, owner] of cellsIn(path.join(sidecar, epoch, 'cells'))) cells.set(name, owner);
  return {
    entries: entriesIn(path.join(folder, 'exp.json')),
    runs: readdirSync(path.join(folder, 'runs')).map((name) => {
      const [entry = '', worker = ''] = name.split('~');
      return { entry, worker };
    }),
    cells,
    journals: epochs.flatMap((epoch) => journalsIn(path.join(sidecar, epoch, 'journals'))),
    epochs: epochs.length,
    leftovers: readdirSync(folder).filter((name) => !EXPECTED.has(name)),
  };
}

function entriesIn(file: string): Evidence['entries'] {
  const entries = JSON.parse(readFileSync(file, 'utf8')) as string[][];
  return entries.map((argv) => {
    const isMarked = argv[0] === 'executed';
    return { name: argv[isMarked ? 2 : 1] ?? '', isMarked };
  });
}

/** A cell says whose it is: it is a link to its creator's identity file. */
function* cellsIn(folder: string): Generator<readonly [string, string]> {
  const owners = new Map<number, string>();
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const stats = statSync(file);
    if (stats.isDirectory()) yield* cellsIn(file);
    if (!stats.isFile() || name.startsWith('worker.')) continue;
    let owner = owners.get(stats.ino);
    if (owner === undefined) {
      owner = (JSON.parse(readFileSync(file, 'utf8')) as { worker: string }).worker;
      owners.set(stats.ino, owner);
    }
    yield [name, owner];
  }
}

function journalsIn(folder: string): Journal[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => journalOf(name.replace('.jsonl', ''), readFileSync(path.join(folder, name), 'utf8')));
}

interface Numbered extends JournalLine {
  readonly n: number;
  readonly identity?: { readonly bootId?: string };
}

function journalOf(worker: string, text: string): Journal {
  const lines = new Map<number, Numbered>();
  let torn = 0;
  for (const line of text.split('\n').filter((line) => line !== '')) {
    try {
      const record = JSON.parse(line) as Numbered;
      if (!lines.has(record.n)) lines.set(record.n, record);
    } catch {
      torn++;
    }
  }
  const all = [...lines.values()];
  return { worker, bootId: all.find(({ identity }) => identity)?.identity?.bootId, lines: all, torn };
}

/** The slot that an entry of this argv has, as no two are equal. */
export function slotOf(argv: readonly string[]): string {
  return `${slotHash(argv)}.0`;
}
