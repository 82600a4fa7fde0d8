import {
  badEscape,
  badNumber,
  controlInString,
  loneSurrogate,
  nulInArgument,
  straySlash,
  unclosedComment,
  unclosedString,
  unexpected,
} from './problems.js';

/** FNV-1a, 32 bits: one multiplication a byte, and exact comparison follows wherever two hashes agree. */
const HASH_SEED = 0x811c9dc5 | 0;
const HASH_PRIME = 0x01000193;
/** Mixed in after each argument; no byte has this value, so ["ab"] and ["a", "b"] differ. */
const ARGUMENT_END = 0x100;

/** From the byte behind the backslash to the byte it stands for. */
const SHORT_ESCAPES = new Map(
  Array.from('"\\/bfnrt', (letter, i) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(i)]),
);

/**
 * Reads blanks and scalars of JSON, byte by byte. It wants valid UTF-8, tolerates comments (it notes them in
 * `loose`) and is as strict as RFC 8259 in everything else. Built for tens of megabytes: it allocates nothing per token.
 */
export class TokenReader {
  readonly loose: [from: number, to: number][] = [];
  /** Hash of the decoded arguments read since the last `forget`. */
  hash = HASH_SEED;
  /** The last scalar: the bytes between the quotes of a string, the spelling of anything else. */
  from = 0;
  to = 0;
  /** Whether the last scalar has escapes in it. */
  escaped = false;

  constructor(
    readonly bytes: Buffer,
    public at: number,
  ) {}

  /** Starts the hash anew. */
  forget(): void {
    this.hash = HASH_SEED;
  }

  /** Moves to the next byte that is neither white space nor comment and returns it, or -1 at the end of the text. */
  next(): number {
    const bytes = this.bytes;
    const end = bytes.length;
    let at = this.at;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) at++;
      else if (byte === 0x2f) at = this.comment(at);
      else {
        this.at = at;
        return byte;
      }
    }
    this.at = at;
    return -1;
  }

  /** Reads the scalar that starts with `first` at the present place. */
  scalar(first: number): void {
    if (first === 0x22) this.string();
    else if (first === 0x2d || (first >= 0x30 && first <= 0x39)) this.number();
    else this.literal(first);
    this.hash = Math.imul(this.hash ^ ARGUMENT_END, HASH_PRIME);
  }

  /** The last scalar, decoded. */
  text(): string {
    const raw = this.bytes.toString('utf8', this.from, this.to);
    return this.escaped ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  private string(): void {
    const bytes = this.bytes;
    const end = bytes.length;
    let at = this.at + 1;
    let hash = this.hash;
    this.from = at;
    this.escaped = false;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === 0x22) {
        this.to = at;
        this.at = at + 1;
        this.hash = hash;
        return;
      }
      if (byte === 0x5c) {
        this.hash = hash;
        at = this.escape(at) - 1;
        hash = this.hash;
      } else if (byte < 0x20) throw controlInString(bytes, at);
      else hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    throw unclosedString(this.from - 1);
  }

  /** Reads one escape, hashes what it stands for, and returns the offset behind it. */
  private escape(at: number): number {
    this.escaped = true;
    const letter = this.bytes[at + 1];
    if (letter !== 0x75) {
      const short = letter === undefined ? undefined : SHORT_ESCAPES.get(letter);
      if (short === undefined)
        throw letter === undefined ? unclosedString(this.from - 1) : badEscape(this.bytes, at);
      this.hashCodePoint(short);
      return at + 2;
    }
    const unit = this.fourDigits(at);
    if (unit === 0) throw nulInArgument(at);
    if (unit < 0xd800 || unit > 0xdfff) {
      this.hashCodePoint(unit);
      return at + 6;
    }
    const paired = unit < 0xdc00 && this.bytes[at + 6] === 0x5c && this.bytes[at + 7] === 0x75;
    const second = paired ? this.fourDigits(at + 6) : 0;
    if (second < 0xdc00 || second > 0xdfff) throw loneSurrogate(at);
    this.hashCodePoint(0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00));
    return at + 12;
  }

  private fourDigits(at: number): number {
    const digits = this.bytes.toString('latin1', at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw badEscape(this.bytes, at);
    return Number.parseInt(digits, 16);
  }

  /** Hashes a character as its UTF-8 bytes, as if it stood there without an escape. */
  private hashCodePoint(code: number): void {
    if (code < 0x80) this.hashByte(code);
    else {
      if (code < 0x800) this.hashByte(0xc0 | (code >> 6));
      else {
        if (code < 0x10000) this.hashByte(0xe0 | (code >> 12));
        else {
          this.hashByte(0xf0 | (code >> 18));
          this.hashByte(0x80 | ((code >> 12) & 0x3f));
        }
        this.hashByte(0x80 | ((code >> 6) & 0x3f));
      }
      this.hashByte(0x80 | (code & 0x3f));
    }
  }

  private hashByte(byte: number): void {
    this.hash = Math.imul(this.hash ^ byte, HASH_PRIME);
  }

  private number(): void {
    const start = this.at;
    let at = start;
    if (this.bytes[at] === 0x2d) at++;
    at = this.bytes[at] === 0x30 ? at + 1 : this.digits(at);
    if (this.bytes[at] === 0x2e) at = this.digits(at + 1);
    if (this.bytes[at] === 0x65 || this.bytes[at] === 0x45) {
      const sign = this.bytes[at + 1];
      at = this.digits(sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
    }
    if (isWordByte(this.bytes[at])) throw badNumber(start);
    this.spelled(start, at);
  }

  /** Skips digits, at least one. */
  private digits(from: number): number {
    let at = from;
    while (isDigit(this.bytes[at])) at++;
    if (at === from) throw badNumber(this.at);
    return at;
  }

  private literal(first: number): void {
    const word = first === 0x74 ? 'true' : 'false';
    const end = this.at + word.length;
    if (this.bytes.toString('latin1', this.at, end) !== word || isWordByte(this.bytes[end])) {
      throw unexpected(this.bytes, this.at, 'argument');
    }
    this.spelled(this.at, end);
  }

  private spelled(from: number, to: number): void {
    this.from = from;
    this.to = to;
    this.escaped = false;
    for (let at = from; at < to; at++) this.hashByte(this.bytes[at] as number);
    this.at = to;
  }

  /** Notes the comment at `at` and returns the offset behind it; a line comment ends before its line break. */
  private comment(at: number): number {
    const { bytes } = this;
    const kind = bytes[at + 1];
    let end = at + 2;
    if (kind === 0x2a) {
      end = bytes.indexOf('*/', end, 'latin1') + 2;
      if (end < at + 4) throw unclosedComment(at);
    } else if (kind === 0x2f) {
      while (end < bytes.length && bytes[end] !== 0x0a && bytes[end] !== 0x0d) end++;
    } else throw straySlash(at);
    this.loose.push([at, end]);
    return end;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Letters, digits, a point or an underscore: what would make a number or a literal into something else. */
function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return isDigit(byte) || byte === 0x2e || byte === 0x5f || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}
