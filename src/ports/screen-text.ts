/**
 * Controls, characters that reorder or break lines or are not to be seen, and halves of characters. What joins letters
 * or pictures is left where it does: behind what is no ASCII.
 */
const HARMFUL =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|(?<![^\0-\x7f])[\u200c\u200d]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Shows what would move the cursor or change the terminal, instead of letting it. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, (character) => NAMED[character] ?? escaped(character));
}

/** The same for a message of several lines. */
export function harmlessLines(text: string): string {
  return PRINTABLE.test(text) ? text : text.split('\n').map(harmless).join('\n');
}

const PRINTABLE = /^[ -~\n]*$/;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code > 0xffff) return `\\u{${code.toString(16)}}`;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\u200b-\u200d\u2060\ufeff]$/u;
const ASCII_OR_LATIN = /^[ -\u02ff]*$/;
/** Two columns wide, pictures that only some terminals draw wide included: too short beats too long. */
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1aff0}-\u{1b2ff}\u{1f000}-\u{1faff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}\p{Extended_Pictographic}]$/u;

function columnsOf(character: string): number {
  if (ZERO_WIDTH.test(character)) return 0;
  return character > '\u02ff' && WIDE.test(character) ? 2 : 1;
}

/** Made harmless, and cut to so many columns with an ellipsis at the end. */
export function fit(text: string, columns: number): string {
  if (columns <= 0) return '';
  // Commands may be megabytes long; nobody stacks more than a few marks on one letter.
  const safe = harmless(text.slice(0, columns * 8));
  const whole = text.length <= columns * 8;
  if (whole && safe.length <= columns && ASCII_OR_LATIN.test(safe)) return safe;
  let used = 0;
  let kept = '';
  let shorter = '';
  for (const character of safe) {
    used += columnsOf(character);
    if (used > columns) return `${shorter}…`;
    kept += character;
    if (used < columns) shorter = kept;
  }
  return whole ? kept : `${shorter}…`;
}

/** Like `fit`, and filled with spaces up to so many columns. */
export function fill(text: string, columns: number): string {
  const fitting = fit(text, columns);
  return fitting + ' '.repeat(Math.max(0, columns - widthOf(fitting)));
}

/** How many columns a harmless text takes. */
export function widthOf(text: string): number {
  if (ASCII_OR_LATIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}
