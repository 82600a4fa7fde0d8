import { Readable, Writable } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Ended } from './cli.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** What a process has one of: a command of its own would have it to itself. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string | undefined;
}

let turn: Promise<unknown> = Promise.resolve();
let count = 0;

/**
 * Runs the built program in this process, one command after another: starting a process of its own takes ten times as
 * long as most commands do. What signals, terminals, exits and races do to it must be tried on processes.
 */
export function typedHere(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const ended = turn.then(() => runHere(args, surroundings));
  turn = ended.catch(() => undefined);
  return ended;
}

async function runHere(args: readonly string[], { cwd, env, input }: Surroundings): Promise<Ended> {
  const stdout = new Pipe();
  const stderr = new Pipe();
  const goBack = [
    swapped(process, {
      stdout,
      stderr,
      stdin: Readable.from(input === undefined ? [] : [Buffer.from(input)]),
      argv: [process.execPath, MAIN, ...args],
      env: { ...env },
    }),
    movedTo(cwd),
    listening(),
  ];
  try {
    // Its chunks stay loaded; what is run again is only the line that starts it.
    await import(/* @vite-ignore */ `${pathToFileURL(MAIN).href}?${++count}`);
    const code = Number(process.exitCode);
    process.exitCode = undefined;
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    for (const back of goBack.reverse()) back();
  }
}

class Pipe extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function swapped(on: object, values: Record<string, unknown>): () => void {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(on, name)] as const);
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(on, name, { value, configurable: true, writable: true, enumerable: true });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(on, name, descriptor);
      else Reflect.deleteProperty(on, name);
    }
  };
}

function movedTo(folder: string): () => void {
  const before = process.cwd();
  process.chdir(folder);
  return () => {
    process.chdir(before);
  };
}

/** Takes away the listeners that a process would have taken along. */
function listening(): () => void {
  const before = new Map(process.eventNames().map((event) => [event, process.rawListeners(event)]));
  return () => {
    for (const event of process.eventNames()) {
      for (const listener of process.rawListeners(event)) {
        if (!before.get(event)?.includes(listener)) process.removeListener(event, listener as () => void);
      }
    }
  };
}
