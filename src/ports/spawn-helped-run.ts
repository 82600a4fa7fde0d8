import { ProcessGroup } from './spawn-group.js';
import type { Helper } from './spawn-helper.js';
import { endLeftovers, type Graces } from './spawn-leftovers.js';
import { OutputPipes, type Source } from './spawn-output.js';
import { strayGroup } from './spawn-strays.js';
import { signalNamed } from './spawn-signals.js';
import type { OutputStream, RunCommand, RunEnd, Running } from './spawn.js';

/** What a helper knew of the end of a run. */
type Word =
  | { readonly is: 'ended'; readonly status: number; readonly left: boolean }
  | { readonly is: 'refused' }
  | { readonly is: 'lost' };

interface Options {
  readonly command: RunCommand;
  readonly graces: Graces;
  /** Starts it in the ordinary way, and so tells as well what is wrong with it. */
  readonly plainly: () => Running;
}

/** A run that a helper is asked to start. */
export class HelpedRun implements Running {
  readonly ended: Promise<RunEnd>;
  private group: ProcessGroup | undefined;
  private instead: Running | undefined;
  private leader: number | undefined;
  private isOver = false;
  /** Sent before there was anybody to get them. */
  private early: NodeJS.Signals[] = [];

  constructor(
    helper: Helper,
    request: readonly string[],
    private readonly options: Options,
  ) {
    const stdout = new Outlet(helper, 'stdout');
    const stderr = new Outlet(helper, 'stderr');
    const output = new OutputPipes([stdout, stderr], options.command.onOutput.bind(options.command));
    const over = new Promise<Word>((resolve) => {
      const run = helper.start(request, {
        started: (pid) => this.begin(pid),
        output: (stream, chunk) => (stream === 'stdout' ? stdout : stderr).take(chunk),
        outputEnded: (stream) => (stream === 'stdout' ? stdout : stderr).end(),
        ended: (status, left) => resolve({ is: 'ended', status, left }),
        refused: () => resolve({ is: 'refused' }),
        lost: () => {
          stdout.end();
          stderr.end();
          resolve({ is: 'lost' });
        },
      });
      stdout.run = stderr.run = run;
    });
    this.ended = this.end(helper, stdout.run, output, over);
  }

  get pid(): number | undefined {
    return this.instead ? this.instead.pid : this.leader;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.isOver) return;
    if (this.instead) this.instead.signal(signal);
    else if (!this.group) this.early.push(signal);
    else if (this.group.occupied()) this.group.signal(signal);
  }

  private begin(pid: number): void {
    this.leader = pid;
    this.group = new ProcessGroup(pid);
    this.deliverEarly();
  }

  private deliverEarly(): void {
    for (const signal of this.early.splice(0)) this.signal(signal);
  }

  private async end(helper: Helper, run: number, output: OutputPipes, over: Promise<Word>): Promise<RunEnd> {
    const word = await over;
    if (word.is === 'refused') {
      helper.leave(run, false);
      this.instead = this.options.plainly();
      this.deliverEarly();
      return this.instead.ended;
    }
    if (word.is === 'lost') this.findStray(helper);
    const left = word.is === 'ended' ? word.left : this.group?.occupied();
    if (this.group && (left || !output.ended)) await endLeftovers(this.group, output, this.options.graces);
    this.isOver = true;
    this.group?.close();
    helper.leave(run, !output.ended);
    await output.taken();
    return word.is === 'ended' ? endOf(word.status) : { is: 'killed', signal: 'SIGKILL' };
  }

  /** It may have been started with nobody left to tell of it. */
  private findStray(helper: Helper): void {
    const stray = this.group ? undefined : strayGroup(this.options.command.env, helper.since);
    if (stray !== undefined) this.begin(stray);
  }
}

/** As much is taken before the helper is told so. */
const ENOUGH = 1 << 16;

/** One of a run's two pipes, which its helper reads. */
class Outlet implements Source {
  run = 0;
  take!: (chunk: Buffer) => void;
  end!: () => void;
  readonly stop = nothing;
  /** The helper stops by itself when too much is not taken. */
  readonly hold = nothing;
  readonly go = nothing;
  private untold = 0;

  constructor(
    private readonly helper: Helper,
    private readonly stream: OutputStream,
  ) {}

  listen(take: (chunk: Buffer) => void, end: () => void): void {
    this.take = take;
    this.end = end;
  }

  taken(bytes: number): void {
    this.untold += bytes;
    if (this.untold < ENOUGH) return;
    this.helper.taken(this.run, this.stream, this.untold);
    this.untold = 0;
  }
}

function endOf(status: number): RunEnd {
  const signal = status & 127;
  return signal === 0 ? { is: 'exited', code: status >> 8 } : { is: 'killed', signal: signalNamed(signal) };
}

function nothing(): void {
  return;
}
