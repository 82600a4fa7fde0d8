import type { LockFindings } from '../doctor/findings.js';
import { takeOver, tryToRob, TOO_BUSY_MS, TRIAL_STALE_MS } from '../doctor/lock-trial.js';
import { Beats, Meeting, removeMeeting, until } from '../doctor/meeting.js';
import { tryOperations, type Operations } from '../doctor/operations.js';
import {
  outcomeOf,
  prepareWhole,
  race,
  racesIn,
  replaceWhole,
  type Ground,
  type Race,
} from '../doctor/race.js';
import { RACES, type HostFacts, type RaceName, type Read, type Sights } from '../doctor/schemas.js';
import { LAG_WATCH_MS, longestLags, Watch } from '../doctor/watch.js';
import { Failure } from '../failure.js';
import type { LeaderPorts } from './doctor.js';
import { asFailure, partOf } from './doctor-part.js';
import { removeDead } from './doctor-leftovers.js';
import { Rounds } from './doctor-rounds.js';

/** Alone: enough to contend for a name, and no more than a small machine has room for. */
const LOCAL_PARTNERS = 3;
const GATHER_MS = 60_000;
const BEAT_MS = 500;
/** Alone it is to be over in some ten seconds; between hosts operations are slower. */
const PACE = {
  alone: { names: 300, raceMs: 900, wholeMs: 700 },
  joined: { names: 1000, raceMs: 4000, wholeMs: 3000 },
} as const;
/** A live holder is watched for as long as three times that which makes a lock stale. */
const HOLD_MS = 3 * TRIAL_STALE_MS;
const TAKE_OVER_MS = TRIAL_STALE_MS + 60_000;

interface Lags {
  readonly lags: Sights | undefined;
  readonly watchedMs: number;
  readonly hosts: readonly HostFacts[];
  readonly clockMs: number;
}

/** All tests, one after the other, with others who take part. */
export class Examination {
  readonly #ports: LeaderPorts;
  readonly #at: string;
  readonly #ground: Ground;
  readonly #meeting: Meeting;
  readonly #rounds: Rounds;
  readonly #strangers: Beats;
  readonly #over = new AbortController();
  readonly #beating: Promise<void>;
  #partners: Promise<void> = Promise.resolve();
  #isAlone = true;

  private constructor(ports: LeaderPorts, at: string, ground: Ground, meeting: Meeting, strangers: Beats) {
    this.#ports = ports;
    this.#at = at;
    this.#ground = ground;
    this.#meeting = meeting;
    this.#rounds = new Rounds(ports, meeting);
    this.#strangers = strangers;
    this.#beating = this.#beat();
  }

  static async begin(ports: LeaderPorts, at: string): Promise<Examination> {
    const { fs } = ports;
    const { me, identity, ...part } = await partOf(ports);
    await removeDead(ports, at, identity);
    const strangers = new Beats();
    await strangers.look(fs, at);
    const { pid, processStart, bootId, pidNamespace } = identity;
    const ids = JSON.parse(JSON.stringify({ pid, processStart, bootId, pidNamespace })) as { pid: number };
    try {
      const meeting = await Meeting.call(fs, at, me, ids);
      return new Examination(ports, at, { ...part, me, folder: meeting.folder }, meeting, strangers);
    } catch (error) {
      throw asFailure(error, at);
    }
  }

