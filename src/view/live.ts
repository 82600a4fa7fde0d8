import type { Clock } from '../ports/clock.js';
import type { FullScreen } from '../ports/screen-full.js';
import type { Snapshot, StateName } from '../survey/types.js';
import { Chore } from './chore.js';
import type { Store } from './app.js';
import { followLog, type ReadLog } from './follow-log.js';
import type { Key } from './keys.js';
import {
  firstModel,
  type Effect,
  type Event,
  type Filter,
  type Group,
  type Model,
  type Seen,
} from './model.js';
import { sift } from './sift.js';
import { openStage } from './stage.js';
import { update } from './update.js';
import { hasChanged, pauseAfter } from '../commands/watch.js';

/** Where the live view gets what it shows, and who acts for it. */
export interface Sources {
  look(): Promise<Snapshot>;
  /** How fast it goes and how long it will take, in words; shorter and shorter ones. */
  outlook(snapshot: Snapshot, now: number): readonly string[];
  /** What failed, is lost or interrupted, by what happened; the most frequent first. */
  group(snapshot: Snapshot): Promise<readonly Group[]>;
  readonly readLog: ReadLog;
  /** Puts entries back, and says what came of it; never fails. */
  requeue(entries: readonly number[]): Promise<string>;
  /** What is wrong, in one line. */
  explain(error: unknown): string;
}

export interface LiveOptions {
  /** As the user typed it. */
  readonly schedule: string;
  readonly coloured: boolean;
  readonly unicode: boolean;
  /** What is listed at first. */
  readonly state?: StateName | undefined;
}

/** The first look takes no longer than this where the schedule is not huge: no other screen for a usage error. */
const AT_ONCE_MS = 200;
const TICK_MS = 1000;

/** The live view: looks, listens to keys, and shows. */
export class Live implements Store {
  model: Model;
  readonly #listeners = new Set<() => void>();
  readonly #over = new AbortController();
  readonly #sifting: Chore<Uint32Array>;
  #reading = new AbortController();
  #looking = new AbortController();
  #sifted: Filter | undefined;

