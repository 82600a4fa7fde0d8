import type { OutputStream, RunCommand, RunEnd, Running, Spawner } from '../../src/ports/spawn.js';

/** What a test sees of one started command, and how it ends it. */
export class FakeRun implements Running {
  readonly signals: NodeJS.Signals[] = [];
  readonly ended: Promise<RunEnd>;
  private resolve!: (end: RunEnd) => void;

  constructor(
    readonly command: RunCommand,
    readonly pid: number | undefined,
  ) {
    this.ended = new Promise((resolve) => (this.resolve = resolve));
  }

  signal(signal: NodeJS.Signals): void {
    this.signals.push(signal);
  }

  async print(text: string | Buffer, stream: OutputStream = 'stdout'): Promise<void> {
    await this.command.onOutput(stream, Buffer.from(text));
  }

  exit(code = 0): void {
    this.end({ is: 'exited', code });
  }

  end(end: RunEnd): void {
    this.resolve(end);
  }
}

export interface FakeSpawner extends Spawner {
  readonly runs: readonly FakeRun[];
}

/** Calls the script with every run that is started; without one each succeeds at once. A run goes on until ended. */
export function fakeSpawner(script: (run: FakeRun) => void | Promise<void> = (run) => run.exit()): FakeSpawner {
  const runs: FakeRun[] = [];
  return {
    runs,
    start: (command) => {
      const run = new FakeRun(command, 1000 + runs.length);
      runs.push(run);
      void script(run);
      return run;
    },
  };
}
