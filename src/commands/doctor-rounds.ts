import { until, type Meeting } from '../doctor/meeting.js';
import type { Box, Done, Task } from '../doctor/schemas.js';
import { Failure } from '../failure.js';
import type { DoctorPorts } from './doctor-part.js';

/** What a partner may take beyond what it was told to. */
const ANSWER_MS = 60_000;

/** Tells the others what to do, and hears what came of it, one task after the other. */
export class Rounds {
  readonly #ports: DoctorPorts;
  readonly #meeting: Meeting;
  others: readonly string[] = [];
  #round = 0;

  constructor(ports: DoctorPorts, meeting: Meeting) {
    this.#ports = ports;
    this.#meeting = meeting;
  }

  /** Has all of them do it; what takes longer than `forMs` and a minute does not come any more. */
  async ask(task: Task, forMs: number): Promise<Done[]> {
    const round = await this.call(task, this.others);
    return this.answers(this.others, round, forMs);
  }

  async call(task: Task, to: readonly string[]): Promise<number> {
    this.#ports.signal.throwIfAborted();
    const round = ++this.#round;
    await this.#meeting.post({ round, task, ...(to.length < this.others.length && { to: [...to] }) });
    return round;
  }

  async answers(from: readonly string[], round: number, forMs: number): Promise<Done[]> {
    const { clock, signal } = this.#ports;
    return Promise.all(
      from.map(async (who) => {
        const box = await until(clock, forMs + ANSWER_MS, signal, async (): Promise<Box | undefined> => {
          const box = await this.#meeting.read(who);
          return box?.left !== undefined || (box?.done && box.round >= round) ? box : undefined;
        });
        if (signal.aborted) return {};
        if (!box || box.left !== undefined) throw silent(who, box?.left);
        return box.done ?? {};
      }),
    );
  }

  /** Until it says that it holds the lock, as that round told it to. */
  async holding(who: string, round: number): Promise<void> {
    const { clock, signal } = this.#ports;
    const holds = await until(clock, ANSWER_MS, signal, async () => {
      const box = await this.#meeting.read(who);
      return box?.holds === round ? true : undefined;
    });
    if (!holds && !signal.aborted) throw silent(who);
  }

  async end(): Promise<void> {
    await this.#meeting.post({ round: this.#round + 1, task: { is: 'end' } }).catch(() => undefined);
  }
}

function silent(who: string, left?: string): Failure {
  return new Failure({
    reason: 'usage',
    problem:
      left === undefined ? `${who} has not answered for ${ANSWER_MS / 1000} s.` : `${who} has left: ${left}.`,
    remedy: 'Without it nothing can be said of the filesystem. Start all of them again.',
  });
}