  constructor(
    private readonly screen: FullScreen,
    private readonly clock: Clock,
    private readonly sources: Sources,
    private readonly options: LiveOptions,
  ) {
    this.#sifting = new Chore(clock, this.#over.signal);
    const model = firstModel(options.schedule, screen.size, options.unicode, this.#now());
    this.model = { ...model, filter: { state: options.state } };
  }

  /** Until `leave`; then the terminal is as it was. Fails where the first look does. */
  async show(): Promise<unknown> {
    const { signal } = this.#over;
    const first = this.#look();
    const late = new AbortController();
    try {
      await Promise.race([first, this.clock.wait(AT_ONCE_MS, late.signal), whenAborted(signal)]);
    } finally {
      late.abort();
    }
    if (signal.aborted) return signal.reason;
    this.screen.enter();
    const stage = openStage(this.screen, this, this.options.coloured);
    const unlisten = this.screen.onChange(() => this.#dispatch({ is: 'size', size: this.screen.size }));
    try {
      await Promise.race([stage.ended, this.#work(first), whenAborted(signal)]);
      return signal.reason;
    } finally {
      this.leave(undefined);
      unlisten();
      this.screen.leave();
      stage.close();
    }
  }

  /** May be called at any time. */
  leave(why: unknown): void {
    this.#over.abort(why);
    this.#reading.abort();
    this.#looking.abort();
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  press(key: Key): void {
    this.#dispatch({ is: 'key', key });
  }

  async #work(first: Promise<void>): Promise<void> {
    await Promise.all([first.then(() => this.#lookOn()), this.#tick()]);
  }

  async #look(): Promise<void> {
    this.#saw(await this.sources.look());
  }

  /** Again and again: soon while something happens, seldom while nothing does. */
  async #lookOn(): Promise<void> {
    let pause = pauseAfter(0, true, 0);
    while (!this.#over.signal.aborted) {
      this.#looking = new AbortController();
      await this.clock.wait(pause, this.#looking.signal);
      if (this.#over.signal.aborted) return;
      const before = this.model.seen?.snapshot;
      const began = this.clock.monotonic();
      await this.#look().catch((error: unknown) => {
        this.#dispatch({ is: 'trouble', text: this.sources.explain(error) });
      });
      const after = this.model.seen?.snapshot;
      const isNew = !before || !after || hasChanged(before, after);
      pause = pauseAfter(pause, isNew, this.clock.monotonic() - began);
    }
  }

  #saw(snapshot: Snapshot): void {
    const { seen, trouble } = this.model;
    const at = this.#now();
    const isNew = !seen || hasChanged(seen.snapshot, snapshot);
    const hosts = new Map(
      snapshot.workers.map(({ worker, identity }) => [worker, identity?.hostname ?? worker]),
    );
    const outlook = isNew ? this.sources.outlook(snapshot, at) : seen.outlook;
    const next: Seen = { snapshot, hosts, at, outlook };
    this.#dispatch({ is: 'seen', seen: next, isNew: isNew || trouble !== undefined });
  }

  /** What is shown grows old by itself while somebody works. */
  async #tick(): Promise<void> {
    while (!this.#over.signal.aborted) {
      await this.clock.wait(TICK_MS, this.#over.signal);
      const { seen, trouble } = this.model;
      const ages = seen?.snapshot.workers.some(({ standing }) => standing !== 'gone') ?? false;
      if (ages || trouble !== undefined) this.#dispatch({ is: 'tick', now: this.#now() });
    }
  }

  #dispatch(event: Event): void {
    if (this.#over.signal.aborted) return;
    const [model, ...effects] = update(this.model, event);
    const isSame = model === this.model;
    this.model = model;
    if (!isSame) for (const listener of this.#listeners) listener();
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case 'leave':
        return this.leave(effect.key);
      case 'suspend':
        return this.screen.suspend();
      case 'repaint':
        return this.screen.forget();
      case 'sift':
        return this.#sift();
      case 'group':
        return this.#group();
      case 'read':
        return this.#read();
      case 'requeue':
        return void this.#requeue(effect.entries);
    }
  }

  #sift(): void {
    const { filter, seen } = this.model;
    const urgent = filter !== this.#sifted;
    this.#sifted = filter;
    if (!seen) return;
    this.#sifting.begin(
      urgent,
      (isTime) => sift(seen.snapshot, seen.hosts, filter, isTime),
      (matches) => this.#dispatch({ is: 'sifted', filter, matches }),
    );
  }

  #group(): void {
    const snapshot = this.model.seen?.snapshot;
    if (!snapshot) return;
    this.sources.group(snapshot).then(
      (groups) => this.#dispatch({ is: 'grouped', groups }),
      (error: unknown) => this.#dispatch({ is: 'trouble', text: this.sources.explain(error) }),
    );
  }

  #read(): void {
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    const { entry, attempt } = this.model.detail ?? {};
    if (entry === undefined || attempt === undefined) return;
    const { signal } = reading;
    const read = (from: number): ReturnType<ReadLog> => this.sources.readLog(entry, attempt, from);
    const log = followLog(this.clock, read, signal, (lines) =>
      this.#dispatch({ is: 'log', log: lines, trouble: lines ? undefined : 'Its output was not kept.' }),
    );
    log.catch((error: unknown) => {
      if (!signal.aborted) this.#dispatch({ is: 'log', log: undefined, trouble: this.sources.explain(error) });
    });
  }

  async #requeue(entries: readonly number[]): Promise<void> {
    this.#dispatch({ is: 'note', text: 'Putting it back...' });
    const text = await this.sources.requeue(entries);
    this.#dispatch({ is: 'note', text });
    this.#looking.abort();
  }

  #now(): number {
    return this.clock.wallTime().getTime();
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
