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
    const newline = bytes.lastIndexOf(NEWLINE) + 1;
    const end = bytes.length - newline > LONGEST_LINE ? cutOf(bytes) : newline;
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

/** Where to cut a line that is too long: behind a progress bar's last whole state, or between two characters. */
function cutOf(bytes: Buffer): number {
  const state = bytes.lastIndexOf(RETURN, bytes.length - 2) + 1;
  if (state > bytes.lastIndexOf(NEWLINE) + 1) return state;
  let end = bytes.length;
  while (end > bytes.length - 3 && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return ((bytes[end - 1] ?? 0) & 0xc0) === 0xc0 ? end - 1 : bytes.length;
}

/** A progress bar overwrites itself: its last state is what a terminal would have left. */
function shown(line: Buffer): Buffer {
  let end = line.length;
  while (line[end - 1] === RETURN) end--;
  return end === 0 ? line.subarray(0, 0) : line.subarray(line.lastIndexOf(RETURN, end - 1) + 1, end);
}
