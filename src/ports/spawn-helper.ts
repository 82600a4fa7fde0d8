import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { frame, Frames, type Told } from './spawn-helper-frames.js';
import { PROGRAM } from './spawn-helper-program.js';
import { assignments, type Environment } from './spawn-helper-request.js';
import { readProcess } from './spawn-proc.js';
import type { OutputStream } from './spawn.js';

/** Who is told of a run by its helper. */
export interface Hearer {
  started(pid: number): void;
  output(stream: OutputStream, chunk: Buffer): void;
  outputEnded(stream: OutputStream): void;
  /** `status` as wait(2) has it; `left`: others of its group live on. */
  ended(status: number, left: boolean): void;
  /** Nothing of the command ran. */
  refused(): void;
  /** The helper is gone, and how the run ends is for nobody to know. */
  lost(): void;
}

/** What `ps` shows of a helper; the program itself comes in its environment. */
const ARGUMENTS = ['-I', '-S', '-c', 'import os; exec(os.environ["PROGRAM"]) # cooperate: starts runs'];

/** A small process that starts runs: for it that costs a fraction of what a fork of Node does. */
export class Helper {
  private readonly process: ChildProcess;
  private readonly line: Socket;
  private readonly frames = new Frames();
  private readonly hearers = new Map<number, Hearer>();
  private waiting: Buffer[] = [];
  private last = 0;
  /** When it was started, in clock ticks. */
  readonly since: number;
  private isReady = false;
  private isOver = false;

  /** `gone` is called once, when it can no longer be used. */
  constructor(
    readonly python: string,
    readonly base: Environment,
    private readonly gone: (helper: Helper, answered: boolean) => void,
  ) {
    // Nothing of the user's environment: that is for the runs.
    const env = { LC_ALL: 'C', PROGRAM };
    const stdio = ['inherit', 'ignore', 'ignore', 'pipe'] as const;
    this.process = spawn(python, ARGUMENTS, { stdio: [...stdio], env, detached: true });
    this.since = readProcess(String(this.process.pid))?.started ?? 0;
    this.line = this.process.stdio[3] as Socket;
    this.line.on('error', () => undefined).on('data', (chunk: Buffer) => this.take(chunk));
    // Not when it exits: what it is starting holds the line until it has become its command.
    this.line.once('close', () => this.end());
    this.process.once('error', () => this.end());
    this.process.unref();
    this.line.unref();
    this.line.write(frame(assignments(base)));
  }

  /** Whether it can be asked to start something. */
  get usable(): boolean {
    return this.isReady && !this.isOver;
  }

  get running(): number {
    return this.hearers.size;
  }

  /** Its number for the run. */
  start(request: readonly string[], hearer: Hearer): number {
    const run = ++this.last;
    // The loop lives as long as the run does.
    if (this.hearers.size === 0) this.line.ref();
    this.hearers.set(run, hearer);
    this.ask('s', run, request);
    return run;
  }

  /** So much of its output was taken: as much may follow. */
  taken(run: number, stream: OutputStream, bytes: number): void {
    if (this.hearers.has(run)) this.ask(stream === 'stdout' ? '1' : '2', run, [String(bytes)]);
  }

  /** The run is over for its hearer; `open`: whoever holds its pipes now writes to nobody. */
  leave(run: number, open: boolean): void {
    if (!this.hearers.delete(run)) return;
    if (open) this.ask('f', run, []);
    if (this.hearers.size === 0) this.line.unref();
  }

  /** It leaves at the end of its line; a run that it has started goes on. */
  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.line.destroy();
    this.gone(this, this.isReady);
    for (const hearer of this.hearers.values()) hearer.lost();
    this.hearers.clear();
  }

  /** Everything of one turn of the event loop in one piece: each is a switch to the helper and back. */
  private ask(what: string, run: number, parts: readonly string[]): void {
    if (this.isOver) return;
    if (this.waiting.length === 0) setImmediate(() => this.send());
    this.waiting.push(frame([what, String(run), ...parts]));
  }

  private send(): void {
    this.line.write(Buffer.concat(this.waiting.splice(0)));
  }

  private take(chunk: Buffer): void {
    try {
      for (const told of this.frames.take(chunk)) this.hear(told);
    } catch {
      this.end();
    }
  }

  private hear({ run, kind, bytes }: Told): void {
    if (!this.isReady) {
      if (run !== 0 || kind !== 'r') throw new TypeError('not a helper');
      this.isReady = true;
      return;
    }
    const hearer = this.hearers.get(run);
    if (!hearer) return;
    const stream = kind === '1' ? 'stdout' : 'stderr';
    if (kind === 's') hearer.started(Number(bytes.toString('latin1')));
    else if (kind === 'e') hearer.refused();
    else if (kind === 'x') {
      const [status = 0, left = 0] = bytes.toString('latin1').split(' ').map(Number);
      hearer.ended(status, left > 0);
    } else if (bytes.length > 0) hearer.output(stream, bytes);
    else hearer.outputEnded(stream);
  }
}
