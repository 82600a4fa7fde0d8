import type { Looking } from '../commands/look.js';
import { hasChanged } from '../commands/watch.js';
import { Failure } from '../failure.js';
import type { Snapshot } from '../survey/types.js';

export interface WatchRequest {
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Looking costs at most a twentieth of the time. */
const TIMES_OF_LOOK = 20;
/** An editor has saved the other half, or a server has come back, by then. */
const PATIENCE_MS = 30_000;

/** A snapshot now, and one after each change. */
export async function* changes(looking: Looking, { everyMs, signal }: WatchRequest): AsyncGenerator<Snapshot> {
  const { clock } = looking;
  let last: Snapshot | undefined;
  let troubleSince: number | undefined;
  while (!signal.aborted) {
    const began = clock.monotonic();
    try {
      const snapshot = await looking.look();
      troubleSince = undefined;
      if (!last || hasChanged(last, snapshot)) {
        last = snapshot;
        yield snapshot;
      }
    } catch (error) {
      troubleSince ??= began;
      if (!last || !(error instanceof Failure) || began - troubleSince >= PATIENCE_MS) throw error;
    }
    const now = clock.monotonic();
    await clock.wait(Math.max(everyMs, TIMES_OF_LOOK * (now - began)), signal);
  }
}
