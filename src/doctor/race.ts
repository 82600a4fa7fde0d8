import type { Clock } from '../ports/clock.js';
import { errorCode, type FileSystem } from '../ports/fs.js';
import type { TrialFiles } from '../ports/fs-trial.js';
import type { Raced, RaceName, Read } from './schemas.js';

export interface Ground {
  readonly fs: FileSystem;
  readonly trials: TrialFiles;
  readonly clock: Clock;
  /** Made by the one who called. */
  readonly folder: string;
  readonly me: string;
}

/** What the loser is told. */
const LOST = new Set(['EEXIST', 'ENOTEMPTY', 'EBUSY', 'ENOTDIR', 'EISDIR']);
/** GlusterFS allows 100 links to a file. */
const LINKS_PER_FILE = 50;

type Try = (name: string) => Promise<void>;

/** One of those who want the same names, one name after the other; each should have one winner. */
export async function race(ground: Ground, what: RaceName, names: number, forMs: number): Promise<Raced> {
  const { clock, me } = ground;
  const folder = racesIn(ground.folder, what);
  const attempt = contender(ground, what, folder, me);
  const won: number[] = [];
  const errors: Record<string, number> = {};
  const began = clock.monotonic();
  let tried = 0;
  for (; tried < names && clock.monotonic() - began < forMs; tried++) {
    const since = clock.monotonic();
    try {
      await attempt(`${folder}/${tried}`);
      won.push(tried);
      // The others catch up, so that the next name is contended for again.
      await clock.wait(2 * Math.random() * (clock.monotonic() - since));
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      if (!LOST.has(code)) errors[code] = (errors[code] ?? 0) + 1;
    }
  }
  return { tried, won, errors };
}

export function racesIn(folder: string, what: RaceName): string {
  return `${folder}/race.${what}`;
}

function contender({ fs, trials }: Ground, what: RaceName, folder: string, me: string): Try {
  let serial = 0;
  switch (what) {
    case 'mkdir':
      return (name) => fs.createDirectory(name);
    case 'exclusive':
      return (name) => trials.createExclusive(name);
    case 'link': {
      let source = '';
      return async (name) => {
        if (serial++ % LINKS_PER_FILE === 0) {
          source = `${folder}/of.${me}.${serial}`;
          await trials.createExclusive(source);
        }
        await fs.link(source, name);
      };
    }
    case 'rename': {
      let made: string | undefined;
      return async (name) => {
        if (made === undefined) {
          const fresh = `${folder}/of.${me}.${serial++}`;
          await fs.createDirectory(fresh);
          await trials.createExclusive(`${fresh}/owner`);
          made = fresh;
        }
        await fs.rename(made, name);
        made = undefined;
      };
    }
  }
}

export interface Race {
  /** Names that at least two tried to get. */
  readonly names: number;
  readonly twoWinners: number;
  readonly noWinner: number;
  /** Other than those that say "somebody has it". */
  readonly errors: Readonly<Record<string, number>>;
}

/** Who won what, by what each of them says. */
export function outcomeOf(raced: readonly Raced[]): Race {
  const contended = raced.map(({ tried }) => tried).sort((a, b) => b - a)[1] ?? 0;
  const winners = new Map<number, number>();
  const errors: Record<string, number> = {};
  for (const one of raced) {
    for (const name of new Set(one.won)) winners.set(name, (winners.get(name) ?? 0) + 1);
    for (const [code, times] of Object.entries(one.errors)) errors[code] = (errors[code] ?? 0) + times;
  }
  const counts = [...winners.values()];
  return {
    names: contended,
    twoWinners: counts.filter((winner) => winner > 1).length,
    noWinner: Array.from({ length: contended }, (_, name) => name).filter((name) => !winners.has(name)).length,
    errors,
  };
}

const PAD = 'x'.repeat(20_000);

function wholeIn(folder: string): string {
  return `${folder}/whole`;
}

export async function prepareWhole({ fs, folder }: Ground): Promise<void> {
  await fs.write(wholeIn(folder), content(0));
}

/** Replaces a file by renames while others read it. */
export async function replaceWhole({ fs, clock, folder }: Ground, forMs: number): Promise<number> {
  const began = clock.monotonic();
  let replaced = 0;
  while (clock.monotonic() - began < forMs) {
    await fs.write(`${wholeIn(folder)}.new`, content(++replaced));
    await fs.rename(`${wholeIn(folder)}.new`, wholeIn(folder));
    await clock.wait(1);
  }
  return replaced;
}

export async function readWhole({ fs, clock, folder }: Ground, forMs: number): Promise<Read> {
  const began = clock.monotonic();
  const errors: Record<string, number> = {};
  let reads = 0;
  let torn = 0;
  for (; clock.monotonic() - began < forMs; reads++) {
    try {
      if (!isWhole((await fs.read(wholeIn(folder))).bytes)) torn++;
    } catch (error) {
      const code = errorCode(error);
      if (code === undefined) throw error;
      errors[code] = (errors[code] ?? 0) + 1;
    }
    await clock.wait(1);
  }
  return { reads, torn, errors };
}

function content(n: number): Buffer {
  return Buffer.from(JSON.stringify([n, PAD]));
}

function isWhole(bytes: Buffer): boolean {
  return bytes.length > PAD.length && bytes.at(-1) === 0x5d && !bytes.includes(0);
}
