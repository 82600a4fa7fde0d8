import { StringDecoder } from 'node:string_decoder';

/** The lines of a log that are kept, oldest first. */
export interface LogLines {
  readonly lines: readonly string[];
  /** Whether lines or bytes before these were left out. */
  readonly cut: boolean;
  /** Nothing more will come. */
  readonly ended: boolean;
}

const MOST_LINES = 20_000;
const LONGEST_LINE = 10_000;
const TAB = 8;

// eslint-disable-next-line no-control-regex -- it is about them
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])/g;

/** Makes lines of a log's bytes as they come, as a terminal would show them but without colours. */
export class LogReader {
  #decoder = new StringDecoder('utf8');
  #lines: string[] = [];
  #last = '';
  #cut: boolean;

  constructor(startsAtBeginning: boolean) {
    this.#cut = !startsAtBeginning;
  }

  push(bytes: Buffer): void {
    const pieces = (this.#last + this.#decoder.write(bytes)).split('\n');
    this.#last = shortened(pieces.pop() ?? '');
    for (const piece of pieces) this.#lines.push(cleaned(piece));
    if (this.#lines.length > MOST_LINES) {
      // Some more than needed, since it moves all that stay.
      this.#lines = this.#lines.slice(-MOST_LINES * 0.9);
      this.#cut = true;
    }
  }

  view(ended: boolean): LogLines {
    const last = this.#last === '' ? [] : [cleaned(this.#last)];
    return { lines: [...this.#lines, ...last], cut: this.#cut, ended };
  }
}

/** A line that never ends, such as a progress bar's: what stands at its end counts. */
function shortened(line: string): string {
  if (line.length <= LONGEST_LINE) return line;
  const back = line.lastIndexOf('\r');
  return back > 0 ? line.slice(back + 1, back + 1 + LONGEST_LINE) : line.slice(0, LONGEST_LINE);
}

function cleaned(line: string): string {
  const plain = line.slice(0, 4 * LONGEST_LINE).replace(SEQUENCES, '');
  const shown = plain.split('\r').findLast((part) => part !== '') ?? '';
  return untabbed(shown).slice(0, LONGEST_LINE);
}

function untabbed(line: string): string {
  if (!line.includes('\t')) return line;
  return line
    .split('\t')
    .reduce((before, part) => `${before}${' '.repeat(TAB - (before.length % TAB))}${part}`);
}
