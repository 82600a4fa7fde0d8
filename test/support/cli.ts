import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { typedHere } from './cli-here.js';

export const PROGRAM = fileURLToPath(new URL('../../bin/cooperate.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Runs it as somebody without rights. */
  readonly asNobody?: boolean;
  readonly as?: Person;
}

/** Somebody by number, in that group alone; there need be no account. */
export interface Person {
  readonly uid: number;
  readonly gid: number;
  /** As a shell spells it. */
  readonly umask?: string;
}

export const NOBODY = 65534;

/** As it is before any command is given another. */
const OWN_ENV = { ...process.env };

/** Some milliseconds for two busy cores: only ever reached when something is wrong. */
const PATIENCE = { timeout: 15_000, interval: 20 };

/** What is tried without a process of its own; that each of them has an end there too is seen in verbs.test.ts. */
const HERE = new Set(
  'doe --doe add requeue check status progress --progress logs config completions --help __complete'.split(' '),
);

/** The program while it runs. */
export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Until its messages hold this. */
  async says(text: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.stderr).toMatch(text), PATIENCE);
  }

  async prints(text: string | RegExp): Promise<void> {
    await vi.waitFor(() => expect(this.stdout).toMatch(text), PATIENCE);
  }
}

/** A folder to try the program in. What is started in it can be found again, and nothing of it may stay. */
export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'cooperate-cli-'));
  readonly #programs: Program[] = [];

  /** Without what the terminal or the shell of whoever runs the tests would bring in. */
  readonly env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(
      Object.entries(OWN_ENV).filter(
        ([name]) => !/^(COOPERATE|SLURM|VITEST|NODE_|npm_|PYTHON|(NO|FORCE)_COLOR|CUDA)/.test(name),
      ),
    ),
    COOPERATE_TEST_FOLDER: this.path,
    // The settings of whoever runs the tests are not those of the tests.
    XDG_CONFIG_HOME: join(this.path, '.config'),
    XDG_STATE_HOME: join(this.path, '.state'),
  };

  in(name: string): string {
    return join(this.path, name);
  }

  write(name: string, content: string | Uint8Array, mode?: number): string {
    writeFileSync(this.in(name), content);
    if (mode !== undefined) chmodSync(this.in(name), mode);
    return this.in(name);
  }

  /** A schedule in one line, as the original writes it. */
  schedule(entries: readonly (readonly (string | number | boolean)[])[], name = 'exp.json'): string {
    return this.write(name, JSON.stringify(entries));
  }

  read(name: string): string {
    return readFileSync(this.in(name), 'utf8');
  }

  lines(name: string): string[] {
    return this.names().includes(name) ? this.read(name).split('\n').slice(0, -1) : [];
  }

  names(of = '.'): string[] {
    return readdirSync(this.in(of)).sort();
  }

  /** One letter an entry: `x` marked, `.` pending. */
  marks(name = 'exp.json'): string {
    const entries = JSON.parse(this.read(name)) as string[][];
    return entries.map(([first]) => (first === 'executed' ? 'x' : '.')).join('');
  }

  start(args: readonly string[], options: StartOptions = {}): Program {
    const { cwd = this.path, env = {}, input, asNobody, as } = options;
    const command = [process.execPath, PROGRAM, ...args];
    const masked = ['sh', '-c', 'umask "$0" && exec "$@"', as?.umask ?? ''];
    const [file = '', ...argv] = as?.umask === undefined ? command : [...masked, ...command];
    const child = spawn(file, argv, {
      cwd,
      env: { ...this.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(asNobody ? { uid: NOBODY, gid: NOBODY } : {}),
      ...(as && { uid: as.uid, gid: as.gid }),
    });
    child.stdin?.end(input);
    const program = new Program(child);
    this.#programs.push(program);
    return program;
  }

  /** To its end: what runs commands or waits in a process of its own, the rest in this one. */
  cooperate(...args: string[]): Promise<Ended> {
    return HERE.has(args[0] ?? '') ? this.here(...args) : this.start(args).ended;
  }

  here(...args: string[]): Promise<Ended> {
    return typedHere(args, { cwd: this.path, env: this.env });
  }

  /** Until a file that the commands write to has so many lines. */
  async hasLines(name: string, count: number): Promise<string[]> {
    return vi.waitFor(() => {
      const lines = this.lines(name);
      expect(lines.length).toBeGreaterThanOrEqual(count);
      return lines;
    }, PATIENCE);
  }

  /** Whoever was started in this folder, by anybody, and still lives. */
  processes(): string[] {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && startedIn(this.path, pid));
  }

  /** Removes the folder, having made sure that nobody was left behind in it; `before`, what stands in the way of that. */
  async dispose(before: () => void = () => undefined): Promise<void> {
    try {
      await vi.waitFor(() => expect(this.processes().map(describeProcess)).toEqual([]), {
        timeout: 3000,
        interval: 20,
      });
    } finally {
      for (const pid of this.processes()) kill(Number(pid));
      await Promise.all(this.#programs.map(({ ended }) => ended.catch(() => undefined)));
      before();
      rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

function startedIn(folder: string, pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`COOPERATE_TEST_FOLDER=${folder}\0`);
  } catch {
    return false; // gone, or nobody of ours
  }
}

function describeProcess(pid: string): string {
  try {
    return `${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`;
  } catch {
    return `${pid}: gone`;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone meanwhile
  }
}

/** An entry that runs this in a shell; `$0` is its name, by which the tests know it. */
export const sh = (script: string, name = 'sh'): string[] => ['sh', '-c', script, name];

/** Shell: goes on when the file is there, or when the test is over. */
export const until = (file: string): string =>
  `until [ -e "${file}" ] || [ ! -d "$COOPERATE_TEST_FOLDER" ]; do sleep 0.02; done`;

/** An entry that writes its name into the folder's file `ran`, and then does `rest`. */
export const leavesItsName = (name: string, rest = ':'): string[] =>
  sh(`echo "$0" >> "$COOPERATE_TEST_FOLDER/ran"; ${rest}`, name);

/** What a person may expect of every message that ends a command. */
export function expectReadable(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr).not.toContain('nobody thought of');
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  expect(stderr).toMatch(/^cooperate: /);
}

/** What is true of any output: no stack trace, nothing that nobody thought of. */
export function expectNoTrace(stderr: string): void {
  expect(stderr).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(stderr).not.toContain('nobody thought of');
}
