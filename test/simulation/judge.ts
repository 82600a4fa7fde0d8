import { sidecarOf } from '../../src/claim/sidecar.js';
import { claimName, parseCellName, type ClaimId } from '../../src/claim/names.js';
import { parseJournalLine, type EndRecord } from '../../src/journal/records.js';
import { slotHash } from '../../src/schedule/slots.js';
import type { MemoryFileSystem } from '../support/fs-memory.js';
import type { FakeRun } from '../support/fake-spawner.js';
import { pretty } from '../support/protocol.js';
import type { Call } from './mount.js';
import { SCHEDULE, type Process } from './process.js';
import { Rewrites } from './rewrites.js';

/** An invariant of the protocol that does not hold. */
export class Violation extends Error {
  constructor(
    readonly invariant: string,
    what: string,
  ) {
    super(`${invariant}: ${what}`);
    this.name = 'Violation';
  }
}

interface Spawned {
  readonly by: Process;
  readonly command: string;
  readonly claim: string;
  /** With its epoch. */
  readonly name: string;
  ended: boolean;
}

/** A copy that a person has in an editor. */
export interface Opened {
  readonly text: string;
  readonly at: number;
}

interface Save {
  readonly openedAt: number;
  readonly isOld: boolean;
  readonly inPlace: boolean;
  /** Somebody is about to replace the file. */
  readonly isLate: boolean;
}

interface JournalSeen {
  readonly epoch: string;
  readonly by: string;
  readonly left: boolean;
  readonly ends: readonly EndRecord[];
}

/** Sees everything at once, as nobody in the world does, and compares it with the invariants. */
export class Judge {
  readonly #fs: MemoryFileSystem;
  readonly #spawned: Spawned[] = [];
  /** What copies a person has opened so far, and when. */
  readonly opened: Opened[] = [];
  /** The user's last word, without marks, in order. */
  #wanted: string[] = [];
  /** Commands that an old copy was saved with a mark of: that is the user's word as well. */
  readonly #markedByHand = new Set<string>();
  /** How often somebody had saved when the mark for a claim was due, and whose it is, by its name with its epoch. */
  readonly #claims = new Map<string, { readonly by: Process; readonly saves: number }>();
  /** Claims whose generation is over. */
  readonly #over = new Set<string>();
  /** Those that somebody has just ended, of claims made after the newest copy was opened that was saved. */
  #unasked: string[] = [];
  /** When claims were made, by their names with their epochs. */
  readonly #claimedAt = new Map<string, number>();
  #knows = 0;
  #moment = 0;
  readonly #rewrites: Rewrites;
  #keepsSaves: boolean;
  #marks: ReadonlyMap<string, number> = new Map();
  /** Without marks. */
  #entries = '';
  #saves = 0;
  #pending = 0;
  #seen = '';
  #violation: Violation | undefined;

