import { EventEmitter } from 'node:events';

// eslint-disable-next-line no-control-regex -- it is about them
const SEQUENCE = /\x1b\[(\d*)([A-Za-z])/y;
// eslint-disable-next-line no-control-regex -- likewise
const UNFINISHED = /\x1b(?:\[\d*)?$/;

/** A terminal as far as the tests of the screen need one: lines, wrapping, scrolling, a few escape sequences. */
export class Terminal extends EventEmitter {
  readonly isTTY = true;
  written = 0;
  private readonly lines: (string | undefined)[][] = [[]];
  private unfinished = '';
  private row = 0;
  private column = 0;

  constructor(
    public columns = 40,
    readonly rows = 10,
  ) {
    super();
  }

  write(bytes: Uint8Array | string, taken: (error?: Error | null) => void = () => undefined): boolean {
    this.written++;
    const text = this.unfinished + Buffer.from(bytes as string).toString();
    this.unfinished = UNFINISHED.exec(text)?.[0] ?? '';
    this.put(text.slice(0, text.length - this.unfinished.length));
    queueMicrotask(taken);
    return true;
  }

  /** All lines, those that scrolled away too. */
  get text(): string {
    return this.shown.join('\n').trimEnd();
  }

  get shown(): string[] {
    return this.lines.map((line) =>
      Array.from(line, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.row, column: this.column };
  }

  private put(text: string): void {
    for (let at = 0; at < text.length; at++) {
      SEQUENCE.lastIndex = at;
      const sequence = SEQUENCE.exec(text);
      if (sequence) {
        this.control(sequence[2] as string, Number(sequence[1] || 1));
        at += sequence[0].length - 1;
      } else this.character(text[at] as string);
    }
  }

  private character(character: string): void {
    if (character === '\r') this.column = 0;
    else if (character === '\n') this.nextLine();
    else {
      if (this.column >= this.columns) this.nextLine();
      this.line[this.column++] = character;
    }
  }

  private nextLine(): void {
    this.column = 0;
    this.row++;
    this.lines[this.row] ??= [];
  }

  private control(final: string, count: number): void {
    const top = Math.max(0, this.lines.length - this.rows);
    if (final === 'A') this.row = Math.max(top, this.row - count);
    else if (final === 'B') this.row = Math.min(this.lines.length - 1, this.row + count);
    else if (final === 'K') this.line.length = Math.min(this.line.length, this.column);
  }

  private get line(): (string | undefined)[] {
    return this.lines[this.row] as (string | undefined)[];
  }
}
