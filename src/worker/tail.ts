import { harmless } from '../ports/screen-text.js';

export const TAIL_LINES = 20;
const TAIL_BYTES = 8192;

/** The end of a run's output, for its failure file: the last bytes only, however much there is. */
export class Tail {
  /** Twice as long as needed, so that moving its end to its front is rare. */
  private readonly bytes = Buffer.allocUnsafe(2 * TAIL_BYTES);
  private length = 0;
  private cut = false;

  add(chunk: Uint8Array): void {
    const end = chunk.length > TAIL_BYTES ? chunk.subarray(-TAIL_BYTES) : chunk;
    if (end !== chunk) this.cut = true;
    if (this.length + end.length > this.bytes.length) this.moveToFront();
    this.bytes.set(end, this.length);
    this.length += end.length;
  }

  clear(): void {
    this.length = 0;
    this.cut = false;
  }

  lines(): string[] {
    const overlong = this.length > TAIL_BYTES;
    const window = this.bytes.subarray(overlong ? this.length - TAIL_BYTES : 0, this.length);
    return lastLines(window, overlong || this.cut);
  }

  private moveToFront(): void {
    this.bytes.copyWithin(0, this.length - TAIL_BYTES, this.length);
    this.length = TAIL_BYTES;
    this.cut = true;
  }
}

/** `cut`: something came before, so that the first line may lack its beginning. */
function lastLines(bytes: Buffer, cut: boolean): string[] {
  let start = 0;
  // Not in the middle of a character.
  while (cut && start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  const lines = bytes.toString('utf8', start).split('\n').map(asShown);
  if (cut) lines[0] = `…${lines[0] ?? ''}`;
  while (lines.at(-1) === '') lines.pop();
  return lines.slice(-TAIL_LINES);
}

// eslint-disable-next-line no-control-regex -- colours, titles and links of terminals
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;

/** What a terminal would have left of a line: a progress bar overwrites itself. */
function asShown(line: string): string {
  const written = line.replace(ESCAPES, '').split('\r');
  const last = written.findLast((part) => part !== '') ?? '';
  return last.split('\t').map(harmless).join('\t');
}
