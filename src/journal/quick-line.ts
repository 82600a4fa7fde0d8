import { LENGTH_OF_TIME, QuickTime } from './quick-time.js';

/** The lines that there are by the million; all others are left to `parseJournalLine`. */
export const START = 1;
export const END = 2;
export const CLAIM = 3;

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');

const HEAD = ascii('{"n":');
const IS_START = ascii(',"t":"start","claim":');
const IS_END = ascii(',"t":"end","claim":');
const IS_CLAIM = ascii(',"t":"claim","claims":[');
const ENTRY = ascii(',"entry":');
const AT = ascii(',"at":');
const TOOK = ascii(',"took":');
const CODE = ascii(',"code":');
const SIGNAL = ascii(',"signal":');
const UNSTARTABLE = ascii(',"unstartable":');
const INTERRUPTED = ascii(',"interrupted":true');
const TIMED_OUT = ascii(',"timedOut":true');
const SLOT = ascii(',"slot":');
const LOG = ascii(',"log":');
const LOGS = ascii(',"log":[');
const COMMA = ascii(',');
const MINUS = ascii('-');
const CLOSING = ascii(']');
const REVISION = ascii('],"revision":');
const OVER = ascii('}');

/** 1 for printable ASCII but for quotes and backslashes. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c),
);
const ZERO = 0x30;
const QUOTE = 0x22;
/** Exact in a double, and so is the quotient of two of them, rounded once. */
const MOST_DIGITS = 15;
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * Reads the lines that runs leave, as this program spells them, from their bytes and into fields that the next line
 * overwrites: a million runs are read in the time it takes to look at each byte once. Whatever it takes, zod takes too,
 * and for the same.
 */
export class QuickLine {
  kind = 0;
  n = 0;
  /** Of a start or an end: where its claim's name begins and ends. */
  claimFrom = 0;
  claimTo = 0;
  /** Of a claim line: where each of its names begins and ends, in the first `claimed` numbers. */
  readonly claims: number[] = [];
  claimed = 0;
  revision = 0;
  entry = 0;
  /** In milliseconds since 1970. */
  at = 0;
  took = 0;
  code: number | undefined;
  signal: string | undefined;
  unstartable: string | undefined;
  interrupted = false;
  timedOut = false;
  /** -1 where the line does not say. */
  slot = -1;
  logFrom = -1;
  logTo = -1;

  #bytes: Buffer = Buffer.alloc(0);
  /** How far it has read. */
  #place = 0;
  #isGood = true;
  readonly #times = new QuickTime();
  /** The last string, without its quotes. */
  #from = 0;
  #to = 0;

  /** The line in [from, to). False for what is unusual in any way, and perhaps no line at all. */
  read(bytes: Buffer, from: number, to: number): boolean {
    this.#bytes = bytes;
    this.#place = from;
    this.#isGood = true;
    if (!this.#skip(HEAD)) return false;
    const isFirst = this.#skip(MINUS);
    this.n = isFirst ? -this.#number() : this.#number();
    if (this.#skip(IS_START)) this.#start();
    else if (this.#skip(IS_END)) this.#end();
    else if (this.#skip(IS_CLAIM)) this.#claims();
    else return false;
    return this.#skip(OVER) && this.#place === to && this.#isGood;
  }

  #start(): void {
    this.kind = START;
    this.#whatAndWhen();
    this.slot = this.#skip(SLOT) ? this.#whole() : -1;
    this.logFrom = this.#skip(LOG) ? this.#whole() : -1;
  }

  #end(): void {
    this.kind = END;
    this.#whatAndWhen();
    this.#expect(TOOK);
    this.took = this.#number();
    this.code = this.#skip(CODE) ? this.#whole() : undefined;
    this.signal = this.#skip(SIGNAL) ? this.#text() : undefined;
    this.unstartable = this.#skip(UNSTARTABLE) ? this.#text() : undefined;
    this.interrupted = this.#skip(INTERRUPTED);
    this.timedOut = this.#skip(TIMED_OUT);
    this.slot = this.#skip(SLOT) ? this.#whole() : -1;
    this.logFrom = this.logTo = -1;
    if (!this.#skip(LOGS)) return;
    this.logFrom = this.#whole();
    this.#expect(COMMA);
    this.logTo = this.#whole();
    this.#expect(CLOSING);
  }

  #whatAndWhen(): void {
    this.#string();
    this.claimFrom = this.#from;
    this.claimTo = this.#to;
    this.#expect(ENTRY);
    this.entry = this.#whole();
    this.#expect(AT);
    this.at = this.#time();
  }

  #claims(): void {
    this.kind = CLAIM;
    this.claimed = 0;
    do {
      this.#string();
      this.claims[this.claimed++] = this.#from;
      this.claims[this.claimed++] = this.#to;
    } while (this.#isGood && this.#skip(COMMA));
    this.#expect(REVISION);
    this.revision = this.#whole();
  }

  #expect(literal: Uint8Array): void {
    if (!this.#skip(literal)) this.#isGood = false;
  }

  /** Whether it comes next; then it is behind. */
  #skip(literal: Uint8Array): boolean {
    const bytes = this.#bytes;
    const from = this.#place;
    for (let i = 0; i < literal.length; i++) if (bytes[from + i] !== literal[i]) return false;
    this.#place = from + literal.length;
    return true;
  }

  #text(): string {
    this.#string();
    return this.#bytes.toString('latin1', this.#from, this.#to);
  }

  /** Of plain ASCII: what has escapes or other letters is unusual here. */
  #string(): void {
    const bytes = this.#bytes;
    let at = this.#place;
    if (bytes[at] !== QUOTE) this.#isGood = false;
    this.#from = ++at;
    while (IS_PLAIN[bytes[at] as number] === 1) at++;
    if (bytes[at] !== QUOTE) this.#isGood = false;
    this.#to = at;
    this.#place = at + 1;
  }

  #whole(): number {
    const value = this.#number();
    if (!Number.isInteger(value)) this.#isGood = false;
    return value;
  }

  #number(): number {
    const bytes = this.#bytes;
    const from = this.#place;
    let value = this.#digits(0);
    const digits = this.#place - from;
    // An empty number, or one with a zero in front, is none in JSON.
    if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && bytes[from] === ZERO)) this.#isGood = false;
    if (bytes[this.#place] === 0x2e) {
      this.#place++;
      value = this.#digits(value);
      const behind = this.#place - from - digits - 1;
      if (behind === 0 || digits + behind > MOST_DIGITS) this.#isGood = false;
      else value /= POWERS[behind] as number;
    }
    return value;
  }

  #digits(before: number): number {
    const bytes = this.#bytes;
    let value = before;
    let at = this.#place;
    for (; ; at++) {
      const digit = (bytes[at] as number) - ZERO;
      // Written so that it holds behind the last byte too.
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    this.#place = at;
    return value;
  }

  /** As `toISOString` writes it. */
  #time(): number {
    this.#string();
    const time = this.#to - this.#from === LENGTH_OF_TIME ? this.#times.read(this.#bytes, this.#from) : -1;
    if (time < 0) this.#isGood = false;
    return time;
  }
}
