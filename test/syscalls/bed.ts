import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Begun, whether marked by then, and by whom: one line in one write, so that a second run cannot hide the first. */
const ENTRY = `mark=unmarked
grep -q "\\"executed\\", *\\"sh\\" *, *\\"entry.sh\\" *, *\\"$1\\"" "$COOPERATE_SCHEDULE" && mark=marked
echo "$mark $$ $COOPERATE_WORKER" >> "runs/$1"
`;

/** As nobody but a person would write it. */
const SCHEDULE = `[
  ["sh", "entry.sh", "one"],

 [ "sh","entry.sh" , "two" ]   ]
`;

export const ENTRIES = ['one', 'two'];

/** The program as it is built now, copied so that a build meanwhile takes it away from nobody. */
export class Program {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'cooperate-syscalls-program-'));
  readonly script = path.join(this.dir, 'bin', 'cooperate.js');
  readonly warmUp = path.join(this.dir, 'warm-up.js');

  constructor(root: string) {
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(path.join(root, part), path.join(this.dir, part), { recursive: true });
    }
    cpSync(path.join(root, 'test/syscalls/warm-up.js'), this.warmUp);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A folder with a schedule in it that nobody has touched. */
export class Bed {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'cooperate-syscalls-'));
  readonly schedule = path.join(this.dir, 's.json');
  /** Outside, so that nothing there is taken for the worker's. */
  readonly log = `${this.dir}.log`;

  constructor() {
    mkdirSync(path.join(this.dir, 'runs'));
    writeFileSync(path.join(this.dir, 'entry.sh'), ENTRY);
    writeFileSync(this.schedule, SCHEDULE);
  }

  /** The schedule is what it was, marks apart. */
  get isUntouched(): boolean {
    return this.text().replaceAll(/"executed", ?/g, '') === SCHEDULE;
  }

  text(): string {
    return readFileSync(this.schedule, 'utf8');
  }

  logText(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** What an entry has written, a line a run. */
  runs(entry: string): string[] {
    return this.list('runs').includes(entry) ? linesOf(path.join(this.dir, 'runs', entry)) : [];
  }

  list(folder: string): string[] {
    try {
      return readdirSync(path.join(this.dir, folder)).sort();
    } catch {
      return [];
    }
  }

  /** All records of all journals; what was written again after an error counts once, as it does for every reader. */
  records(): JournalLine[] {
    const records = new Map<string, JournalLine>();
    const folder = 's.json.cooperate/1/journals';
    for (const journal of this.list(folder)) {
      for (const line of linesOf(path.join(this.dir, folder, journal))) {
        const record = JSON.parse(line) as JournalLine;
        records.set(`${journal} ${record.n}`, record);
      }
    }
    return [...records.values()];
  }

  /**
   * What is left of workers that are gone. Not counted is what nobody can see and nothing hangs on: the folder of
   * one that died behind its leave, and a first heartbeat that was not finished.
   */
  leftovers(): string[] {
    const ours = new Set(['s.json', 's.json.cooperate', 'entry.sh', 'runs']);
    const beats = this.list('s.json.cooperate/1/heartbeats');
    return [
      ...this.list('.').filter((name) => !ours.has(name)),
      ...beats.filter((name) => !name.startsWith('.') || beats.includes(name.slice(1))),
    ];
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
    rmSync(this.log, { force: true });
  }
}

interface JournalLine {
  readonly n: number;
  readonly t: string;
  readonly claim: string;
  readonly entry: number;
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
