import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, openSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The version of the protocol and its clients' mounts. */
export type Version = '3' | '4.2';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

const SERVER = 0;
/** Of NFS 4: after the server's restart clients have this long to come back. */
const LEASE_SECONDS = '15';

/** A real NFS server and its clients, each a kernel of its own, on this machine. */
export class Bed {
  readonly run: string;
  readonly #scripts: string;
  readonly #env: NodeJS.ProcessEnv;
  /** Scripts that may be booting a guest. */
  readonly #running = new Set<ChildProcess>();

  constructor(root: string) {
    this.run = process.env['TESTBED_RUN'] ?? path.join(os.tmpdir(), 'cooperate-nfs');
    this.#scripts = path.join(root, 'test/nfs/bed');
    // Hosts that are booted together have the same pids at the same time: the worst case is the one to test.
    this.#env = { PIDSKEW: '0', LEASE: LEASE_SECONDS, ...process.env, TESTBED_RUN: this.run };
  }

  /** What it lacks on this machine. */
  lacks(): string | undefined {
    const { status, stdout, error } = spawnSync(this.#script('needs.sh'), { encoding: 'utf8' });
    return status === 0 ? undefined : stdout.trim() || String(error);
  }

  async up(version: Version, clients: number, mountOptions?: string): Promise<void> {
    if (mountOptions !== undefined) this.#env['MNTOPTS'] ??= mountOptions;
    await this.#do('up.sh', version, String(clients));
  }

  /** A copy of the program for the guests, which see this machine's files: a build meanwhile does not take it away. */
  copyProgram(root: string): string {
    const program = path.join(this.run, 'program');
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(path.join(root, part), path.join(program, part), { recursive: true });
    for (const script of ['reader.js', 'person.js'])
      cpSync(path.join(root, 'test/nfs', script), path.join(program, script));
    return program;
  }

  kill(guest: number): Promise<void> {
    return this.#do('kill.sh', String(guest));
  }

  boot(guest: number): Promise<void> {
    return this.#do('boot.sh', String(guest));
  }

  cable(guest: number, state: 'down' | 'up'): Promise<void> {
    return this.#do('cable.sh', String(guest), state);
  }

  down(): void {
    for (const script of this.#running) script.kill('SIGKILL');
    spawnSync(this.#script('down.sh'), { env: this.#env });
  }

  /** A command that goes on in a guest; it is the caller's to end, and ends when the bed goes down. */
  spawn(guest: number, command: string): ChildProcess {
    const env = { ...this.#env, NOSTDIN: '1' };
    return spawn(this.#script('run-on-client'), [String(guest), command], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for the test alone, which takes the bed down in order.
      detached: true,
    });
  }

  /** A command in a guest, to its end. */
  async ask(guest: number, command: string, timeoutMs = 120_000): Promise<Ran> {
    const child = this.spawn(guest, command);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    try {
      return await ended(child);
    } finally {
      clearTimeout(timer);
    }
  }

  async onServer(command: string): Promise<string> {
    const { code, out, errors } = await this.ask(SERVER, command);
    if (code !== 0) throw new Error(`on the server, ${command}: ${errors}`);
    return out;
  }

  /** Puts a file on the share. */
  put(file: string, text: string): void {
    const done = spawnSync(this.#script('run-on-client'), [String(SERVER), `cat > ${file}`], {
      ...{ env: this.#env, input: text, encoding: 'utf8' },
    });
    if (done.status !== 0) throw new Error(`${file} cannot be put on the share: ${done.stderr}`);
  }

  /** A copy of a folder of the share, links among its files kept. */
  async copyOut(folder: string, to: string): Promise<void> {
    const child = spawn(this.#script('run-on-client'), [String(SERVER), `tar cf - ${folder}`], {
      env: { ...this.#env, NOSTDIN: '1' },
      stdio: ['ignore', openSync(`${to}.tar`, 'w'), 'inherit'],
    });
    await new Promise((resolve) => child.once('close', resolve));
    const { status, stderr } = spawnSync('tar', ['xf', `${to}.tar`, '-C', to], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the share cannot be copied: ${stderr}`);
  }

  /** The last lines a guest's kernel and first process said. */
  logOf(guest: number): string {
    const file = path.join(this.run, `${guest}.log`);
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-8).join('\n') : '';
  }

  #script(name: string): string {
    return path.join(this.#scripts, name);
  }

  async #do(script: string, ...args: string[]): Promise<void> {
    const child = spawn(this.#script(script), args, {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#running.add(child);
    const { code, errors } = await ended(child);
    this.#running.delete(child);
    if (code !== 0) throw new Error(`${script} ${args.join(' ')}: ${errors}`);
  }
}

function ended(child: ChildProcess): Promise<Ran> {
  let out = '';
  let errors = '';
  child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, out, errors: String(error) }));
    child.once('close', (code) => resolve({ code, out, errors }));
  });
}
