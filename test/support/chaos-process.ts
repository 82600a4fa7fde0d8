import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process of a chaos run: a worker or the reader. */
export class ChaosProcess {
  readonly #child: ChildProcess;
  readonly #chunks: Buffer[] = [];
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  over = false;
  stopped = false;
  stops = 0;

  constructor(script: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, NODE_OPTIONS: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const take = (chunk: Buffer): void => void this.#chunks.push(chunk);
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.#child.once('exit', () => (this.over = true));
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Both streams, in the order in which they came. */
  get output(): string {
    return Buffer.concat(this.#chunks).toString();
  }

  /** Between two entries: reading, locking, claiming, recording. False where /proc does not tell. */
  get isBetweenEntries(): boolean {
    try {
      return readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8') === '';
    } catch {
      return false;
    }
  }

  stop(): void {
    this.stopped = this.#child.kill('SIGSTOP');
    if (this.stopped) this.stops++;
  }

  resume(): void {
    this.stopped = false;
    this.#child.kill('SIGCONT');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

/** Polls until it is so; says what was waited for when it never is, and how it is then. */
export async function until(
  what: string,
  ms: number,
  condition: () => boolean,
  instead = () => '',
): Promise<void> {
  for (const end = performance.now() + ms; !condition();) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}\n${instead()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The exits of all, or an error that shows what those who hang have said. */
export async function allExits(workers: readonly ChaosProcess[], ms: number): Promise<Exit[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const hanging = workers.filter((worker) => !worker.over).map((worker) => worker.output.slice(-600));
      reject(new Error(`${hanging.length} workers did not end within ${ms} ms:\n${hanging.join('\n--\n')}`));
    }, ms);
  });
  try {
    return await Promise.race([Promise.all(workers.map((worker) => worker.exited)), late]);
  } finally {
    clearTimeout(timer);
  }
}
