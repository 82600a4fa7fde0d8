export const LENGTH_OF_TIME = '2025-01-31T12:34:56.789Z'.length;

const ZERO = 0x30;
const MINUS = 0x2d;
const LETTER = 0x54;
const COLON = 0x3a;
const POINT = 0x2e;
const LAST = 0x5a;
/** Of `2025-01-31T`. */
const LENGTH_OF_DATE = 11;
const SHORT_MONTHS: readonly number[] = [4, 6, 9, 11];

/** Reads times as `toISOString` writes them, from their bytes. */
export class QuickTime {
  /** The date that was read last, and when it began: neighbours are of the same day. */
  readonly #date = new Uint8Array(LENGTH_OF_DATE);
  #midnight = 0;

  /** In milliseconds since 1970; negative for what is earlier, unusual or no time at all. */
  read(bytes: Uint8Array, at: number): number {
    const clock = clockIn(bytes, at + LENGTH_OF_DATE);
    if (clock < 0) return -1;
    for (let i = 0; i < LENGTH_OF_DATE; i++)
      if (bytes[at + i] !== this.#date[i]) {
        if (!this.#readDate(bytes, at)) return -1;
        break;
      }
    return this.#midnight + clock;
  }

  #readDate(bytes: Uint8Array, at: number): boolean {
    const century = two(bytes, at);
    const year = two(bytes, at + 2);
    const month = two(bytes, at + 5);
    const day = two(bytes, at + 8);
    const isSpelledSo = bytes[at + 4] === MINUS && bytes[at + 7] === MINUS && bytes[at + 10] === LETTER;
    if (!isSpelledSo || century > 99 || year > 99 || !isDay(month, day)) return false;
    this.#date.set(bytes.subarray(at, at + LENGTH_OF_DATE));
    this.#midnight = daysSince1970(100 * century + year, month, day) * 86_400_000;
    return true;
  }
}

/** Not the 31st of each month: what Date.parse makes of such days is for it to say. */
function isDay(month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  return month === 2 ? day <= 28 : day <= 30 || !SHORT_MONTHS.includes(month);
}

/** Milliseconds since midnight of `12:34:56.789Z`; -1 for what is none. */
function clockIn(bytes: Uint8Array, at: number): number {
  const hour = two(bytes, at);
  const minute = two(bytes, at + 3);
  const second = two(bytes, at + 6);
  const ms = 10 * two(bytes, at + 9) + digit(bytes, at + 11);
  const isSpelledSo =
    bytes[at + 2] === COLON && bytes[at + 5] === COLON && bytes[at + 8] === POINT && bytes[at + 12] === LAST;
  if (!isSpelledSo || hour > 23 || minute > 59 || second > 59 || ms > 999) return -1;
  return ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

/** What an ASCII digit stands for; more than any part of a time for all else. */
const DIGITS = Int16Array.from({ length: 256 }, (_, byte) =>
  byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : 1000,
);

function digit(bytes: Uint8Array, at: number): number {
  return DIGITS[bytes[at] as number] as number;
}

function two(bytes: Uint8Array, at: number): number {
  return 10 * digit(bytes, at) + digit(bytes, at + 1);
}

/** By the calendar that begins its years in March, so that a leap day is a year's last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
