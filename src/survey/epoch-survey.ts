import { Cells } from '../claim/cells.js';
import type { Verdict } from '../claim/dead.js';
import { isDesk } from '../claim/names.js';
import { folders, type Epoch } from '../claim/sidecar.js';
import { Doubts } from './doubts.js';
import { GroupFinder } from './group-finder.js';
import { CLAIMED, isGone, Judge, RUNNING, SUSPECT } from './judge.js';
import { Journals, type Writer } from './journals.js';
import { Matcher, type Matched, type SlotColumns } from './match.js';
import { roomFor } from './columns.js';
import type { SlotKey } from './slot-numbers.js';
import { snapshotOf, type Columns, type Sight } from './snapshot.js';
import { Standings } from './standings.js';
import type { SurveyOptions } from './survey.js';
import type { Snapshot, WorkerFacts, WorkerStanding } from './types.js';

const NOT_LOOKED_FOR = -2;

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

  constructor(options: SurveyOptions, epoch: Epoch) {
    const { fs, identity } = options;
    this.epoch = epoch;
    this.#journals = new Journals(fs, folders.journals(epoch));
    this.#standings = new Standings({ ...options, folder: folders.heartbeats(epoch) });
    const cells = new Cells({ fs, identity, folder: folders.cells(epoch), shards: epoch.shards });
    this.#doubts = new Doubts(cells, this.#journals, this.#standings);
  }

  /** Whoever is found dead has written nothing behind what is read afterwards. */
  async read(): Promise<void> {
    const { writers } = this.#journals;
    await this.#journals.readOn();
    await this.#standings.look();
    for (const writer of this.#busy()) {
      const { worker, identity } = writer;
      if (!this.#standings.isBeating(worker)) await this.#standings.lookAt(worker, identity);
    }
    for (const writer of [...writers])
      if (!writer.left && isGone(this.#standings.of(writer.worker)))
        await this.#journals.readOnOf(writer.worker);
  }

  async snapshot(sight: Sight, hash: string): Promise<Snapshot> {
    const { text } = sight;
    this.#findGroups(sight);
    const revision = this.#journals.revisionOf(hash) ?? Infinity;
    await this.#doubts.ask(this.#inDoubt(sight, revision));
    const slots = this.#judgeAll(revision);
    const matched = (this.#matcher as Matcher).match(text, slots);
    return snapshotOf(
      sight,
      this.#journals,
      { ...matched, run: slots.run, worker: slots.worker },
      this.#workers(matched, slots),
    );
  }

  readonly #standingOf = (worker: number): Verdict => {
    const writer = this.#journals.writers[worker];
    return !writer || writer.left ? 'dead' : this.#standings.of(writer.worker);
  };

  /** Writers that something hangs on. */
  #busy(): Writer[] {
    const { history, writers } = this.#journals;
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
    return writers.filter(({ number, left }) => busy.has(number) && !left);
  }

  #findGroups({ text }: Sight): void {
    const { history } = this.#journals;
    if (!this.#finder?.fits(text)) {
      this.#finder = new GroupFinder(text);
      this.#matcher = new Matcher(text);
      this.#groups = new Int32Array(0);
    }
    this.#finder.text = text;
    this.#groups = roomFor(this.#groups, history.slots.size, NOT_LOOKED_FOR);
    const missing: number[] = [];
    const keys: SlotKey[] = [];
    const key: SlotKey = { high: 0, middle: 0, low: 0, copy: 0 };
    for (let slot = 0; slot < history.slots.size; slot++) {
      if (this.#groups[slot] !== NOT_LOOKED_FOR) continue;
      history.slots.read(slot, key);
      const group = (this.#groups[slot] = this.#finder.at(history.entryOf(slot), key));
      if (group >= 0) continue;
      missing.push(slot);
      keys.push({ ...key });
    }
    if (missing.length === 0) return;
    for (const [i, group] of this.#finder.search(keys).entries()) this.#groups[missing[i] as number] = group;
  }

  /** Claims not known to be started of which the journals do not tell whose they are, or whether they still are. */
  #inDoubt({ text }: Sight, revision: number): number[] {
    const { history } = this.#journals;
    const judge = new Judge(history, this.#standingOf, () => undefined);
    const slots: number[] = [];
    for (let slot = 0; slot < history.slots.size; slot++) {
      const generation = history.generation[slot] as number;
      if (generation < (history.requeuedBelow[slot] as number) || history.runIn(slot, generation) >= 0)
        continue;
      judge.judge(slot);
      const group = this.#groups[slot] as number;
      const isMarked = group >= 0 && (text.groupMarked[group] as number) > 0;
      const isSure = judge.state === CLAIMED && history.rivalsOf(slot).length === 0;
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

  #workers(matched: Matched, { worker: workerOf }: Pick<Columns, 'worker'>): WorkerFacts[] {
    const running = new Map<number, number[]>();
    for (let entry = 0; entry < matched.state.length; entry++) {
      const state = matched.state[entry];
      if (state !== RUNNING && state !== SUSPECT) continue;
      const worker = workerOf[matched.slot[entry] as number] as number;
      const entries = running.get(worker);
      if (entries) entries.push(entry);
      else running.set(worker, [entry]);
    }
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

function shown(verdict: Verdict): WorkerStanding {
  return isGone(verdict) ? 'gone' : (verdict as WorkerStanding);
}
