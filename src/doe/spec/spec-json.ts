/** What is wrong with a text, and where: `offset` counts UTF-16 units. */
export class NotReadable extends Error {
  constructor(
    readonly what: string,
    readonly offset: number,
    readonly remedy = 'Correct it there.',
  ) {
    super(what);
    this.name = 'NotReadable';
  }
}

/** No spec is nested deeper than a few levels; readers that call themselves run out of stack at some thousands. */
export const DEEPEST = 100;

/** Punctuation, a string from quote to quote, or a number or a word up to where it ends. */
const TOKEN = /[ \t\r\n]*([{}[\]:,]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\]:,"]+)/suy;
const WHITE = /[ \t\r\n]*/y;

/**
 * Reads JSON as JSON.parse does, but knows the place of a mistake, refuses a key that stands there twice, and a number
 * with more digits than it keeps. Throws `NotReadable`.
 */
export function readJson(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(depth: number): unknown {
    if (depth > DEEPEST) throw new NotReadable('this is nested too deeply', this.at);
    const start = this.place();
    const token = this.next();
    if (token === '{') return this.object(depth);
    if (token === '[') return this.list(depth);
    if (token === undefined || /^[}\]:,]$/.test(token)) throw this.unexpected(start, 'a value');
    const lost = digitsLost(token);
    if (lost) throw new NotReadable(lost, start, IN_QUOTES);
    return this.parsed(token, start);
  }

  end(): void {
    const at = this.place();
    if (at < this.text.length) throw new NotReadable('the text ends before this', at, 'Take out what follows.');
  }

  private list(depth: number): unknown[] {
    const list: unknown[] = [];
    if (this.takes(']')) return list;
    do list.push(this.value(depth + 1));
    while (this.goesOn(']'));
    return list;
  }

  private object(depth: number): unknown {
    const entries = new Map<string, unknown>();
    if (!this.takes('}')) {
      do {
        const key = this.key(entries);
        entries.set(key, this.value(depth + 1));
      } while (this.goesOn('}'));
    }
    return Object.fromEntries(entries);
  }

  private key(known: ReadonlyMap<string, unknown>): string {
    const start = this.place();
    const token = this.next();
    if (!token?.startsWith('"')) throw this.unexpected(start, 'a key in double quotes');
    const key = this.parsed(token, start) as string;
    if (known.has(key))
      throw new NotReadable(`the key ${token} stands there twice`, start, 'Take one of them out.');
    const colon = this.place();
    if (this.next() !== ':') throw this.unexpected(colon, 'a colon');
    return key;
  }

  /** After an element: whether another one follows. */
  private goesOn(end: '}' | ']'): boolean {
    const start = this.place();
    const token = this.next();
    if (token !== ',' && token !== end) throw this.unexpected(start, `a comma or the closing ${end}`);
    return token === ',';
  }

  private takes(wanted: string): boolean {
    const before = this.at;
    if (this.next() === wanted) return true;
    this.at = before;
    return false;
  }

  private next(): string | undefined {
    TOKEN.lastIndex = this.at;
    const [, token] = TOKEN.exec(this.text) ?? [];
    if (token !== undefined) this.at = TOKEN.lastIndex;
    return token;
  }

  private parsed(token: string, start: number): unknown {
    try {
      return JSON.parse(token);
    } catch {
      if (!token.startsWith('"')) throw this.unexpected(start, 'a value');
      throw new NotReadable(
        'this string has a line break or a backslash in it that JSON does not allow',
        start,
        String.raw`Write \n for a line break, and \\ for a backslash.`,
      );
    }
  }

  /** Of what comes next. */
  private place(): number {
    WHITE.lastIndex = this.at;
    WHITE.exec(this.text);
    return WHITE.lastIndex;
  }

  private unexpected(at: number, wanted: string): NotReadable {
    if (at >= this.text.length) return new NotReadable(`the text ends where ${wanted} should come`, at);
    return new NotReadable(`${wanted} should stand here`, at, hintFor(this.text.slice(at)));
  }
}

function hintFor(rest: string): string | undefined {
  if (/^[}\]]/.test(rest)) return 'Add it, or take out the comma in front of this.';
  if (/^(?:\/\/|\/\*|#)/.test(rest)) return 'JSON has no comments; YAML has: name the file .yaml.';
  if (/^"/.test(rest)) return 'Close the string with a double quote.';
  return /^[^\s{[:,]/.test(rest) ? 'Put text in double quotes.' : undefined;
}

export const IN_QUOTES = 'Put it in quotes to have it as it stands there.';

/** Why a number as it is written is none that can be kept. */
export function digitsLost(text: string): string | undefined {
  const value = Number(text);
  if (Math.abs(value) === Infinity) return `${text} is too great for a number`;
  const isLong = /^[-+]?\d{16,}$/.test(text) && String(value) !== text;
  return isLong && BigInt(value) !== BigInt(text) ? `${text} has more digits than a number keeps` : undefined;
}
