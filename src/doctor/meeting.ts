import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import { isName, parseBox, parseLeader, type Box, type Leader } from './schemas.js';

const PREFIX = '.cooperate-doctor-';
const BEAT = /^beat\.\d+$/;
const MOST_BYTES = 1 << 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Where doctors meet: one folder on the filesystem that they test, and in it a box for each, a file that only its owner
 * replaces. Boxes are opened and read, never looked for: that is what no filesystem measured shows late.
 */
export class Meeting {
  readonly #fs: FileSystem;
  readonly folder: string;
  readonly me: string;
  #box: Box = { round: 0 };
  #beat = 0;

  private constructor(fs: FileSystem, folder: string, me: string) {
    this.#fs = fs;
    this.folder = folder;
    this.me = me;
  }

  static async call(fs: FileSystem, folder: string, me: string, leader: Leader): Promise<Meeting> {
    const at = `${folder}/${PREFIX}${me}`;
    await fs.createDirectory(at);
    const meeting = new Meeting(fs, at, me);
    try {
      await fs.createDirectory(boxesIn(at));
      await fs.write(`${at}/leader`, Buffer.from(JSON.stringify(leader)));
      await fs.write(`${boxesIn(at)}/beat.0`, Buffer.alloc(0));
      await meeting.post({ round: 0, task: { is: 'wait' } });
    } catch (error) {
      await meeting.remove();
      throw error;
    }
    return meeting;
  }

  static join(fs: FileSystem, folder: string, leader: string, me: string): Meeting {
    return new Meeting(fs, `${folder}/${PREFIX}${leader}`, me);
  }

  /** Replaces what stands in my box. */
  async post(box: Box): Promise<void> {
    this.#box = box;
    const path = `${boxesIn(this.folder)}/box.${this.me}`;
    await this.#fs.write(`${path}.new`, Buffer.from(JSON.stringify(box)));
    await this.#fs.rename(`${path}.new`, path);
  }

  async add(more: Partial<Box>): Promise<void> {
    await this.post({ ...this.#box, ...more });
  }

  /** Undefined where there is none, or nothing that makes sense. */
  async read(who: string): Promise<Box | undefined> {
    try {
      return parseBox(await this.#fs.readFrom(`${boxesIn(this.folder)}/box.${who}`, 0, MOST_BYTES));
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return undefined;
    }
  }

  /** All who have a box, the one who called included; undefined once the folder is gone. */
  async present(): Promise<string[] | undefined> {
    try {
      const names = await this.#fs.list(boxesIn(this.folder));
      return names.flatMap((name) => (name.startsWith('box.') && isName(name.slice(4)) ? [name.slice(4)] : []));
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** So that others can tell a doctor at work from what one has left that was killed. */
  async beat(): Promise<void> {
    const at = (n: number): string => `${boxesIn(this.folder)}/beat.${n}`;
    await this.#fs.rename(at(this.#beat), at(this.#beat + 1)).then(
      () => this.#beat++,
      () => undefined,
    );
  }

  async remove(): Promise<void> {
    await removeTree(this.#fs, this.folder);
  }
}

/** The names of those who have called a meeting in this folder, at work or not. */
export async function meetingsIn(fs: FileSystem, folder: string): Promise<string[]> {
  const names = await fs.list(folder);
  return names.flatMap((name) =>
    name.startsWith(PREFIX) && isName(name.slice(PREFIX.length)) ? [name.slice(PREFIX.length)] : [],
  );
}

/** Undefined where nobody can tell. */
export async function leaderOf(fs: FileSystem, folder: string, name: string): Promise<Leader | undefined> {
  const path = `${folder}/${PREFIX}${name}/leader`;
  return fs.readFrom(path, 0, MOST_BYTES).then(parseLeader, () => undefined);
}

/** What is left of one; also of names that nobody knows what is behind. */
export async function removeMeeting(fs: FileSystem, folder: string, name: string): Promise<void> {
  await removeTree(fs, `${folder}/${PREFIX}${name}`);
}

/** Those whose leader moves, or has come since the first look, within so many milliseconds. */
export class Beats {
  readonly #first = new Map<string, string>();

  /** Returns the meetings that have moved since the first look at them. */
  async look(fs: FileSystem, folder: string): Promise<string[]> {
    const moved: string[] = [];
    for (const name of await meetingsIn(fs, folder)) {
      const now = await beatOf(fs, `${folder}/${PREFIX}${name}`);
      if (now === undefined) continue;
      const first = this.#first.get(name);
      if (first === undefined) this.#first.set(name, now);
      else if (first !== now) moved.push(name);
    }
    return moved;
  }

  /** All that were there at the first look. */
  get known(): readonly string[] {
    return [...this.#first.keys()];
  }
}

async function beatOf(fs: FileSystem, path: string): Promise<string | undefined> {
  return fs.list(boxesIn(path)).then(
    (names) => names.find((name) => BEAT.test(name)),
    () => undefined,
  );
}

/** Apart, so that the folder above stands still: any news of a folder has a mount ask again for what is below. */
function boxesIn(folder: string): string {
  return `${folder}/boxes`;
}

/** Never through a link: what is one is removed as one. */
async function removeTree(fs: FileSystem, path: string): Promise<void> {
  // Others may still be putting something there: they notice that it is gone.
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await removeOnce(fs, path);
      return;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EBUSY'].includes(errorCode(error) ?? '')) return;
    }
  }
}

async function removeOnce(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (!['EISDIR', 'EPERM'].includes(errorCode(error) ?? '')) return;
    for (const name of await fs.list(path)) await removeOnce(fs, `${path}/${name}`);
    await fs.removeDirectory(path);
  }
}

/** Asks again and again until there is an answer; undefined when `signal` or the time ends it. */
export async function until<T>(
  clock: Clock,
  longestMs: number,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
  soonestMs = 10,
): Promise<T | undefined> {
  const began = clock.monotonic();
  while (!signal.aborted) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const waited = clock.monotonic() - began;
    if (waited >= longestMs) return undefined;
    await clock.wait(Math.max(soonestMs, Math.min(waited / 25, LONGEST_PAUSE_MS)), signal);
  }
  return undefined;
}
