const NEWLINE = 0x0a;
const ESCAPE = 0x1b;

/** Escape sequences that take the cursor to other lines, or let it be taken there: of progress displays, editors. */
// eslint-disable-next-line no-control-regex -- it is about them
const MOVES = /\x1b(?:\[[0-9;]*[ABEFHJSTdfrsu]|\[\?(?:47|1047|1049)[hl]|[78DMc])/g;
/** One that the chunk ends in the middle of. */
// eslint-disable-next-line no-control-regex -- likewise
const UNFINISHED = /\x1b(?:\[[?0-9;]{0,14})?$/;

/** Where the output so far has left the cursor, as far as the status line must know. */
export class Cursor {
  /** Something stands on the cursor's line: a prompt, a progress bar. */
  midLine = false;
  /** After it was moved, that many lines down there may be something. */
  private unsure = 0;
  private unfinished = '';

  constructor(private readonly rows: () => number) {}

  /** At the start of a line with nothing on it and nothing below. */
  get free(): boolean {
    return !this.midLine && this.unsure === 0;
  }

  follow(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.midLine = chunk[chunk.length - 1] !== NEWLINE;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const settledFrom = this.lastMove(bytes);
    if (this.unsure > 0) this.countLines(bytes, settledFrom);
  }

  /** Somebody else had the terminal, and by custom left it at the start of a line. */
  forget(): void {
    this.midLine = false;
    this.unsure = 0;
    this.unfinished = '';
  }

  /** Index after the last movement in the chunk; 0 when there is none. */
  private lastMove(bytes: Buffer): number {
    const carried = this.unfinished.length;
    if (carried === 0 && !bytes.includes(ESCAPE)) return 0;
    const text = this.unfinished + bytes.toString('latin1');
    this.unfinished = UNFINISHED.exec(text)?.[0] ?? '';
    let end = 0;
    for (const move of text.matchAll(MOVES)) end = move.index + move[0].length;
    if (end > 0) this.unsure = this.rows();
    return Math.max(0, end - carried);
  }

  private countLines(bytes: Buffer, from: number): void {
    for (
      let at = bytes.indexOf(NEWLINE, from);
      at >= 0 && this.unsure > 0;
      at = bytes.indexOf(NEWLINE, at + 1)
    ) {
      this.unsure--;
    }
  }
}
