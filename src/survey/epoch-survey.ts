import { Cells } from '../claim/cells.js';
import type { Verdict } from '../claim/dead.js';
import { isDesk } from '../claim/names.js';
import { folders, type Epoch } from '../claim/sidecar.js';
import { Doubts } from './doubts.js';
import { GroupFinder } from './group-finder.js';
import { CLAIMED, FREE, isGone, Judge, RUNNING, SUSPECT } from './judge.js';
import { Journals, type Writer } from './journals.js';
import { Matcher, type SlotColumns } from './match.js';
import { roomFor } from './columns.js';
import type { SlotKey } from './slot-numbers.js';
import type { ScheduleText } from '../schedule/text.js';
import { snapshotOf, type Columns, type Sight } from './snapshot.js';
import { Standings } from './standings.js';
import type { SurveyOptions } from './survey.js';
import type { Snapshot, WorkerFacts, WorkerStanding } from './types.js';

const NOT_LOOKED_FOR = -2;

/** What was made of the journals and the cells; it holds as long as nothing is new. */
interface Picture {
  readonly text: ScheduleText;
  readonly basis: string;
  readonly doubts: readonly number[];
  readonly columns: Columns;
  readonly running: ReadonlyMap<number, readonly number[]>;
}

/** What is known of one epoch; goes on from look to look. */
export class EpochSurvey {
  readonly epoch: Epoch;
  readonly #journals: Journals;
  readonly #standings: Standings;
  readonly #doubts: Doubts;
  #finder: GroupFinder | undefined;
  #matcher: Matcher | undefined;
  /** Of each slot, for the entries that the finder knows. */
  #groups = new Int32Array(0);
  #last: Picture | undefined;
  /** Workers whose journals do not grow any more. */
  readonly #isComplete = new Set<string>();
  /** Writers that something hangs on, as of so many lines. */
  #busy: { readonly lines: number; readonly writers: readonly Writer[] } = { lines: 0, writers: [] };

  constructor(options: SurveyOptions, epoch: Epoch) {
    const { fs, identity } = options;
    this.epoch = epoch;
    this.#journals = new Journals(fs, folders.journals(epoch));
    this.#standings = new Standings({ ...options, folder: folders.heartbeats(epoch) });
    const cells = new Cells({ fs, identity, folder: folders.cells(epoch), shards: epoch.shards });
    this.#doubts = new Doubts(cells, this.#journals, this.#standings);
  }

