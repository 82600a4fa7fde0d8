import type { Running } from '../ports/spawn.js';

/**
 * How far a worker has been told to stop. Asked to drain: claim nothing more, and let what runs end. First signal: the
 * same, and pass it to what runs. Second: kill what runs. Whatever was interrupted is put back before the worker leaves.
 */
export class StopSwitch {
  readonly #draining = new AbortController();
  readonly #ending = new AbortController();
  readonly #killing = new AbortController();
  readonly #running = new Set<Running>();
  #signal: NodeJS.Signals | undefined;
  #expired = false;

  /** Aborted by the first signal, or by being asked to drain: nothing more is started. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /** Aborted by the first signal: what runs was told to end. */
  get ending(): AbortSignal {
    return this.#ending.signal;
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

  /** Nothing more is started, and what runs may take its time. */
  drain(): void {
    this.#draining.abort();
  }

  /** The time is up, or somebody asked from elsewhere: as the first signal, but no signal came. */
  expire(): void {
    if (this.#ending.signal.aborted) return;
    this.#expired = true;
    this.request('SIGTERM');
  }

  /** What the request led to. */
  request(signal: NodeJS.Signals): 'draining' | 'killing' | 'known' {
    if (this.#signal === undefined) {
      this.#signal = signal;
      this.#signalAll(passedOn(signal));
      this.#ending.abort();
      this.#draining.abort();
      return 'draining';
    }
    // Of one terminal that is closed, both the system and the shell tell.
    if (signal === 'SIGHUP' && this.#signal === 'SIGHUP') return 'known';
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
