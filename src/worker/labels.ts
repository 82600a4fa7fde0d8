import type { OutputStream } from '../ports/spawn.js';

/** A line that goes on for longer than this is shown in pieces. */
const LONGEST_LINE = 64 << 10;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Shows the output of one of several runs that print at the same time: whole lines, each with its run's label. */
export class LabelledLines {
  readonly #show: (stream: OutputStream, bytes: Uint8Array) => void | Promise<void>;
  #label = Buffer.alloc(0);
  /** The beginning of a line that has not ended yet. */
  readonly #begun: Record<OutputStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  constructor(show: (stream: OutputStream, bytes: Uint8Array) => void | Promise<void>) {
    this.#show = show;
  }

  /** The next run begins. */
  begin(label: string): void {
    this.#label = Buffer.from(`[${label}] `);
  }

  /** A promise when the reader is slow. */
  add(stream: OutputStream, chunk: Uint8Array): void | Promise<void> {
    const bytes = Buffer.concat([this.#begun[stream], chunk]);
    const end = bytes.length > LONGEST_LINE ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
    this.#begun[stream] = bytes.subarray(end);
    if (end > 0) return this.#show(stream, this.#labelled(bytes.subarray(0, end)));
  }

  /** The run has ended: what has no line end gets one. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this.#begun[stream];
      this.#begun[stream] = Buffer.alloc(0);
      if (rest.length > 0) void this.#show(stream, this.#labelled(rest));
    }
  }

  #labelled(bytes: Buffer): Buffer {
    const pieces: Uint8Array[] = [];
    for (let from = 0; from < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, from);
      const end = newline < 0 ? bytes.length : newline;
      pieces.push(this.#label, shown(bytes.subarray(from, end)), Buffer.of(NEWLINE));
      from = end + 1;
    }
    return Buffer.concat(pieces);
  }
}

/** A progress bar overwrites itself: its last state is what a terminal would have left. */
function shown(line: Buffer): Buffer {
  const end = line.at(-1) === RETURN ? line.length - 1 : line.length;
  return line.subarray(line.lastIndexOf(RETURN, end - 1) + 1, end);
}
