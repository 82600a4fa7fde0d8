import { errorCode } from '../ports/fs.js';
import type { Meeting } from './meeting.js';
import type { Ground } from './race.js';
import type { Sights, Watched } from './schemas.js';

type Sight = keyof Sights;
const SIGHTS: readonly Sight[] = ['list', 'open', 'renamed', 'rewritten', 'size'];
const POLL_MS = 10;
/** NFS believes for at most a minute what it has seen, unless it is told otherwise. */
export const LAG_WATCH_MS = 65_000;

const BEFORE = Buffer.from('before');
const AFTER = Buffer.from('and after');

/** How late a change by one is seen by the others, each way of looking for itself. */
export class Watch {
  readonly #ground: Ground;
  readonly #meeting: Meeting;
  #others: readonly string[] = [];

  constructor(ground: Ground, meeting: Meeting) {
    this.#ground = ground;
    this.#meeting = meeting;
  }

  /** Puts there what is going to change. Returns how much this clock is ahead of the file server's. */
  async prepare(): Promise<number> {
    const { fs, clock, me } = this.#ground;
    await fs.makeDirectory(this.#at(me, 'names'));
    await fs.makeDirectory(this.#still(me));
    for (const name of ['renamed', 'rewritten', 'size']) await fs.write(this.#at(me, name), BEFORE);
    const { mtimeNs } = await fs.write(this.#at(me, 'now'), BEFORE);
    return clock.wallTime().getTime() - Number(mtimeNs / 1_000_000n);
  }

  /** Before anything changes: what a mount has seen, or has not found, it remembers. */
  async look(among: readonly string[]): Promise<void> {
    this.#others = among.filter((who) => who !== this.#ground.me);
    for (const who of this.#others) for (const sight of SIGHTS) await this.#sees(who, sight);
  }

  /** Changes what is mine, and watches what the others change until all is seen, or the time is over. */
  async watch(longestMs: number, signal: AbortSignal): Promise<Watched> {
    const { clock } = this.#ground;
    await this.#change();
    const changed = clock.monotonic();
    const since = new Map<string, number>();
    const sights: Record<string, Sights> = {};
    const echoes: Record<string, number> = {};
    for (const who of this.#others) sights[who] = nothing();
    for (;;) {
      const before = since.size;
      for (const who of this.#others) await this.#lookAt(who, sights[who] as Sights, since);
      if (since.size > before) await this.#meeting.add({ saw: [...since.keys()] });
      for (const who of this.#others)
        if (echoes[who] === undefined && (await this.#meeting.read(who))?.saw?.includes(this.#ground.me))
          echoes[who] = clock.monotonic() - changed;
      const all = this.#others.every(
        (who) => echoes[who] !== undefined && !Object.values(sights[who] as Sights).includes(null),
      );
      if (all || signal.aborted || clock.monotonic() - changed > longestMs) return { sights, echoes };
      // The longer it takes, the less a moment matters.
      await clock.wait(Math.max(POLL_MS, (clock.monotonic() - changed) / 25), signal);
    }
  }

  async #lookAt(who: string, sights: Sights, since: Map<string, number>): Promise<void> {
    const { clock } = this.#ground;
    for (const sight of SIGHTS) {
      if (sights[sight] !== null || !(await this.#sees(who, sight))) continue;
      const now = clock.monotonic();
      if (!since.has(who)) since.set(who, now);
      sights[sight] = now - (since.get(who) ?? now);
    }
  }

  async #change(): Promise<void> {
    const { fs, trials, me } = this.#ground;
    await fs.write(this.#at(me, 'names/new'), AFTER);
    await fs.write(this.#still(me, 'late'), AFTER);
    await fs.write(this.#at(me, 'renamed.new'), AFTER);
    await fs.rename(this.#at(me, 'renamed.new'), this.#at(me, 'renamed'));
    for (const name of ['rewritten', 'size']) await trials.rewrite(this.#at(me, name), AFTER);
  }

  async #sees(who: string, sight: Sight): Promise<boolean> {
    const { fs, trials } = this.#ground;
    try {
      switch (sight) {
        case 'list':
          return (await fs.list(this.#at(who, 'names'))).includes('new');
        case 'open':
          return isAfter(await fs.readFrom(this.#still(who, 'late'), 0, 100));
        case 'renamed':
        case 'rewritten':
          return isAfter(await fs.readFrom(this.#at(who, sight), 0, 100));
        case 'size':
          return (await trials.sizeOf(this.#at(who, 'size'))) === AFTER.length;
      }
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return false;
    }
  }

  /** Where nothing else moves, nor above: any news of a folder has a mount ask again for what is below. */
  #still(who: string, name?: string): string {
    const folder = `${this.#ground.folder}/still.${who}`;
    return name === undefined ? folder : `${folder}/${name}`;
  }

  #at(who: string, name: string): string {
    return `${this.#ground.folder}/seen.${who}/${name}`;
  }
}

function nothing(): Sights {
  return { list: null, open: null, renamed: null, rewritten: null, size: null };
}

function isAfter(bytes: Buffer): boolean {
  return bytes.equals(AFTER);
}

/** The longest that any of them had to wait for each sight; each is at most so much, since no two clocks are compared. */
export function longestLags(watched: ReadonlyMap<string, Watched>): Sights | undefined {
  const lags: Sights = { list: 0, open: 0, renamed: 0, rewritten: 0, size: 0 };
  let seen = 0;
  for (const [observer, { sights }] of watched)
    for (const [changer, of] of Object.entries(sights)) {
      const echo = watched.get(changer)?.echoes[observer];
      seen++;
      for (const sight of SIGHTS) {
        const [before, after] = [lags[sight], of[sight]];
        lags[sight] =
          before === null || after === null || echo === undefined ? null : Math.max(before, after + echo);
      }
    }
  return seen === 0 ? undefined : lags;
}
