import { hasChanged, pauseAfter } from '../commands/watch.js';
import type { Clock } from '../ports/clock.js';
import type { Snapshot } from '../survey/types.js';

/** Who is told what is seen; `isNew` unless nothing has happened since the last look. */
export interface Watcher {
  saw(snapshot: Snapshot, isNew: boolean): void;
  failed(error: unknown): void;
}

/** Looks again and again: soon while something happens, seldom while nothing does. */
export class Looker {
  #waking = new AbortController();
  #last: Snapshot | undefined;
  #inTrouble = false;

  constructor(
    private readonly clock: Clock,
    private readonly look: () => Promise<Snapshot>,
    private readonly watcher: Watcher,
  ) {}

  /** One look; whether there was anything new. */
  async once(): Promise<boolean> {
    const snapshot = await this.look();
    const isNew = !this.#last || hasChanged(this.#last, snapshot);
    this.#last = snapshot;
    this.watcher.saw(snapshot, isNew || this.#inTrouble);
    this.#inTrouble = false;
    return isNew;
  }

  /** Until `signal` is aborted, and it is woken once more. */
  async goOn(signal: AbortSignal): Promise<void> {
    let pause = pauseAfter(0, true, 0);
    for (;;) {
      await this.clock.wait(pause, this.#waking.signal);
      if (signal.aborted) return;
      // Who wakes it from here on wants one more look.
      this.#waking = new AbortController();
      const began = this.clock.monotonic();
      const isNew = await this.once().catch((error: unknown) => {
        this.#inTrouble = true;
        this.watcher.failed(error);
        return false;
      });
      pause = pauseAfter(pause, isNew, this.clock.monotonic() - began);
    }
  }

  /** Something has probably happened. */
  wake(): void {
    this.#waking.abort();
  }
}
