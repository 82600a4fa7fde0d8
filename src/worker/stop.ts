import type { Running } from '../ports/spawn.js';

/**
 * How far a worker has been told to stop. First signal: claim nothing more, and pass the signal to what runs. Second:
 * kill what runs. Either way what was interrupted is put back before the worker leaves.
 */
export class StopSwitch {
  readonly #draining = new AbortController();
  readonly #killing = new AbortController();
  #running: Running | undefined;
  #signal: NodeJS.Signals | undefined;

  /** Aborted by the first signal. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Aborted by the second: what can wait for another worker is left to it. */
  get killing(): AbortSignal {
    return this.#killing.signal;
  }

  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** A run that is there, or has just begun although the signal came first. */
  attach(running: Running): void {
    this.#running = running;
    if (this.#killing.signal.aborted) running.signal('SIGKILL');
    else if (this.#signal) running.signal(this.#signal);
  }

  detach(): void {
    this.#running = undefined;
  }

  /** What the request led to. */
  request(signal: NodeJS.Signals): 'draining' | 'killing' {
    if (this.#signal === undefined) {
      this.#signal = signal;
      this.#running?.signal(signal);
      this.#draining.abort();
      return 'draining';
    }
    this.#running?.signal('SIGKILL');
    this.#killing.abort();
    return 'killing';
  }
}
