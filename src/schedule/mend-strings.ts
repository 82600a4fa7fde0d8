import { badEscape, controlInString, nulInArgument } from './problems.js';
import type { NotASchedule } from './text.js';

/** A string in a text that need not be JSON, one character for each byte. */
export type MendedString =
  /** `json` is what it is written as in JSON; `why` says what was wrong, where something was. */
  | { readonly is: 'string'; readonly end: number; readonly json: string; readonly why: string | undefined }
  /** The text is over before it is closed. */
  | { readonly is: 'torn' }
  | { readonly is: 'bad'; readonly at: number; readonly problem: NotASchedule };

const PLAIN_QUOTES = 'a string is written in plain double quotes: "..."';
/** Curly quotes as UTF-8, with what closes them. */
const CURLY = new Map([
  ['\u00e2\u0080\u009c', '\u00e2\u0080\u009d'],
  ['\u00e2\u0080\u0098', '\u00e2\u0080\u0099'],
]);
/** Python's escapes that have one meaning, from the letter to what JSON writes. */
const PYTHON_ESCAPES: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '\\"',
  '\\': '\\\\',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  b: '\\b',
  f: '\\f',
};

/** Whether one begins here, whatever quotes it has. */
export function beginsString(text: string, at: number): boolean {
  return text[at] === '"' || text[at] === "'" || CURLY.has(text.slice(at, at + 3));
}

/** Reads the string that begins at `at`; `text` has one character for each of the bytes. */
export function mendString(text: string, bytes: Buffer, at: number): MendedString {
  const quote = text[at] as string;
  const close = CURLY.get(text.slice(at, at + 3)) ?? quote;
  const open = close === quote ? quote : text.slice(at, at + 3);
  let json = '';
  let hasControl = false;
  for (let i = at + open.length; i < text.length; i++) {
    if (text.startsWith(close, i)) {
      const why = open !== '"' ? PLAIN_QUOTES : hasControl ? 'a raw control character in a string' : undefined;
      return { is: 'string', end: i + close.length, json: `"${json}"`, why };
    }
    const character = text[i] as string;
    if (character === '\\') {
      const escape = open === '"' ? jsonEscape(text, i) : pythonEscape(text, i, open);
      if (escape === undefined) return endsHere(text, i) ?? bad(i, badEscape(bytes, i));
      json += escape.json;
      i += escape.length - 1;
    } else if (character < ' ') {
      // What is behind a line's end would be a guess, unless it is the end of all.
      if (character === '\n' || character === '\r')
        return endsHere(text, i) ?? bad(i, controlInString(bytes, i));
      if (character === '\0') return bad(i, nulInArgument(i));
      json += JSON.stringify(character).slice(1, -1);
      hasControl = true;
    } else json += character === '"' ? '\\"' : character;
  }
  return { is: 'torn' };
}

function jsonEscape(text: string, at: number): { json: string; length: number } | undefined {
  const escape = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at, at + 6))?.[0];
  return escape === undefined ? undefined : { json: escape, length: escape.length };
}

/** Curly quotes come from a word processor, which knows no escapes. */
function pythonEscape(text: string, at: number, open: string): { json: string; length: number } | undefined {
  if (open !== "'") return undefined;
  const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(text.slice(at, at + 6));
  if (hex) return { json: `\\u${(hex[1] ?? hex[2] ?? '').padStart(4, '0')}`, length: hex[0].length };
  const json = PYTHON_ESCAPES[text[at + 1] ?? ''];
  return json === undefined ? undefined : { json, length: 2 };
}

function endsHere(text: string, at: number): MendedString | undefined {
  return text.slice(at + 1).trim() === '' ? { is: 'torn' } : undefined;
}

function bad(at: number, problem: NotASchedule): MendedString {
  return { is: 'bad', at, problem };
}
