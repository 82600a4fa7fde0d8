import { wantsColour, type ColourChoice } from './screen-colour.js';
import { Cursor } from './screen-cursor.js';
import { sameSink, Sink, type OutputTarget } from './screen-sink.js';
import { inForeground, StatusLine } from './screen-status.js';
import type { OutputStream } from './spawn.js';

/** The terminal, or what stands in for it: what runs print, what we say, and one status line below both. */
export interface Screen {
  /** Whether there is a status line at all: stderr is a terminal that understands one. */
  readonly isTerminal: boolean;
  readonly columns: number;
  coloured(stream: OutputStream): boolean;
  /** Bytes as they are. A promise when the reader is slow; never fails, also when nobody reads any more. */
  write(stream: OutputStream, chunk: Uint8Array): void | Promise<void>;
  /** What we have to say, on stderr and on a line of its own. */
  notice(text: string): void | Promise<void>;
  /** Asked for its text about ten times a second; undefined ends it. Costs nothing where there is no terminal. */
  status(text: (() => string) | undefined): void;
  /** Leaves the terminal to somebody else: the shell, a prompt, a run that inherits it. */
  pause(): void;
  resume(): void;
  /** Erases the status line, and waits until all was written. */
  close(): Promise<void>;
}

export interface ScreenOptions {
  readonly stdout?: OutputTarget;
  readonly stderr?: OutputTarget;
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  readonly colour?: ColourChoice;
  /** Whether the terminal is ours to draw on now. */
  readonly foreground?: () => boolean;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export function realScreen(options: ScreenOptions = {}): Screen {
  const {
    stdout = process.stdout,
    stderr = process.stderr,
    env = process.env,
    colour = 'auto',
    foreground = inForeground,
  } = options;
  // A terminal that was never told its size says 0.
  const columns = (): number => stderr.columns || DEFAULT_COLUMNS;
  const rows = (): number => stderr.rows || DEFAULT_ROWS;
  const below = new Cursor(rows);
  const sinks = {
    stdout: new Sink(stdout, sameSink(stdout, stderr) ? below : new Cursor(rows)),
    stderr: new Sink(stderr, below),
  };
  const live = stderr.isTTY === true && env['TERM'] !== 'dumb';
  const line = live ? new StatusLine(sinks.stderr, stderr, columns, foreground) : undefined;

  const write = (stream: OutputStream, chunk: Uint8Array): void | Promise<void> => {
    const sink = sinks[stream];
    const shared = sink.cursor === below;
    if (shared) line?.erase();
    const taken = sink.write(chunk);
    sink.cursor.follow(chunk);
    if (shared) line?.drawSoon();
    return taken;
  };

  return {
    isTerminal: live,
    get columns() {
      return columns();
    },
    coloured: (stream) => {
      const target = stream === 'stdout' ? stdout : stderr;
      return wantsColour(colour, target.isTTY === true, env);
    },
    write,
    notice: (text) => write('stderr', Buffer.from(`${below.midLine ? '\n' : ''}${text}\n`)),
    status: (text) => line?.show(text),
    pause: () => line?.pause(),
    resume: () => line?.resume(),
    close: async () => {
      line?.show(undefined);
      await Promise.all([sinks.stdout.flushed(), sinks.stderr.flushed()]);
    },
  };
}
