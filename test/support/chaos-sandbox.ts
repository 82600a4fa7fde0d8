import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What an entry of the chaos runs does: one line when it begins, appended in one write, so that a second execution can
 * never hide the first; whether the schedule said "executed" for it by then; and one line when it ends.
 */
const ENTRY = `mark=unmarked
grep -q "\\"executed\\",\\"sh\\",\\"entry.sh\\",\\"$1\\"" "$COOPERATE_SCHEDULE" && mark=marked
echo "start $mark $$ $COOPERATE_WORKER" >> "runs/$1"
[ "$2" = 0 ] || sleep "$2"
echo "end $$" >> "runs/$1"
`;

export interface Setting {
  /** Makes the folder of the schedule, where it is not the sandbox itself. */
  readonly place?: (dir: string) => string;
  /** What an entry does. */
  readonly entry?: string;
}

/** A folder of its own with a schedule in it, a copy of the program, and everything that runs there. */
export class Sandbox {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'cooperate-chaos-'));
  readonly schedule: string;
  readonly runs = path.join(this.dir, 'runs');
  /** Copied, so that a build meanwhile does not take the program away from under its workers. */
  readonly program = path.join(this.dir, 'program', 'bin', 'cooperate.js');
  readonly entries: readonly (readonly string[])[];

  constructor(entries: readonly (readonly string[])[], { place = (dir) => dir, entry = ENTRY }: Setting = {}) {
    this.entries = entries;
    this.schedule = path.join(place(this.dir), 'exp.json');
    mkdirSync(this.runs);
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(path.join(ROOT, part), path.join(this.dir, 'program', part), { recursive: true });
    }
    writeFileSync(path.join(this.dir, 'entry.sh'), entry);
    writeFileSync(this.schedule, `[\n${entries.map((argv) => JSON.stringify(argv)).join(',\n')}\n]\n`);
  }

  get isLocked(): boolean {
    return existsSync(`${this.schedule}.lock`);
  }

  /** What is there beside what the test itself put there. */
  leftovers(): string[] {
    const ours = new Set(['exp.json', 'exp.json.cooperate', 'runs', 'program', 'entry.sh']);
    return readdirSync(this.dir).filter((name) => !ours.has(name));
  }

  /** What is in a folder of the sidecar. */
  sidecar(folder: string): string[] {
    const at = path.join(`${this.schedule}.cooperate`, folder);
    return existsSync(at) ? readdirSync(at).sort() : [];
  }

  /** Everybody at work in this folder: workers, and what they started. */
  processes(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => pid !== process.pid && workingDirectory(pid) === this.dir);
  }

  /** Who they are, a line each. */
  who(): string {
    const about = (pid: number, name: string): string => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '?';
      }
    };
    return this.processes()
      .map((pid) => `${pid}: ${about(pid, 'stat')} ${about(pid, 'wchan')} ${about(pid, 'cmdline')}`)
      .join('\n');
  }

  /** Whoever is still at work here is killed. */
  end(): void {
    for (let left = this.processes(); left.length > 0; left = this.processes()) left.forEach(kill);
  }

  remove(): void {
    this.end();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Gone in the same moment is fine. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
