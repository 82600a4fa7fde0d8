import { errorCode } from './fs.js';
import { sessionMembers } from './spawn-proc.js';

/** A run: the process group and session that its leader was started in. */
export class ProcessGroup {
  private closed = false;

  constructor(private readonly leader: number) {}

  /** The quick question, one system call: is there anybody at all, zombies included? */
  occupied(): boolean {
    return sent(-this.leader, 0);
  }

  /** The exact one. In a container whose init reaps nobody, zombies stay for good and must not count. */
  alive(): boolean {
    const members = sessionMembers(this.leader);
    return members === undefined ? this.occupied() : members.length > 0;
  }

  /** The whole session: `timeout` and job-control shells put what they start into groups of its own. */
  signal(signal: NodeJS.Signals): void {
    if (this.closed) return;
    sent(-this.leader, signal);
    const others = (sessionMembers(this.leader) ?? []).filter((member) => member.group !== this.leader);
    signalAll(
      others.map((member) => member.pid),
      signal,
    );
  }

  /** Nobody is left, and the number may come to mean somebody else. */
  close(): void {
    this.closed = true;
  }
}

export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) sent(pid, signal);
}

/** False when there is nobody of that number; one that is not ours to signal is still there. */
function sent(pid: number, signal: NodeJS.Signals | 0): boolean {
  const { stackTraceLimit } = Error;
  // Asked after every run, and nearly always answered by an error: its stack would cost more than the question.
  Error.stackTraceLimit = 0;
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
