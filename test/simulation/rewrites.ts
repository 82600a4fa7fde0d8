import type { MemoryFileSystem } from '../support/fs-memory.js';
import type { Call } from './mount.js';
import { SCHEDULE, type Process } from './process.js';

/** What the schedule says: its entries without marks, and how many marks each command has. */
export interface Said {
  readonly entries: string;
  readonly marks: ReadonlyMap<string, number>;
}

/**
 * Whether what a worker puts in the schedule's place may take something away. It may in the window that docs/protocol.md
 * publishes: the lock was the worker's own once more after it had written what it puts there, and was taken from it since.
 */
export class Rewrites {
  readonly #fs: MemoryFileSystem;
  readonly #keepsSaves: boolean;
  readonly #fail: (what: string) => Error;
  /** Who had the lock when they last asked, after they had written their temporary file. */
  readonly #proven = new Set<Process>();
  /** How often somebody had saved when they last looked at the schedule. */
  readonly #savesAtLook = new Map<Process, number>();
  /** How often anybody had replaced it by then. */
  readonly #replacedAtLook = new Map<Process, number>();
  #replaced = 0;
  /** Commands of which marks got lost in the window: those that came since cannot be told from those that came back. */
  readonly #excused = new Set<string>();
  /** What was put back meanwhile and has its mark again. */
  readonly #markedAgain = new Set<string>();
  /** The user's last word; and the older ones that came back in the window. */
  #wanted = new Set<string>();
  /** Saved when a rewrite was about to come: merged back later, as the newest where the entries are as that left them. */
  readonly #late = new Set<string>();
  /** The user's last word was undone in the window. */
  #isUndone = false;
  /** Some word of the user's was: what it had taken out came back as it was, marks included. */
  hasUndone = false;
  #saves = 0;
  #writer: Process | undefined;

  constructor(fs: MemoryFileSystem, keepsSaves: boolean, fail: (what: string) => Error) {
    this.#fs = fs;
    this.#keepsSaves = keepsSaves;
    this.#fail = fail;
  }

  saved(wanted: string, isLate: boolean): void {
    this.#wanted = new Set([wanted]);
    this.#isUndone = false;
    if (isLate) this.#late.add(wanted);
    this.#saves++;
  }

  isWanted(entries: string): boolean {
    return this.#wanted.has(entries);
  }

  hasExcuse(command: string): boolean {
    return this.#excused.has(command);
  }

  isMarkedAgain(command: string): boolean {
    return this.#markedAgain.has(command);
  }

  asked(by: Process, { operation, path }: Call): void {
    if (operation !== 'fingerprint' || path !== SCHEDULE) return;
    this.#savesAtLook.set(by, this.#saves);
    this.#replacedAtLook.set(by, this.#replaced);
  }

  made(by: Process, { operation, path, to = '' }: Call): void {
    if (operation === 'write' && path.endsWith('.new')) this.#proven.delete(by);
    if (operation !== 'rename') return;
    if (path.includes('.lock/') && to.includes('.lock/')) this.#proven.add(by);
    if (to !== SCHEDULE) return;
    this.#writer = by;
    this.#replaced++;
  }

  async compare(before: Said, after: Said): Promise<void> {
    const by = this.#writer;
    this.#writer = undefined;
    if (!by) return;
    const holder = await this.#holder();
    const isRobbed = holder !== by.identity.worker;
    const isInWindow = isRobbed && this.#proven.has(by);
    const unmarked = [...before.marks].flatMap(([command, marks]) =>
      marks > (after.marks.get(command) ?? 0) ? [command] : [],
    );
    if (isInWindow) {
      for (const command of unmarked) this.#excused.add(command);
      for (const [command, marks] of after.marks)
        if (marks > (before.marks.get(command) ?? 0)) {
          this.#markedAgain.add(command);
          // Who has the lock may be about to replace this one.
          this.#excused.add(command);
        }
    }
    if (!isInWindow && isRobbed && holder !== undefined && unmarked.length > 0)
      throw this.#fail(
        `${by.identity.worker} takes the mark of ${unmarked.join(' ')}, and ${holder} has the lock`,
      );
    if (after.entries === before.entries || this.isWanted(after.entries)) return;
    // What it has kept is not what it replaces: a sleeper has put that there meanwhile.
    const isOverSleeper = this.#replacedAtLook.get(by) !== this.#replaced - 1;
    if (isInWindow || isOverSleeper) this.#isUndone = this.hasUndone = true;
    if (this.#isUndone || this.#late.has(after.entries)) this.#wanted.add(after.entries);
    else if (this.#keepsSaves && this.#savesAtLook.get(by) === this.#saves)
      throw this.#fail(`${by.identity.worker} makes ${before.entries} into ${after.entries}`);
  }

  async #holder(): Promise<string | undefined> {
    const [name] = await this.#fs.list(`${SCHEDULE}.lock`).catch((): string[] => []);
    return name?.slice(0, name.lastIndexOf('.'));
  }
}
