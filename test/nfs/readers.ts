import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Bed } from './bed.js';

/** What reader.js says. */
interface Line {
  readonly polls: number;
  readonly invalid: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly first: string;
  readonly runs: number;
  readonly ends: readonly string[];
}

/** In every guest somebody reads the schedule all the time; on the server also the journals, as they grow. */
export class Readers {
  polls = 0;
  invalid = 0;
  runs = 0;
  readonly errors: Record<string, number> = {};
  readonly wrong: string[] = [];
  /** Ends that were seen in a journal. */
  readonly witnessed = new Set<string>();
  readonly #bed: Bed;
  readonly #command: string;
  readonly #children = new Map<number, ChildProcess>();

  constructor(bed: Bed, command: string) {
    this.#bed = bed;
    this.#command = command;
  }

  startIn(guest: number): void {
    const child = this.#bed.spawn(guest, `${this.#command} exp.json 300 ${guest === 0 ? '--tail' : ''}`);
    this.#children.set(guest, child);
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#heard(guest, line));
  }

  stopIn(guest: number): void {
    this.#children.get(guest)?.kill('SIGKILL');
    this.#children.delete(guest);
  }

  stop(): void {
    for (const guest of [...this.#children.keys()]) this.stopIn(guest);
  }

  #heard(guest: number, text: string): void {
    const line = JSON.parse(text) as Line;
    this.polls += line.polls;
    this.invalid += line.invalid;
    if (line.first !== '') this.wrong.push(`read in guest ${guest}: ${line.first}`);
    for (const [code, count] of Object.entries(line.errors))
      this.errors[code] = (this.errors[code] ?? 0) + count;
    this.runs = Math.max(this.runs, line.runs);
    for (const end of line.ends) this.witnessed.add(end);
  }
}