  /** Whoever is found dead has written nothing behind what is read afterwards. */
  async read(text: ScheduleText): Promise<void> {
    this.#prepare(text);
    await this.#journals.readOn((worker) => this.#isComplete.has(worker));
    const present = this.#journals.writers.filter(({ left }) => !left);
    await this.#standings.look(present.map(({ worker }) => worker));
    for (const { worker, identity } of this.#busyWriters()) {
      if (this.#standings.isBeating(worker)) continue;
      await this.#standings.lookAt(worker, identity);
      // It may have ended everything and left since.
      await this.#journals.readOnOf(worker);
    }
    for (const { worker } of present) {
      if (!isGone(this.#standings.of(worker))) continue;
      if (!this.#isComplete.has(worker)) await this.#journals.readOnOf(worker);
      if (this.#standings.isProven(worker)) this.#isComplete.add(worker);
    }
    for (const { worker, left } of this.#journals.writers) if (left) this.#isComplete.add(worker);
  }

  async snapshot(sight: Sight, hash: string): Promise<Snapshot> {
    const basis = this.#basis(sight);
    const last = this.#last;
    const isSame = last?.text === sight.text && last.basis === basis && !(await this.#doubts.ask(last.doubts));
    const picture = isSame ? last : await this.#draw(sight, hash, basis);
    this.#last = picture;
    return snapshotOf(sight, this.#journals, picture.columns, this.#workers(picture.running));
  }

  /** What a picture rests on besides the schedule's text and the cells. */
  #basis({ epoch }: Sight): string {
    const { writers, lines } = this.#journals;
    return [epoch?.id, lines, ...writers.map(({ number }) => this.#standingOf(number))].join();
  }

  async #draw(sight: Sight, hash: string, basis: string): Promise<Picture> {
    const { text } = sight;
    await this.#findGroups(sight);
    const revision = this.#journals.revisionOf(hash) ?? Infinity;
    const doubts = this.#inDoubt(sight, revision);
    await this.#doubts.ask(doubts);
    const slots = this.#judgeAll(revision);
    this.#matcher ??= new Matcher(text);
    const matched = this.#matcher.match(text, slots);
    const columns = { ...matched, run: slots.run, worker: slots.worker };
    return { text, basis, doubts, columns, running: runningIn(columns) };
  }

  readonly #standingOf = (worker: number): Verdict => {
    const writer = this.#journals.writers[worker];
    return !writer || writer.left ? 'dead' : this.#standings.of(writer.worker);
  };

  #isBeating(worker: number): boolean {
    return this.#standings.isBeating(this.#journals.writers[worker]?.worker ?? '');
  }

  #busyWriters(): readonly Writer[] {
    const { history, writers, lines } = this.#journals;
    if (this.#busy.lines === lines) return this.#busy.writers;
    const busy = new Set<number>();
    const judge = new Judge(
      history,
      () => 'alive',
      () => undefined,
    );
    for (let slot = 0; slot < history.slots.size; slot++) {
      judge.judge(slot);
      if (judge.state === RUNNING || judge.state === CLAIMED) busy.add(judge.worker);
    }
    this.#busy = { lines, writers: writers.filter(({ number, left }) => busy.has(number) && !left) };
    return this.#busy.writers;
  }

  #prepare(text: ScheduleText): GroupFinder {
    if (!this.#finder?.fits(text)) {
      this.#finder = new GroupFinder(text);
      this.#matcher = undefined;
      this.#groups = new Int32Array(0);
    }
    this.#finder.text = text;
    return this.#finder;
  }

  async #findGroups({ text }: Sight): Promise<void> {
    const { history } = this.#journals;
    const finder = this.#prepare(text);
    await finder.ready();
    this.#groups = roomFor(this.#groups, history.slots.size, NOT_LOOKED_FOR);
    const missing: number[] = [];
    const keys: SlotKey[] = [];
    const key: SlotKey = { high: 0, middle: 0, low: 0, copy: 0 };
    for (let slot = 0; slot < history.slots.size; slot++) {
      if (this.#groups[slot] !== NOT_LOOKED_FOR) continue;
      history.slots.read(slot, key);
      const group = (this.#groups[slot] = finder.at(history.entryOf(slot), key));
      if (group >= 0) continue;
      missing.push(slot);
      keys.push({ ...key });
    }
    if (missing.length === 0) return;
    for (const [i, group] of finder.search(keys).entries()) this.#groups[missing[i] as number] = group;
  }

  /**
   * Claims not known to be started of which the journals do not tell whose they are, or whether they still are; and
   * marks that were to go.
   */
  #inDoubt({ text }: Sight, revision: number): number[] {
    const { history } = this.#journals;
    const judge = new Judge(history, this.#standingOf, () => undefined);
    const slots: number[] = [];
    for (let slot = 0; slot < history.slots.size; slot++) {
      judge.judge(slot);
      if (judge.run >= 0) continue;
      const group = this.#groups[slot] as number;
      const isMarked = group >= 0 && (text.groupMarked[group] as number) > 0;
      if (judge.state === FREE) {
        if (isMarked) slots.push(slot);
        continue;
      }
      const isSure =
        judge.state === CLAIMED && history.rivalsOf(slot).length === 0 && this.#isBeating(judge.worker);
      if (!isSure || !(isMarked || (history.revision[slot] as number) > revision)) slots.push(slot);
    }
    return slots;
  }

  #judgeAll(revision: number): SlotColumns & Pick<Columns, 'run' | 'worker'> {
    const { history } = this.#journals;
    const count = history.slots.size;
    const run = new Int32Array(count);
    const worker = new Int32Array(count);
    const state = new Uint8Array(count);
    const entry = new Int32Array(count);
    const isNewer = new Uint8Array(count);
    const judge = new Judge(history, this.#standingOf, (slot) => this.#doubts.answer(slot));
    for (let slot = 0; slot < count; slot++) {
      judge.judge(slot);
      state[slot] = judge.state;
      run[slot] = judge.run;
      worker[slot] = judge.worker;
      entry[slot] = history.entryOf(slot);
      if ((history.revision[slot] as number) > revision) isNewer[slot] = 1;
    }
    return { run, worker, state, entry, isNewer, count, group: this.#groups };
  }

  #workers(running: Picture['running']): WorkerFacts[] {
    return this.#journals.writers
      .filter(({ worker }) => !isDesk(worker))
      .map((writer) => this.#factsOf(writer, running.get(writer.number) ?? []));
  }

  #factsOf(writer: Writer, running: readonly number[]): WorkerFacts {
    const { worker, identity, since, gpus, succeeded, failed, number } = writer;
    const standing = shown(this.#standingOf(number));
    const lastHeardMs = this.#standings.lastHeardMs(worker);
    return { worker, identity, standing, since, gpus, running, succeeded, failed, lastHeardMs };
  }
}

/** The entries that each worker runs. */
function runningIn({ state, slot, worker }: Columns): Picture['running'] {
  const running = new Map<number, number[]>();
  for (let entry = 0; entry < state.length; entry++) {
    if (state[entry] !== RUNNING && state[entry] !== SUSPECT) continue;
    const who = worker[slot[entry] as number] as number;
    const entries = running.get(who);
    if (entries) entries.push(entry);
    else running.set(who, [entry]);
  }
  return running;
}

function shown(verdict: Verdict): WorkerStanding {
  return isGone(verdict) ? 'gone' : (verdict as WorkerStanding);
}
