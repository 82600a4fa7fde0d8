import type { Tell } from '../notice.js';
import type { CommandResult } from '../ports/command.js';
import { commandLine } from '../schedule/slots.js';
import type { FailedEntry } from './runner.js';

export interface HookCommands {
  /** Shell commands. */
  readonly onFailure?: string;
  readonly onFinish?: string;
}

export interface HooksOptions extends HookCommands {
  readonly shell: (command: string, env: Readonly<Record<string, string>>) => Promise<CommandResult>;
  readonly tell: Tell;
  /** What all of them are told: schedule, worker, host. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What a worker has done when it leaves. */
export interface Finished {
  readonly ended: number;
  readonly failures: number;
  readonly lost: number;
  /** Nothing is pending, and no other worker is at work. */
  readonly isLast: boolean;
}

/** Runs the user's commands when an entry fails and when the worker leaves: for mail, chat, or a next step. */
export class Hooks {
  readonly #o: HooksOptions;
  /** One after the other: a hundred failures at once are no reason for a hundred processes. */
  #running: Promise<void> = Promise.resolve();

  constructor(options: HooksOptions) {
    this.#o = options;
  }

  /** Does not hold the worker up. */
  failed({ entry, argv, end, timedOut, file }: FailedEntry): void {
    this.#run('failure', this.#o.onFailure, {
      COOPERATE_ENTRY: String(entry),
      COOPERATE_COMMAND: commandLine(argv),
      COOPERATE_CAUSE: timedOut ? 'timeout' : end.is,
      COOPERATE_EXIT_CODE: end.is === 'exited' ? String(end.code) : '',
      COOPERATE_SIGNAL: end.is === 'killed' ? end.signal : '',
      COOPERATE_FAILURE_FILE: file.is === 'written' ? file.path : '',
    });
  }

  /** When all hooks have ended. */
  async finished({ ended, failures, lost, isLast }: Finished): Promise<void> {
    this.#run('finish', this.#o.onFinish, {
      COOPERATE_ENDED: String(ended),
      COOPERATE_FAILED: String(failures),
      COOPERATE_LOST: String(lost),
      COOPERATE_COMPLETED: isLast ? '1' : '',
    });
    await this.#running;
  }

  #run(event: 'failure' | 'finish', command: string | undefined, facts: Record<string, string>): void {
    if (command === undefined) return;
    const env = { ...this.#o.facts, ...facts, COOPERATE_EVENT: event };
    this.#running = this.#running.then(async () => {
      const result = await this.#o.shell(command, env);
      if (result.ended !== 'exit' || result.exitCode !== 0)
        this.#o.tell({ tell: 'hook-failed', event, result });
    });
  }
}
