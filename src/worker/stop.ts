import type { Running } from '../ports/spawn.js';

/**
 * How far a worker has been told to stop. First signal: claim nothing more, and pass the signal to what runs. Second:
 * kill what runs. Either way what was interrupted is put back before the worker leaves.
 */
export class StopSwitch {
  readonly #draining = new AbortController();
  readonly #killing = new AbortController();
  readonly #running = new Set<Running>();
  #signal: NodeJS.Signals | undefined;
  #expired = false;

  /** Aborted by the first signal. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Aborted by the second: what can wait for another worker is left to it. */
  get killing(): AbortSignal {
    return this.#killing.signal;
  }

  /** What it was told by; undefined when its time was up. */
  get signal(): NodeJS.Signals | undefined {
    return this.#expired ? undefined : this.#signal;
  }

  /** How many commands run. */
  get running(): number {
    return this.#running.size;
  }

  /** A run that is there, or has just begun although the signal came first. */
  attach(running: Running): void {
    this.#running.add(running);
    if (this.#killing.signal.aborted) running.signal('SIGKILL');
    else if (this.#signal) running.signal(passedOn(this.#signal));
  }

  detach(running: Running): void {
    this.#running.delete(running);
  }

  /** The time is up: as the first signal, but nobody asked. */
  expire(): void {
    if (this.#draining.signal.aborted) return;
    this.#expired = true;
    this.request('SIGTERM');
  }

  /** What the request led to. */
  request(signal: NodeJS.Signals): 'draining' | 'killing' {
    if (this.#signal === undefined) {
      this.#signal = signal;
      this.#signalAll(passedOn(signal));
      this.#draining.abort();
      return 'draining';
    }
    this.#signalAll('SIGKILL');
    this.#killing.abort();
    return 'killing';
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const running of this.#running) running.signal(signal);
  }
}

/** Slurm's warning of its own choice: what runs may take it for anything, a debugger's call even. */
function passedOn(signal: NodeJS.Signals): NodeJS.Signals {
  return signal === 'SIGUSR1' ? 'SIGTERM' : signal;
}
