import { resolve } from 'node:path';
import { lookingAt, type Looking, type LookPorts } from '../commands/look.js';
import type { Snapshot as Known } from '../survey/types.js';
import { translated, usage } from './error.js';
import { outputOf } from './log.js';
import { either } from './signals.js';
import { snapshotOf } from './snapshot.js';
import type * as api from './types.js';
import { changes } from './watch.js';

/** A schedule in this outside world. */
export async function openWith(ports: LookPorts, path: string): Promise<api.Schedule> {
  // Wherever this process goes later.
  const absolute = resolve(path);
  return new OpenSchedule(path, absolute, ports, await lookingAt(ports, absolute));
}

const EVERY_MS = 1000;

class OpenSchedule implements api.Schedule {
  readonly #absolute: string;
  readonly #ports: LookPorts;
  readonly #looking: Looking;
  readonly #closing = new AbortController();

  constructor(
    readonly path: string,
    absolute: string,
    ports: LookPorts,
    looking: Looking,
  ) {
    this.#absolute = absolute;
    this.#ports = ports;
    this.#looking = inTurn(looking);
  }

  snapshot(): Promise<api.Snapshot> {
    return this.#asked(undefined, async () => this.#shown(await this.#looking.look()));
  }

  watch({ everyMs = EVERY_MS, signal }: api.WatchOptions = {}): AsyncGenerator<api.Snapshot, void> {
    return this.#iterated(signal, (both) => this.#watched(everyMs, both));
  }

  log(entry: number, options: api.LogOptions = {}): AsyncGenerator<Uint8Array, void> {
    const { attempt, follow = false, tail, signal } = options;
    return this.#iterated(signal, (both) =>
      outputOf(this.#looking, { entry, attempt, follow, tail, signal: both }),
    );
  }

  add(commands: readonly (readonly string[])[], options: api.AddOptions = {}): Promise<api.Added> {
    return this.#asked(options.signal, async (signal) => {
      const { addEntries } = await import('./steering.js');
      return addEntries(this.#ports, this.#absolute, commands, options, signal);
    });
  }

  requeue(
    which: number | string | readonly number[] | api.RequeueFilter,
    options: api.RequeueOptions = {},
  ): Promise<api.Requeued> {
    return this.#asked(options.signal, async (signal) => {
      const { putBack } = await import('./steering.js');
      return putBack(this.#ports, this.#absolute, which, options, signal);
    });
  }

  stop(options: api.StopOptions = {}): Promise<api.Stopped> {
    return this.#asked(undefined, async () => {
      const { askToStop } = await import('./steering.js');
      return askToStop(this.#ports, this.#absolute, options);
    });
  }

  close(): Promise<void> {
    this.#closing.abort(closed());
    return Promise.resolve();
  }

  async *#watched(everyMs: number, signal: AbortSignal): AsyncGenerator<api.Snapshot, void> {
    for await (const known of changes(this.#looking, { everyMs, signal })) yield this.#shown(known);
  }

  #shown(known: Known): api.Snapshot {
    return snapshotOf(known, this.#ports.clock.wallTime());
  }

  async #asked<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const both = either(this.#closing.signal, signal);
    try {
      both.signal.throwIfAborted();
      return await work(both.signal);
    } catch (error) {
      throw translated(error);
    } finally {
      both.release();
    }
  }

  async *#iterated<T>(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => AsyncGenerator<T, void>,
  ): AsyncGenerator<T, void> {
    this.#closing.signal.throwIfAborted();
    const both = either(this.#closing.signal, signal);
    try {
      if (!both.signal.aborted) yield* work(both.signal);
    } catch (error) {
      throw translated(error);
    } finally {
      both.release();
    }
  }
}

function closed(): Error {
  return usage('the schedule was closed.', 'Open it again.');
}

/** One look at a time: each goes on where the one before ended. Who comes while one is taken shares the next. */
function inTurn(looking: Looking): Looking {
  let current: Promise<Known> | undefined;
  let next: Promise<Known> | undefined;
  const look = (): Promise<Known> => {
    if (!current) {
      current = looking.look().finally(() => (current = undefined));
      return current;
    }
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return look();
      });
    return next;
  };
  return { ...looking, look };
}
