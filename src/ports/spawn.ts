import { type ChildProcess, spawn } from 'node:child_process';
import { openChannel, type Channel } from './spawn-channel.js';
import { ProcessGroup, signalAll } from './spawn-group.js';
import { endLeftovers, GRACES, type Graces } from './spawn-leftovers.js';
import { commandPath, forgetPaths } from './spawn-path.js';
import { fromStream, OutputPipes } from './spawn-output.js';
import { explain, type Unstartable } from './spawn-problem.js';
import { signalNamed } from './spawn-signals.js';
import { descendants, killedBy, readProcess } from './spawn-proc.js';

export type OutputStream = 'stdout' | 'stderr';

export interface RunCommand {
  /** Executed directly, never through a shell. */
  readonly argv: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly cwd?: string;
  /** Hands the terminal over: all three streams are the worker's own, and the run stays in its process group. */
  readonly inherit: boolean;
  /** A promise holds that stream back until it resolves. It must not fail; if it does, `ended` rejects with that. */
  onOutput(stream: OutputStream, chunk: Buffer): void | Promise<void>;
}

export type RunEnd =
  | { readonly is: 'exited'; readonly code: number }
  | { readonly is: 'killed'; readonly signal: NodeJS.Signals }
  | Unstartable;

export interface Running {
  /** Of the process that leads the run; undefined until it is started, or when it cannot be. */
  readonly pid: number | undefined;
  /** To everyone in the run; nothing once it has ended. */
  signal(signal: NodeJS.Signals): void;
  /** When nobody of the run is left and all of its output was taken. */
  readonly ended: Promise<RunEnd>;
}

export interface Spawner {
  start(command: RunCommand): Running;
  /** Several at a time will soon be started with about this environment. */
  prepare?(env: RunCommand['env']): void;
}

/** node:child_process rather than execa, which costs 0.6 ms a run where all of `true` takes 1.4 ms. */
export function realSpawner(graces: Graces = GRACES): Spawner {
  return {
    start: (command) =>
      command.inherit ? startInherited(command) : startPiped(command, openChannel(), graces),
  };
}

function startPiped(command: RunCommand, channel: Channel, graces: Graces): Running {
  let child: ChildProcess;
  try {
    child = launch(command, channel.stdio);
  } catch (error) {
    channel.abandon();
    return unstartable(explain(error, command));
  }
  // Node tells of a real-time signal as of a success. The kernel knows until the run is reaped, later in this turn.
  let signal: number | undefined;
  const look = (): void => {
    if (child.pid !== undefined && child.exitCode === null) signal = killedBy(child.pid);
  };
  const [stdout, stderr] = channel.readers(child);
  const sources = [fromStream(stdout), fromStream(stderr)] as const;
  const output = new OutputPipes(sources, command.onOutput.bind(command), look);
  if (child.pid === undefined) {
    output.stop();
    channel.release(true);
    return unstartable(failureOf(child).then((error) => explain(error, command)));
  }
  const group = new ProcessGroup(child.pid);
  return {
    pid: child.pid,
    signal: (signal) => group.signal(signal),
    ended: endOfPiped(child, group, output, channel, graces).then((end) =>
      signal && end.is === 'exited' ? { is: 'killed', signal: signalNamed(signal) } : end,
    ),
  };
}

async function endOfPiped(
  child: ChildProcess,
  group: ProcessGroup,
  output: OutputPipes,
  channel: Channel,
  graces: Graces,
): Promise<RunEnd> {
  const end = await exitOf(child);
  // Both pipes have nearly always ended by now: then no timer and no wait.
  if (!output.ended || group.occupied()) await endLeftovers(group, output, graces);
  group.close();
  channel.release(output.ended);
  output.stop();
  await output.taken();
  return end;
}

function startInherited(command: RunCommand): Running {
  let child: ChildProcess;
  try {
    child = launch(command, 'inherit');
  } catch (error) {
    return unstartable(explain(error, command));
  }
  const { pid } = child;
  if (pid === undefined) return unstartable(failureOf(child).then((error) => explain(error, command)));
  let running = true;
  const signal = (name: NodeJS.Signals): void => {
    // Ctrl-C went to the whole foreground group, this run included: twice would cut its tidying up short.
    if (name === 'SIGINT' && isForeground()) return;
    if (running) signalAll([pid, ...descendants(pid)], name);
  };
  return { pid, signal, ended: exitOf(child).finally(() => (running = false)) };
}

/** Throws at once for some problems; for others the child has no pid and says 'error' later. */
function launch(command: RunCommand, stdio: 'inherit' | Channel['stdio']): ChildProcess {
  const [name = '', ...args] = command.argv;
  // A session of its own: signals reach all of the run, and a Ctrl-C at the terminal is the worker's to pass on.
  const detached = !command.inherit;
  const { env, cwd } = command;
  const options = { env, detached, stdio, ...(cwd === undefined ? {} : { cwd }) };
  const found = commandPath(name, env['PATH']);
  if (found !== undefined) {
    const child = spawn(found, args, { ...options, argv0: name });
    if (child.pid !== undefined) return child;
    child.once('error', () => undefined);
    forgetPaths();
  }
  return spawn(name, args, options);
}

function exitOf(child: ChildProcess): Promise<RunEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal === null ? { is: 'exited', code: code ?? 0 } : { is: 'killed', signal });
    });
  });
}

function failureOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('error', resolve));
}

function unstartable(end: Unstartable | Promise<Unstartable>): Running {
  return { pid: undefined, signal: () => undefined, ended: Promise.resolve(end) };
}

function isForeground(): boolean {
  const self = readProcess('self');
  return self !== undefined && self.foreground === self.group;
}
