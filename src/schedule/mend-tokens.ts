import { textStart } from './encoding.js';
import { unclosedComment, unexpected, type Wanted } from './problems.js';
import type { Splice } from './splice.js';
import type { NotASchedule } from './text.js';

/** Something in the text that no schedule has. */
export interface Flaw {
  /** In bytes; undefined when no single place is at fault. */
  readonly offset: number | undefined;
  readonly problem: string;
  /** What mending it makes of it; undefined where that would be a guess. */
  readonly mend: string | undefined;
}

const BLANK = /[ \t\r\n]*/y;

/** A place in a text, and what was found wrong in it so far. */
export class MendTokens {
  readonly flaws: Flaw[] = [];
  readonly splices: Splice[] = [];
  protected readonly text: string;
  protected at: number;
  /** Nothing behind this place is known to be what it seems. */
  protected isLost = false;

  constructor(protected readonly bytes: Buffer) {
    // One character for each byte, so that offsets stay.
    this.text = bytes.toString('latin1');
    this.at = textStart(bytes);
  }

  /** The next character that is neither white space nor in a comment; undefined at the end. */
  protected next(): string | undefined {
    for (;;) {
      this.at += this.match(BLANK)?.length ?? 0;
      const found = this.text[this.at];
      if (found === undefined) return undefined;
      if (found === '#') this.hashComment();
      else if (this.text.startsWith('//', this.at)) this.at = this.lineEnd();
      else if (this.text.startsWith('/*', this.at)) {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end < 0) this.give(unclosedComment(this.at));
        this.at = end < 0 ? this.text.length : end + 2;
        this.isLost ||= end < 0;
      } else return found;
    }
  }

  private hashComment(): void {
    const end = this.lineEnd();
    this.put(this.at, end, '');
    this.flaw(this.at, 'a comment starts with // or /*', 'left out');
    this.at = end;
  }

  private lineEnd(): number {
    const end = this.text.indexOf('\n', this.at);
    return end < 0 ? this.text.length : end;
  }

  protected match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0];
  }

  protected skip(length: number): true {
    this.at += length;
    return true;
  }

  protected put(from: number, to: number, put: string, encoding: BufferEncoding = 'latin1'): void {
    this.splices.push({ from, to, put: [Buffer.from(put, encoding)] });
  }

  protected flaw(offset: number, problem: string, mend: string | undefined): void {
    this.flaws.push({ offset, problem, mend });
  }

  protected fail(wanted: Wanted): false {
    return this.failAt(this.at, wanted);
  }

  protected failAt(at: number, wanted: Wanted): false {
    return this.give(unexpected(this.bytes, at, wanted));
  }

  /** What cannot be mended. */
  protected give({ problem, offset }: NotASchedule): false {
    this.flaws.push({ offset, problem, mend: undefined });
    return false;
  }
}
