import type { AppendFile } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import type { OutputStream } from '../ports/spawn.js';
import { LabelledLines } from './labels.js';
import { OutputLog, type LogTrouble } from './output-log.js';
import { Tail } from './tail.js';

export interface OutputOptions {
  readonly screen: Screen;
  /** Other runs print at the same time: each line says whose it is. */
  readonly labelled: boolean;
  /** None when it could not be opened. */
  readonly log: AppendFile | undefined;
  /** Once each time that the log stops taking output. */
  onLogTrouble(trouble: LogTrouble): void;
}

/** Where the output of a worker's runs goes, one run after the other: terminal, log, and the tail for a failure file. */
export class RunOutput {
  private readonly screen: Screen;
  private readonly log: OutputLog | undefined;
  private readonly tail = new Tail();
  private readonly lines: LabelledLines | undefined;

  constructor(options: OutputOptions) {
    const { screen } = options;
    this.screen = screen;
    this.lines = options.labelled
      ? new LabelledLines((stream, bytes) => screen.write(stream, bytes))
      : undefined;
    this.log = options.log && new OutputLog(options.log, (trouble) => options.onLogTrouble(trouble));
  }

  /** The next run begins; `label` is what its lines carry where others print too. */
  begin(label: string): void {
    this.tail.clear();
    this.lines?.begin(label);
    this.log?.begin();
  }

  /** Where this run's output is in the log. */
  get logged(): [from: number, to: number] | undefined {
    return this.log?.range;
  }

  /** For the spawner: a promise when the terminal or the log is slower than the run. */
  readonly take = (stream: OutputStream, chunk: Uint8Array): void | Promise<void> => {
    this.tail.add(chunk);
    const logged = this.log?.add(chunk);
    const shown = this.lines ? this.lines.add(stream, chunk) : this.screen.write(stream, chunk);
    return logged && shown ? Promise.all([logged, shown]).then(() => undefined) : (logged ?? shown);
  };

  lastLines(): string[] {
    return this.tail.lines();
  }

  /** When the log has everything; nothing to wait for in the usual case. */
  flushed(): void | Promise<void> {
    this.lines?.end();
    return this.log?.flushed();
  }
}