  constructor(
    fs: MemoryFileSystem,
    keepsSaves: boolean,
    /** Nobody puts back what may run. */
    private readonly takesNothingBack: boolean,
    /** What may run is put back when it is proven dead, or never; and nothing by a command. */
    private readonly takesBackDead: boolean,
  ) {
    this.#fs = fs;
    this.#keepsSaves = keepsSaves;
    this.#rewrites = new Rewrites(fs, keepsSaves, (what) =>
      this.fail("the user's file stays the user's", what),
    );
  }

  /** Remembered as well: who it is thrown at may swallow it. */
  fail(invariant: string, what: string): Violation {
    return (this.#violation ??= new Violation(invariant, what));
  }

  get spawns(): number {
    return this.#spawned.length;
  }

  /** Nothing is left to do. */
  get isDone(): boolean {
    return this.#pending === 0;
  }

  async begin(entries: string[][]): Promise<void> {
    await this.save(entries, { openedAt: 0, isOld: false, inPlace: true, isLate: false });
  }

  async open(): Promise<Opened> {
    const { bytes } = await this.#fs.read(SCHEDULE);
    const opened = { text: bytes.toString(), at: this.#moment };
    this.opened.push(opened);
    return opened;
  }

  /** As an editor that writes the file in place, or a new one and renames it. */
  async save(entries: string[][], { openedAt, isOld, inPlace, isLate }: Save): Promise<string> {
    this.#knows = Math.max(this.#knows, openedAt);
    this.#wanted = entries.map(withoutMark);
    this.#rewrites.saved(this.#wanted.join(' '), isLate);
    if (isOld)
      for (const [first, command = ''] of entries) if (first === 'executed') this.#markedByHand.add(command);
    const written = inPlace ? SCHEDULE : '/work/exp.json~';
    await this.#fs.write(written, Buffer.from(pretty(entries)));
    if (!inPlace) await this.#fs.rename(written, SCHEDULE);
    this.#saves++;
    await this.look();
    return `${inPlace ? 'in place' : 'by rename'}${isOld ? ' an old copy' : ''}: ${entries.map((entry) => entry.join('-')).join(' ')}`;
  }

  /** Every reader, at any moment, reads a whole schedule. */
  async look(): Promise<void> {
    if (this.#violation) throw this.#violation;
    this.#moment++;
    if (this.#unasked.length > 0) await this.#checkUnasked();
    const { ino, mtimeNs } = await this.#fs.fingerprint(SCHEDULE).catch(() => {
      throw this.fail('always valid JSON', 'the schedule is not there');
    });
    const print = `${ino}.${mtimeNs}`;
    if (print === this.#seen) return;
    this.#seen = print;
    const before = { entries: this.#entries, marks: this.#marks };
    const marks = new Map<string, number>();
    this.#pending = 0;
    const entries = parsed(await this.#text(), (why) => this.fail('always valid JSON', why));
    for (const entry of entries) {
      const [first, command = ''] = entry;
      if (first !== 'executed') this.#pending++;
      else marks.set(command, (marks.get(command) ?? 0) + 1);
    }
    this.#marks = marks;
    this.#entries = entries.map(withoutMark).join(' ');
    await this.#rewrites.compare(before, { entries: this.#entries, marks });
  }

  /** Without the link to what is replaced, a save that falls into the rewrite is gone: docs/protocol.md says so. */
  refused({ operation, path }: Call): void {
    if (operation === 'link' && path === SCHEDULE) this.#keepsSaves = false;
  }

  asked(by: Process, call: Call): void {
    this.#rewrites.asked(by, call);
  }

  /** Also when its reply gets lost. */
  made(by: Process, call: Call): void {
    this.#rewrites.made(by, call);
    const [, epoch, name = ''] = /\/(\d+)\/cells\/(?:..\/)?([^/]+)$/.exec(call.to ?? call.path) ?? [];
    const cell = parseCellName(name);
    if (!cell) return;
    const claim = `${epoch}/${claimName(cell.id)}`;
    if (cell.kind === 'claim') {
      this.#claimed(by, `${epoch}/`, cell.id);
      this.#claimedAt.set(claim, this.#moment);
    }
    if (cell.kind !== 'requeued') return;
    this.#over.add(claim);
    if (this.takesBackDead && (this.#claimedAt.get(claim) ?? Infinity) > this.#knows) this.#unasked.push(claim);
  }

  /** Nobody who saved can have seen that they were claimed: none of them may have succeeded. */
  async #checkUnasked(): Promise<void> {
    const unasked = new Set(this.#unasked);
    this.#unasked = [];
    for (const { epoch, ends } of await this.#journals())
      for (const { claim, code, interrupted = false } of ends)
        if (unasked.has(`${epoch}/${claim}`) && code === 0 && !interrupted)
          throw this.fail('never twice', `${claim} is offered again, and it has succeeded`);
  }

  /** What runs once more keeps the mark that it has. */
  #claimed(by: Process, epoch: string, id: ClaimId): void {
    const before = this.#claims.get(epoch + claimName({ ...id, generation: id.generation - 1 }));
    this.#claims.set(epoch + claimName(id), before?.by === by ? before : { by, saves: this.#saves });
  }

  spawned(by: Process, run: FakeRun): void {
    const { argv, env } = run.command;
    const command = argv.join(' ');
    const claim = `${env['COOPERATE_ID'] ?? ''}.${Number(env['COOPERATE_ATTEMPT']) - 1}`;
    const name = `${by.epochOf(claim)}/${claim}`;
    const before = this.#spawned.find((one) => one.name === name);
    if (before)
      throw this.fail('never twice', `${command} by ${before.by.identity.worker} and ${by.identity.worker}`);
    if (this.#over.has(name))
      throw this.fail(
        'never twice',
        `${command} by ${by.identity.worker}, put back before: another may run it`,
      );
    const spawned: Spawned = { by, command, claim, name, ended: false };
    this.#spawned.push(spawned);
    void run.ended.then(() => (spawned.ended = true));
    const needed = this.#spawned.filter(
      (one) => one.command === command && this.#needsMark(one, spawned),
    ).length;
    if ((this.#marks.get(command) ?? 0) < needed && !this.#rewrites.hasExcuse(command))
      throw this.fail('marked before spawned', `${command} has no mark when ${by.identity.worker} runs it`);
  }

  /** Nobody has saved since it was claimed. Others of an equal command need marks of their own while they run. */
  #needsMark(one: Spawned, now: Spawned): boolean {
    if (this.#claims.get(one.name)?.saves !== this.#saves) return false;
    return one === now || (this.takesNothingBack && !one.ended && !one.by.isDead && !this.#over.has(one.name));
  }

  async hasLeft(worker: string): Promise<boolean> {
    return (await this.#journals()).some(({ by, left }) => by === worker && left);
  }

  /** After all trouble is over and everybody has done what they could. */
  async end(processes: readonly Process[]): Promise<void> {
    await this.look();
    if (this.#keepsSaves) await this.#checkText();
    const ends = (await this.#journals()).flatMap(({ by, ends }) => ends.map(({ claim }) => `${by} ${claim}`));
    const known = new Set(ends);
    for (const { by, command, claim, ended } of this.#spawned) {
      // A second signal says: leave at once.
      if (ended && !by.isDead && !by.stop.killing.aborted && !known.has(`${by.identity.worker} ${claim}`))
        throw this.fail(
          'nothing lost',
          `no record of the end of ${command} by ${by.identity.worker}, which told: ${JSON.stringify([by.notices.slice(-2), by.trouble])}`,
        );
    }
    const entries = JSON.parse(await this.#text()) as string[][];
    if (!this.#rewrites.hasUndone) this.#checkRuns(entries.map(withoutMark), processes);
  }

  /** Each command has run, or somebody was told that it may have. */
  #checkRuns(commands: readonly string[], processes: readonly Process[]): void {
    const ran = new Set(this.#spawned.map(({ command }) => command));
    const lost = new Set(
      processes.flatMap(({ result }) => result?.findings?.lost ?? []).map(({ id }) => id.hash),
    );
    for (const command of new Set(commands)) {
      if (ran.has(command) || this.#markedByHand.has(command) || lost.has(slotHash([command]))) continue;
      if (this.#rewrites.isMarkedAgain(command)) continue;
      throw this.fail('nothing lost', `${command} never ran, and nobody was told`);
    }
  }

  /** The user's last word is in the file, or kept beside it where its owner was told. */
  async #checkText(): Promise<void> {
    const wanted = this.#wanted.join(' ');
    const names = (await this.#fs.list('/work')).filter((name) => name.startsWith('exp.json'));
    const found: string[] = [];
    for (const name of names) {
      const content = await this.#fs.read(`/work/${name}`).catch(() => undefined);
      if (!content) continue;
      try {
        const entries = JSON.parse(content.bytes.toString()) as string[][];
        found.push(entries.map(withoutMark).join(' '));
      } catch {
        continue;
      }
    }
    if (!found.some((entries) => this.#rewrites.isWanted(entries)))
      throw this.fail("the user's file stays the user's", `saved: ${wanted}; there: ${found.join(' | ')}`);
  }

  async #text(): Promise<string> {
    return (await this.#fs.read(SCHEDULE)).bytes.toString();
  }

  async #journals(): Promise<JournalSeen[]> {
    const sidecar = sidecarOf(SCHEDULE);
    const found: JournalSeen[] = [];
    for (const epoch of await this.#fs.list(sidecar).catch((): string[] => [])) {
      const folder = `${sidecar}/${epoch}/journals`;
      for (const name of await this.#fs.list(folder).catch((): string[] => [])) {
        const text = (await this.#fs.read(`${folder}/${name}`)).bytes.toString();
        const records = text.split('\n').flatMap((line) => parseJournalLine(line)?.record ?? []);
        const ends = records.filter((record) => record.t === 'end');
        const left = records.some(({ t }) => t === 'leave');
        found.push({ epoch, by: name.replace(/\.jsonl$/, ''), left, ends });
      }
    }
    return found;
  }
}

function withoutMark(entry: readonly string[]): string {
  return entry.filter((word) => word !== 'executed').join(' ');
}

function parsed(text: string, fail: (why: string) => Error): string[][] {
  try {
    return JSON.parse(text) as string[][];
  } catch {
    throw fail(text);
  }
}
