import type { Place } from '../failure.js';
import { textStart } from './encoding.js';

/** What fits a terminal beside a little indentation. */
const WIDEST = 72;
/** How much of a long line stays visible in front of the place. */
const BEFORE = 48;
const CUT = '…';
const LINE_FEED = 0x0a;

/**
 * Line and column (1-based, in characters) of a byte offset, and its line, cut around the place to at most 72
 * characters. `caret` counts the UTF-16 units of `excerpt` in front of the place.
 */
export function placeOf(bytes: Buffer, offset: number): Place {
  const start = textStart(bytes);
  const at = characterStart(bytes, Math.max(start, Math.min(offset, bytes.length)));
  const lineStart = Math.max(start, at === 0 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 1) + 1);
  const nextFeed = bytes.indexOf(LINE_FEED, at);
  const lineEnd = nextFeed < 0 ? bytes.length : nextFeed;
  return {
    line: count(bytes, 0, lineStart, isLineFeed) + 1,
    column: count(bytes, lineStart, at, isCharacterStart) + 1,
    ...excerpt(bytes, lineStart, at, lineEnd),
  };
}

function excerpt(
  bytes: Buffer,
  lineStart: number,
  at: number,
  lineEnd: number,
): Pick<Place, 'excerpt' | 'caret'> {
  // No character has more than four bytes, so these windows hold enough of them, however long the line is.
  const from = characterStart(bytes, Math.max(lineStart, at - WIDEST * 4));
  const to = Math.min(lineEnd, at + WIDEST * 4);
  const before = harmless(bytes.toString('utf8', from, at));
  const after = harmless(bytes.toString('utf8', at, to).replace(/\r$/, ''));
  const room = Math.max(BEFORE, WIDEST - after.length);
  const cutBefore = before.length > room;
  const left = cutBefore ? [CUT, ...before.slice(1 - room)] : before;
  const cutAfter = left.length + after.length > WIDEST;
  const right = cutAfter ? [...after.slice(0, WIDEST - left.length - 1), CUT] : after;
  const shownLeft = left.join('');
  return { excerpt: shownLeft + right.join(''), caret: shownLeft.length };
}

/** Characters that a terminal shows in one place each: tabs as spaces, what could command it as a picture. */
function harmless(text: string): string[] {
  return Array.from(text, (character) => {
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) ? '\ufffd' : character;
  });
}

function count(bytes: Buffer, from: number, to: number, counts: (byte: number) => boolean): number {
  let found = 0;
  for (let i = from; i < to; i++) if (counts(bytes[i] as number)) found++;
  return found;
}

function isLineFeed(byte: number): boolean {
  return byte === LINE_FEED;
}

function isCharacterStart(byte: number): boolean {
  return (byte & 0xc0) !== 0x80;
}

/** The offset itself, or that of the character it is inside of. */
function characterStart(bytes: Buffer, offset: number): number {
  let at = offset;
  while (at > 0 && at > offset - 3 && at < bytes.length && !isCharacterStart(bytes[at] as number)) at--;
  return at;
}
