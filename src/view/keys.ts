/** A character, or the name of a key that is none. */
export type Key = string;

// eslint-disable-next-line no-control-regex -- it is about them
const PIECES = /\x1b\[\[[A-E]|\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[ -~]|[^]/gu;
/** What may go on in the next piece that is read. */
// eslint-disable-next-line no-control-regex -- likewise
const UNFINISHED = /\x1b(?:\[\[?[0-?]*[ -/]*|O)?$/;

const SEQUENCES: Readonly<Record<string, Key>> = {
  ...{ A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', Z: 'shift-tab', M: 'enter' },
  ...{ '1~': 'home', '4~': 'end', '7~': 'home', '8~': 'end', '5~': 'page-up', '6~': 'page-down' },
};

const CONTROLS: Readonly<Record<string, Key>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x1b': 'escape',
};

/** Makes keys of what a terminal sends; an escape sequence may come in two pieces, and Escape begins like one. */
export class KeyReader {
  #kept = '';

  /** Whether something is kept back that may be the beginning of a key. */
  get isWaiting(): boolean {
    return this.#kept !== '';
  }

  push(text: string): Key[] {
    const all = this.#kept + text;
    this.#kept = UNFINISHED.exec(all)?.[0] ?? '';
    return keysOf(all.slice(0, all.length - this.#kept.length));
  }

  /** Nothing followed: it was the key itself. */
  flush(): Key[] {
    const kept = this.#kept;
    this.#kept = '';
    return keysOf(kept);
  }
}

function keysOf(text: string): Key[] {
  return [...text.matchAll(PIECES)].flatMap(([piece]) => {
    if (piece.length > 1 && piece.startsWith('\x1b')) {
      // Whatever is held besides (Shift, Ctrl, Alt) stands before the last sign.
      const key =
        SEQUENCES[
          piece
            .slice(2)
            .replace(/^\d*;\d+/, '')
            .replace(/^1?(?=[A-Z]$)/, '')
        ];
      return key === undefined ? [] : [key];
    }
    const named = CONTROLS[piece];
    if (named !== undefined) return [named];
    if (piece < ' ') return [`ctrl-${String.fromCharCode(piece.charCodeAt(0) + 0x60)}`];
    return [piece];
  });
}
