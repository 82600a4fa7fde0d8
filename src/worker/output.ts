import type { AppendFile } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import type { OutputStream } from '../ports/spawn.js';
import { OutputLog, type LogTrouble } from './output-log.js';
import { Tail } from './tail.js';

export interface OutputOptions {
  readonly screen: Screen;
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

  constructor(options: OutputOptions) {
    this.screen = options.screen;
    this.log = options.log && new OutputLog(options.log, (trouble) => options.onLogTrouble(trouble));
  }

  /** The next run begins. */
  begin(): void {
    this.tail.clear();
  }

  /** For the spawner: a promise when the terminal or the log is slower than the run. */
  readonly take = (stream: OutputStream, chunk: Uint8Array): void | Promise<void> => {
    this.tail.add(chunk);
    const logged = this.log?.add(chunk);
    const shown = this.screen.write(stream, chunk);
    return logged && shown ? Promise.all([logged, shown]).then(() => undefined) : (logged ?? shown);
  };

  lastLines(): string[] {
    return this.tail.lines();
  }

  /** When the log has everything; nothing to wait for in the usual case. */
  flushed(): void | Promise<void> {
    return this.log?.flushed();
  }
}
