import type { Clock } from '../ports/clock.js';
import type { FullScreen } from '../ports/screen-full.js';
import type { Snapshot, StateName } from '../survey/types.js';
import { Chore } from './chore.js';
import type { Store } from './app.js';
import { followLog, type ReadLog } from './follow-log.js';
import { KeyReader, type Key } from './keys.js';
import {
  firstModel,
  type Chosen,
  type Effect,
  type Event,
  type Filter,
  type Group,
  type Model,
} from './model.js';
import { sift } from './sift.js';
import { Looker } from './looker.js';
import { openStage } from './stage.js';
import { update } from './update.js';

/** Where the live view gets what it shows, and who acts for it. */
export interface Sources {
  look(): Promise<Snapshot>;
  /** How fast it goes and how long it will take, in words; shorter and shorter ones. */
  outlook(snapshot: Snapshot, now: number): readonly string[];
  /** What failed, is lost or interrupted, by what happened; the most frequent first. */
  group(snapshot: Snapshot): Promise<readonly Group[]>;
  readonly readLog: ReadLog;
  /** Puts entries back, and says what came of it; never fails. */
  requeue(chosen: Chosen): Promise<string>;
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
/** The rest of an escape sequence comes sooner than this, also from far away. */
const ESCAPE_MS = 40;

/** The live view: looks, listens to keys, and shows. */
export class Live implements Store {
  model: Model;
  readonly #listeners = new Set<() => void>();
  readonly #over = new AbortController();
  readonly #sifting: Chore<Uint32Array>;
  #reading = new AbortController();
  readonly #looker: Looker;
  #sifted: Filter | undefined;
  readonly #keys = new KeyReader();
  #pieces = 0;

  constructor(
    private readonly screen: FullScreen,
    private readonly clock: Clock,
    private readonly sources: Sources,
    private readonly options: LiveOptions,
  ) {
    this.#sifting = new Chore(clock, this.#over.signal);
    this.#looker = new Looker(clock, () => sources.look(), {
      saw: (snapshot, isNew) => this.#saw(snapshot, isNew),
      failed: (error) => this.#dispatch({ is: 'trouble', text: sources.explain(error) }),
    });
    const model = firstModel(options.schedule, screen.size, options.unicode, this.#now());
    this.model = { ...model, filter: { state: options.state } };
  }

  /** Until `leave`; then the terminal is as it was. Fails where the first look does. */
  async show(): Promise<unknown> {
    const { signal } = this.#over;
    const first = this.#looker.once();
    const late = new AbortController();
    try {
      await Promise.race([first, this.clock.wait(AT_ONCE_MS, late.signal), whenAborted(signal)]);
    } finally {
      late.abort();
    }
    if (signal.aborted) return signal.reason;
    this.screen.enter();
    const stage = openStage(this.screen, this, this.options.coloured);
    const unlisten = this.screen.listen({
      changed: () => this.#dispatch({ is: 'size', size: this.screen.size }),
      typed: (text) => void this.#typed(text),
    });
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
    this.#looker.wake();
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** What the terminal sends. An Escape is known by nothing following it. */
  async #typed(text: string): Promise<void> {
    const pieces = ++this.#pieces;
    this.#press(this.#keys.push(text));
    if (!this.#keys.isWaiting) return;
    await this.clock.wait(ESCAPE_MS, this.#over.signal);
    if (pieces === this.#pieces) this.#press(this.#keys.flush());
  }

  #press(keys: readonly Key[]): void {
    for (const key of keys) this.#dispatch({ is: 'key', key });
  }

  async #work(first: Promise<unknown>): Promise<void> {
    await Promise.all([first.then(() => this.#looker.goOn(this.#over.signal)), this.#tick()]);
  }

  #saw(snapshot: Snapshot, isNew: boolean): void {
    const { seen } = this.model;
    const at = this.#now();
    const hosts = new Map(
      snapshot.workers.map(({ worker, identity }) => [worker, identity?.hostname ?? worker]),
    );
    const outlook = isNew || !seen ? this.sources.outlook(snapshot, at) : seen.outlook;
    this.#dispatch({ is: 'seen', seen: { snapshot, hosts, at, outlook }, isNew });
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
      case 'leave': {
        this.leave(effect.key);
        return;
      }
      case 'suspend': {
        this.screen.suspend();
        return;
      }
      case 'repaint': {
        this.screen.forget();
        return;
      }
      case 'sift': {
        this.#sift();
        return;
      }
      case 'group': {
        this.#group();
        return;
      }
      case 'read': {
        this.#read();
        return;
      }
      case 'requeue':
        return void this.#requeue(effect.chosen);
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
      (list) => this.#dispatch({ is: 'grouped', groups: { snapshot, list } }),
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
    const read = async (from: number): ReturnType<ReadLog> => {
      const { seen } = this.model;
      return seen && this.sources.readLog(seen.snapshot, entry, attempt, from);
    };
    const log = followLog(this.clock, read, signal, (lines) =>
      this.#dispatch({ is: 'log', log: lines, trouble: lines ? undefined : 'Its output was not kept.' }),
    );
    log.catch((error: unknown) => {
      if (!signal.aborted) this.#dispatch({ is: 'log', log: undefined, trouble: this.sources.explain(error) });
    });
  }

  async #requeue(chosen: Chosen): Promise<void> {
    this.#dispatch({ is: 'note', text: 'Putting back...' });
    const text = await this.sources.requeue(chosen);
    this.#dispatch({ is: 'note', text });
    this.#looker.wake();
  }

  #now(): number {
    return this.clock.wallTime().getTime();
  }
}

function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
