import { harmless } from './screen-text.js';

/**
 * Colours and the like, every other sequence that is whole (titles, links, cursor moves, modes), one that is not whole
 * yet, and what is left over.
 */
const PARTS =
  // eslint-disable-next-line no-control-regex -- it is about them
  /(?<sgr>\x1b\[[\d;:]*m)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]|(?<left>\p{Cc}|\p{Cs}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069])/gu;
// eslint-disable-next-line no-control-regex -- likewise
const SGR = /\x1b\[[\d;:]*m/g;
/** A line that goes on for longer than this is shown in pieces. */
const LONGEST_LINE = 64 << 10;

export interface SafeOptions {
  /** Whether colours pass. */
  readonly coloured: boolean;
}

/**
 * Makes what somebody else's program has printed fit for this terminal: colours pass, and whatever else would command the
 * terminal does not. Of a progress bar that overwrites itself the last state stays, as a terminal would have it.
 */
export class SafeOutput {
  readonly #coloured: boolean;
  readonly #decoder = new TextDecoder();
  #begun = '';

  constructor({ coloured }: SafeOptions) {
    this.#coloured = coloured;
  }

  /** The lines that end in this chunk, or with it. */
  add(chunk: Uint8Array): string {
    const text = this.#begun + this.#decoder.decode(chunk, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    this.#begun = text.slice(end);
    return this.#lines(text.slice(0, end)) + this.#overlong();
  }

  /** The line that has not ended yet, as it stands. */
  get begun(): string {
    return this.#line(this.#begun);
  }

  /** Nothing more comes: the line that has not ended. */
  end(): string {
    const rest = this.#line(this.#begun + this.#decoder.decode());
    this.#begun = '';
    return rest;
  }

  #lines(text: string): string {
    if (PLAIN.test(text)) return text;
    return text
      .split('\n')
      .map((line) => this.#line(line))
      .join('\n');
  }

  /** Cut where a state of a progress bar ends, or anywhere. */
  #overlong(): string {
    if (this.#begun.length <= LONGEST_LINE) return '';
    const state = this.#begun.lastIndexOf('\r', this.#begun.length - 2) + 1;
    if (state > 0) {
      this.#begun = this.#begun.slice(state);
      if (this.#begun.length <= LONGEST_LINE) return '';
    }
    const piece = this.#line(this.#begun);
    this.#begun = '';
    return piece;
  }

  #line(line: string): string {
    if (PLAIN.test(line)) return line;
    return this.#overwritten(line).replace(PARTS, (part, ...rest) => {
      const { sgr, left } = rest.at(-1) as { sgr?: string; left?: string };
      if (sgr !== undefined) return this.#coloured ? sgr : '';
      if (left === undefined || left === '\r') return '';
      return part === '\t' ? part : harmless(part);
    });
  }

  /** What was overwritten is gone, and the colours it has set stay. */
  #overwritten(line: string): string {
    let end = line.length;
    while (line[end - 1] === '\r') end--;
    const from = end === 0 ? 0 : line.lastIndexOf('\r', end - 1) + 1;
    if (from === 0) return line;
    return [...(line.slice(0, from).match(SGR) ?? [])].join('') + line.slice(from);
  }
}

const PLAIN = /^[ -~\n\t]*$/;