  /** Those who take part; undefined when `signal` ended the wait. */
  async gather(hosts: number): Promise<readonly string[] | undefined> {
    const { clock, progress, signal } = this.#ports;
    this.#isAlone = hosts === 1;
    const wanted = this.#isAlone ? LOCAL_PARTNERS : hosts - 1;
    if (this.#isAlone) {
      progress('starting processes');
      this.#partners = this.#ports.partners(this.#at, this.#meeting.me, wanted);
    } else progress(`waiting for ${wanted} more: on each type\n  cooperate doctor ${this.#at} --join`);
    let there: readonly string[] = [];
    const all = await until(clock, GATHER_MS, signal, async () => {
      there = ((await this.#meeting.present()) ?? []).filter((who) => who !== this.#meeting.me);
      return there.length >= wanted ? there : undefined;
    });
    if (signal.aborted) return undefined;
    if (!all) throw nobodyCame(this.#at, there.length, wanted, this.#isAlone);
    this.#rounds.others = all;
    return all;
  }

  async operations(): Promise<Operations> {
    const { fs, trials } = this.#ports;
    return tryOperations(fs, trials, `${this.#meeting.folder}/operations`);
  }

  async races({ link, moveFolder }: Operations): Promise<Partial<Record<RaceName, Race>>> {
    const { fs, progress } = this.#ports;
    const { names, raceMs: forMs } = this.#pace;
    const races: Partial<Record<RaceName, Race>> = {};
    for (const what of RACES) {
      if ((what === 'link' && link !== 'ok') || (what === 'rename' && moveFolder !== 'ok')) continue;
      progress(`who wins, with ${what}`);
      await fs.makeDirectory(racesIn(this.#ground.folder, what));
      const [mine, done] = await Promise.all([
        race(this.#ground, what, names, forMs),
        this.#rounds.ask({ is: 'race', race: what, names, forMs }, forMs),
      ]);
      races[what] = outcomeOf([mine, ...done.flatMap(({ raced }) => raced ?? [])]);
    }
    return races;
  }

  async replaced(): Promise<Read & { replaced: number }> {
    const { wholeMs: forMs } = this.#pace;
    this.#ports.progress('reading what is being replaced');
    await prepareWhole(this.#ground);
    const [replaced, done] = await Promise.all([
      replaceWhole(this.#ground, forMs),
      this.#rounds.ask({ is: 'read-whole', forMs }, forMs),
    ]);
    const errors: Record<string, number> = {};
    let [reads, torn] = [0, 0];
    for (const { read } of done) {
      reads += read?.reads ?? 0;
      torn += read?.torn ?? 0;
      for (const [code, times] of Object.entries(read?.errors ?? {}))
        errors[code] = (errors[code] ?? 0) + times;
    }
    return { replaced, reads, torn, errors };
  }

  /** Between hosts, how late each sees what the others change. */
  async lags(): Promise<Lags> {
    const { progress, signal } = this.#ports;
    const watch = new Watch(this.#ground, this.#meeting);
    if (this.#isAlone) return { lags: undefined, watchedMs: 0, hosts: [], clockMs: await watch.prepare() };
    progress(`how late others see a change; up to ${LAG_WATCH_MS / 1000} s`);
    const [clockMs] = await Promise.all([watch.prepare(), this.#rounds.ask({ is: 'prepare' }, 0)]);
    const among = [this.#meeting.me, ...this.#rounds.others];
    await Promise.all([watch.look(among), this.#rounds.ask({ is: 'look', among }, 0)]);
    const [mine, theirs] = await Promise.all([
      watch.watch(LAG_WATCH_MS, signal),
      this.#rounds.ask({ is: 'watch' }, LAG_WATCH_MS),
    ]);
    const watched = new Map([[this.#meeting.me, mine]]);
    theirs.forEach((done, i) => done.watched && watched.set(this.#rounds.others[i] as string, done.watched));
    const hosts = await Promise.all(
      this.#rounds.others.map(async (who) => (await this.#meeting.read(who))?.host),
    );
    return {
      lags: longestLags(watched),
      watchedMs: LAG_WATCH_MS,
      hosts: hosts.filter((host) => host !== undefined),
      clockMs,
    };
  }

  /** Alone a process that holds it is killed; a host that joined only falls silent. */
  async lock(): Promise<LockFindings> {
    const { progress, lock, signal } = this.#ports;
    progress('the lock, of a live holder and of a dead one');
    const making = { ground: this.#ground, lock };
    const [holder = '', victim = holder] = this.#rounds.others;
    const live = await this.#liveLock(making, holder);
    if (signal.aborted) return { staleMs: TRIAL_STALE_MS, live, takenOverMs: null };
    const round = await this.#rounds.call({ is: 'hold', die: true, forMs: 1 }, [victim]);
    await this.#rounds.holding(victim, round);
    const takenOverMs = (await takeOver(making, TAKE_OVER_MS, signal)) ?? null;
    return { staleMs: TRIAL_STALE_MS, live, takenOverMs };
  }

  async #liveLock(
    making: { ground: Ground; lock: LeaderPorts['lock'] },
    holder: string,
  ): Promise<LockFindings['live']> {
    const { signal } = this.#ports;
    const round = await this.#rounds.call({ is: 'hold', die: false, forMs: HOLD_MS }, [holder]);
    await this.#rounds.holding(holder, round);
    const over = new AbortController();
    const robbing = tryToRob(making, AbortSignal.any([over.signal, signal]));
    const [done] = await this.#rounds.answers([holder], round, HOLD_MS).finally(() => {
      over.abort();
    });
    await robbing;
    if (done?.held?.kept !== false) return 'kept';
    return done.held.longestPauseMs > TOO_BUSY_MS ? 'busy' : 'robbed';
  }

  /** Ends it for all, and leaves nothing. */
  async close(): Promise<void> {
    this.#over.abort();
    await this.#beating;
    await this.#rounds.end();
    // Hosts that joined read their last task before the folder goes.
    if (!this.#isAlone && !this.#ports.signal.aborted) await this.#ports.clock.wait(1_000);
    await this.#meeting.remove();
    await this.#partners;
    await this.#meeting.remove();
    await this.#removeStill();
  }

  /** Of doctors elsewhere that have not moved all the while. */
  async #removeStill(): Promise<void> {
    const { fs } = this.#ports;
    const moving = new Set(await this.#strangers.look(fs, this.#at).catch(() => this.#strangers.known));
    for (const name of this.#strangers.known) if (!moving.has(name)) await removeMeeting(fs, this.#at, name);
  }

  get #pace(): (typeof PACE)[keyof typeof PACE] {
    return this.#isAlone ? PACE.alone : PACE.joined;
  }

  async #beat(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.#meeting.beat();
      await this.#ports.clock.wait(BEAT_MS, this.#over.signal);
    }
  }
}

function nobodyCame(folder: string, there: number, wanted: number, isAlone: boolean): Failure {
  const missing = `${wanted - there} of ${wanted}`;
  return new Failure({
    reason: 'usage',
    problem: isAlone
      ? `${missing} processes that were started here did not take part within ${GATHER_MS / 1000} s.`
      : `${missing} hosts did not join within ${GATHER_MS / 1000} s.`,
    remedy: isAlone
      ? 'Is this host very busy? Try again.'
      : `Type on each within that time: cooperate doctor ${folder} --join. If they did, they do not see the same folder.`,
  });
}
