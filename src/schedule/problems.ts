import { NotASchedule } from './text.js';

/** What the grammar allows at the place where something else was found. */
export type Wanted = 'schedule' | 'entry' | 'argument' | 'entry-separator' | 'argument-separator' | 'nothing';

const ALLOWED: Record<Wanted, string> = {
  schedule: 'a schedule is a list of entries, such as [["python", "main.py"]]',
  entry: 'an entry is a list, such as ["python", "main.py"]',
  argument: 'an argument is a string, a number, true or false',
  'entry-separator': 'after an entry comes a comma or the closing ]',
  'argument-separator': 'after an argument comes a comma or the closing ]',
  nothing: 'the schedule ends before this',
};

/** The text has something at `at` that the grammar does not allow there. */
export function unexpected(bytes: Buffer, at: number, wanted: Wanted): NotASchedule {
  return new NotASchedule(explain(bytes, at, wanted), at);
}

/** The text is over before the schedule is. */
export function endsEarly(bytes: Buffer, wanted: Wanted): NotASchedule {
  let at = bytes.length;
  while (at > 0 && isBlank(bytes[at - 1])) at--;
  if (wanted === 'schedule') {
    return new NotASchedule('the file has no schedule in it; a schedule without entries is written []');
  }
  const inside = wanted === 'entry' || wanted === 'entry-separator' ? 'the list of entries' : 'an entry';
  return new NotASchedule(`the text ends inside ${inside}: a closing ] is missing`, at);
}

/** A backslash with something behind it that JSON does not know. */
export function badEscape(bytes: Buffer, at: number): NotASchedule {
  const next = characterAt(bytes, at + 1);
  const shown = /^[\x20-\x7e]$/.test(next) ? `\\${next}` : 'this';
  if (next === 'u') return new NotASchedule('\\u must be followed by four hexadecimal digits', at);
  return new NotASchedule(`${shown} is not an escape that JSON knows; a backslash itself is written \\\\`, at);
}

/** A string that reaches the end of the text. */
export function unclosedString(at: number): NotASchedule {
  return new NotASchedule('this string is never closed: a " is missing', at);
}

/** A comment that reaches the end of the text. */
export function unclosedComment(at: number): NotASchedule {
  return new NotASchedule('this comment is never closed: */ is missing', at);
}

/** A slash outside of strings that starts no comment. */
export function straySlash(at: number): NotASchedule {
  return new NotASchedule('a path is written in double quotes, and a comment starts with // or /*', at);
}

/** A raw control character between the quotes. */
export function controlInString(bytes: Buffer, at: number): NotASchedule {
  const code = bytes[at] as number;
  if (code === 0) return nulInArgument(at);
  if (code === 0x0a || code === 0x0d) {
    return new NotASchedule(
      'the line ends inside a string: a " is missing, or a line break is meant, written \\n',
      at,
    );
  }
  const escape = code === 9 ? '\\t' : `\\u${code.toString(16).padStart(4, '0')}`;
  return new NotASchedule(`a raw control character in a string; it is written ${escape}`, at);
}

/** No operating system can pass such an argument. */
export function nulInArgument(at: number): NotASchedule {
  return new NotASchedule('an argument cannot contain a NUL character', at);
}

/** Half of a surrogate pair, which no UTF-8 argument can express. */
export function loneSurrogate(at: number): NotASchedule {
  return new NotASchedule('this escape is half of a surrogate pair, not a character', at);
}

/** Something that starts like a number and is none. */
export function badNumber(at: number): NotASchedule {
  return new NotASchedule('this is not a number as JSON writes it; put it in double quotes', at);
}

/** An entry, beginning at `at`, that names no command. */
export function nothingToRun(at: number, marked: boolean): NotASchedule {
  if (marked) return new NotASchedule('this entry has the mark "executed" and no command', at);
  return new NotASchedule('this entry is empty; it needs a command', at);
}

function explain(bytes: Buffer, at: number, wanted: Wanted): string {
  const found = characterAt(bytes, at);
  const startsValue = /["'“”[{\w.+-]/.test(found);
  if (/^(<{7}|={7}|>{7})/.test(bytes.toString('latin1', at, at + 7)))
    return 'a merge conflict is left in the file';
  if (wanted === 'nothing') return `there is something after the end of the schedule: ${name(found)}`;
  if (found === ',' && !wanted.endsWith('separator')) return 'there is one comma too many';
  if (wanted.endsWith('separator') && startsValue) return missingComma(found, wanted);
  if (wanted === 'entry' && found === '"') return `${ALLOWED.entry}; this is a string`;
  if (wanted === 'argument') return notAnArgument(bytes, at, found);
  return `${name(found)} cannot stand here: ${ALLOWED[wanted]}`;
}

function missingComma(found: string, wanted: Wanted): string {
  if (wanted === 'argument-separator' && found === '[') return 'a closing ] or a comma is missing before this';
  return `a comma is missing before this: ${ALLOWED[wanted]}`;
}

function notAnArgument(bytes: Buffer, at: number, found: string): string {
  if (found === '[') return `${ALLOWED.argument}, not a list; is a closing ] missing before it?`;
  if (found === '{') return `${ALLOWED.argument}, not an object`;
  if (/['“”‘’«»`]/.test(found)) return 'a string is written in plain double quotes: "..."';
  const word = /^[\w.+:/\\~$=-]+/.exec(bytes.toString('latin1', at, at + 40))?.[0];
  if (word === undefined) return `${name(found)} cannot stand here: ${ALLOWED.argument}`;
  if (word === 'null') return 'null is not an argument; an empty one is written ""';
  if (word === 'True' || word === 'False') return `${word} is Python; JSON writes ${word.toLowerCase()}`;
  if (word === 'None') return 'None is Python, and not an argument; an empty one is written ""';
  return `an argument such as ${word.length < 40 ? word : 'this'} is written in double quotes`;
}

function name(character: string): string {
  if (/^[\x21-\x7e]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (code === 0) return `a NUL character (${point})`;
  if (/^[\p{C}\p{Z}]$/u.test(character)) return `an invisible character (${point})`;
  return `${character} (${point})`;
}

function characterAt(bytes: Buffer, at: number): string {
  return String.fromCodePoint(bytes.toString('utf8', at, at + 4).codePointAt(0) ?? 0);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
