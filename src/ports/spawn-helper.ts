import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { PROGRAM } from './spawn-helper-program.js';
import { environmentFrame, type Environment } from './spawn-helper-request.js';

/** What a helper knows about the end of a run. */
export type HelperWord =
  /** As wait(2) has it. */
  | { readonly is: 'ended'; readonly status: number }
  /** The command could not be executed, and nothing of it ran. */
  | { readonly is: 'refused'; readonly errno: number }
  /** The helper is gone, and how the run ends is for nobody to know. */
  | { readonly is: 'lost' };

export interface Seated {
  readonly pid: number;
  readonly readers: [Socket, Socket];
  readonly word: Promise<HelperWord>;
}

interface Seat {
  readonly pid: number;
  readonly stdout: number;
  readonly stderr: number;
}

/** A small process that starts one run after another: a fork of it costs a fraction of what a fork of Node does. */
export class Helper {
  readonly pid: number | undefined;
  private readonly process: ChildProcess;
  private readonly line: Socket;
  private text = '';
  private seat: Seat | undefined;
  private errno: number | undefined;
  private hear: ((word: HelperWord) => void) | undefined;
  private answered = false;

  constructor(
    perl: string,
    readonly base: Environment,
    private readonly gone: (helper: Helper, answered: boolean) => void,
  ) {
    // Nothing of the user's environment: PERL5OPT and the like are meant for others.
    const env = { LC_ALL: 'C' };
    const stdio = ['inherit', 'ignore', 'ignore', 'pipe'] as const;
    this.process = spawn(perl, ['-e', PROGRAM], { stdio: [...stdio], env, detached: true });
    this.pid = this.process.pid;
    this.line = this.process.stdio[3] as Socket;
    this.line.on('error', () => undefined).on('data', (chunk: Buffer) => this.take(chunk.toString('latin1')));
    this.process.once('error', () => this.end());
    // What it said last may still be in the line, and is read in this round of the event loop.
    this.process.once('exit', () => setImmediate(() => this.end()));
    this.process.unref();
    this.line.unref();
    this.line.write(environmentFrame(base));
  }

  /** Whether its next child waits for a command. */
  get free(): boolean {
    return this.seat !== undefined && this.hear === undefined;
  }

  /** Undefined when nothing was started. */
  start(request: Buffer): Seated | undefined {
    const { seat } = this;
    const readers = seat && openReaders(seat);
    if (!readers) return undefined;
    this.seat = undefined;
    const word = new Promise<HelperWord>((resolve) => (this.hear = resolve));
    // The loop lives as long as the run does.
    this.line.ref();
    this.line.write(request);
    return { pid: seat.pid, readers, word };
  }

  /** It and its waiting child leave at the end of their line; a run that it has started goes on. */
  end(): void {
    this.line.destroy();
    this.seat = undefined;
    this.settle({ is: 'lost' });
    this.gone(this, this.answered);
  }

  private take(text: string): void {
    const lines = `${this.text}${text}`.split('\n');
    this.text = lines.pop() ?? '';
    for (const line of lines) this.obey(line);
  }

  private obey(line: string): void {
    if (line.startsWith('E')) {
      this.errno = Number(line.slice(1));
      return;
    }
    const [status = 0, pid, stdout, stderr] = line.split(' ').map(Number);
    this.seat = pid && stdout && stderr ? { pid, stdout, stderr } : undefined;
    const { errno } = this;
    this.errno = undefined;
    this.settle(errno === undefined ? { is: 'ended', status } : { is: 'refused', errno });
    this.answered = true;
  }

  private settle(word: HelperWord): void {
    const { hear } = this;
    this.hear = undefined;
    this.line.unref();
    hear?.(word);
  }
}

/** The child has both ends of its pipes: there is a writer until it is gone, and so no end is seen too early. */
function openReaders({ pid, stdout, stderr }: Seat): [Socket, Socket] | undefined {
  const opened: number[] = [];
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  try {
    for (const fd of [stdout, stderr]) opened.push(openSync(`/proc/${pid}/fd/${fd}`, flags));
    return opened.map((fd) => new Socket({ fd, readable: true, writable: false })) as [Socket, Socket];
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  }
}
