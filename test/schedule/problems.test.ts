import { describe, expect, it } from 'vitest';
import { placeOf } from '../../src/schedule/place.js';
import { problemOf } from './outcome.js';

/** Text, where the fault is (line:column, or nothing), and what the problem must say. */
const CASES: readonly (readonly [name: string, text: string | Buffer, place: string, says: RegExp])[] = [
  ['an empty file', '', '', /the file is empty/],
  ['only a byte order mark', '\ufeff', '', /no schedule in it/],
  ['only white space and comments', ' \n// nothing\n', '', /no schedule in it/],
  [
    'UTF-16 with a byte order mark',
    Buffer.from('\ufeff[["a"]]', 'utf16le'),
    '',
    /UTF-16 text; save it as UTF-8/,
  ],
  ['UTF-16 without one', Buffer.from('[["a"]]', 'utf16le'), '', /UTF-16/],
  ['big-endian UTF-16', Buffer.from('\ufeff[]', 'utf16le').swap16(), '', /UTF-16/],
  ['big-endian UTF-16 without a mark', Buffer.from('[["a"]]', 'utf16le').swap16(), '', /UTF-16/],
  ['UTF-32', Buffer.from('fffe00005b000000', 'hex'), '', /UTF-32/],
  ['big-endian UTF-32', Buffer.from('0000feff0000005b', 'hex'), '', /UTF-32/],
  ['big-endian UTF-32 without a mark', Buffer.from('0000005b', 'hex'), '', /UTF-32/],
  ['a Latin-1 letter', Buffer.from('[["a"],\n["bär"]]', 'latin1'), '2:4', /not UTF-8 text \(byte E4 here\)/],
  ['a cut character at the end', Buffer.from('[["ä', 'utf8').subarray(0, 4), '1:4', /not UTF-8/],
  ['an encoded surrogate', Buffer.from('5b5b22eda080225d5d', 'hex'), '1:4', /not UTF-8 .*ED/],
  ['zeros, as a crash may leave', Buffer.alloc(40), '1:1', /a NUL character/],
  ['an object', '{"a": 1}', '1:1', /a schedule is a list of entries/],
  ['a word', 'python main.py', '1:1', /a schedule is a list of entries/],
  ['a string as an entry', '[\n  "python main.py"\n]', '2:3', /an entry is a list, .*; this is a string/],
  ['an object as an entry', '[{"cmd": "a"}]', '1:2', /{ cannot stand here: an entry is a list/],
  ['null as an entry', '[["a"], null]', '1:9', /an entry is a list/],
  ['an empty entry', '[["a"],\n []]', '2:2', /this entry is empty/],
  ['an entry of a comma', '[[,]]', '1:3', /one comma too many/],
  ['a mark without a command', '[["a"], ["executed"]]', '1:9', /the mark "executed" and no command/],
  ['two marks without a command', '[["executed", "executed",]]', '1:2', /no command/],
  ['a list in an argv', '[["a", ["b"]]]', '1:8', /not a list; is a closing \] missing before it\?/],
  ['a forgotten ] and comma', '[["a"\n["b"]]', '2:1', /a closing \] or a comma is missing/],
  ['an object in an argv', '[["a", {}]]', '1:8', /not an object/],
  ['null in an argv', '[["a", null]]', '1:8', /null is not an argument/],
  ['null first', '[[null]]', '1:3', /null is not an argument/],
  ['a raw NUL in an argument', '[["a\0"]]', '1:5', /cannot contain a NUL/],
  ['an escaped NUL', '[["ab\\u0000"]]', '1:6', /cannot contain a NUL/],
  ['half a surrogate pair', '[["\\ud83d"]]', '1:4', /half of a surrogate pair/],
  ['the wrong half first', '[["\\ude00\\ud83d"]]', '1:4', /half of a surrogate pair/],
  ['half a pair and a letter', '[["\\ud83dx"]]', '1:4', /half of a surrogate pair/],
  ['half a pair and a letter escaped', '[["\\ud83d\\u0041"]]', '1:4', /half of a surrogate pair/],
  ['a line break in a string', '[["a\nb"]]', '1:5', /the line ends inside a string/],
  ['a tab in a string', '[["a\tb"]]', '1:5', /control character in a string; it is written \\t/],
  ['an escape character in a string', '[["\x1b[0m"]]', '1:4', /written \\u001b/],
  ['a Windows path', '[["C:\\Users"]]', '1:6', /\\U is not an escape .* a backslash itself is written \\\\/],
  ['short \\u digits', '[["\\u12"]]', '1:4', /four hexadecimal digits/],
  ['a string never closed', '[["a"], ["b]]', '1:10', /never closed: a " is missing/],
  ['a backslash at the end', '[["a\\', '1:3', /never closed/],
  ['the end inside a list', '[["a"],\n', '1:8', /ends inside the list of entries: a closing \] is missing/],
  ['the end behind an entry', '[["a"]\n\n', '1:7', /ends inside the list of entries/],
  ['the end inside an entry', '[["a", "b"\n', '1:11', /ends inside an entry: a closing \] is missing/],
  ['the end behind a comma', '[["a",', '1:7', /ends inside an entry/],
  [
    'a missing comma between entries',
    '[["a"]\n["b"]]',
    '2:1',
    /a comma is missing before this: after an entry/,
  ],
  ['a missing comma between arguments', '[["a" "b"]]', '1:7', /a comma is missing before this/],
  ['two commas between entries', '[["a"],,["b"]]', '1:8', /one comma too many/],
  ['two commas between arguments', '[["a",,"b"]]', '1:7', /one comma too many/],
  ['a colon', '[["a": 1]]', '1:6', /: cannot stand here: after an argument comes a comma/],
  ['single quotes', "[['a']]", '1:3', /plain double quotes/],
  ['typographic quotes', '[[“a”]]', '1:3', /plain double quotes/],
  ['a word without quotes', '[[python, "a"]]', '1:3', /an argument such as python is written in double quotes/],
  ['a word that starts like true', '[["a", truely]]', '1:8', /such as truely/],
  ['Python’s True', '[["a", True]]', '1:8', /True is Python; JSON writes true/],
  ['Python’s None', '[["a", None]]', '1:8', /None is Python/],
  ['NaN', '[["a", NaN]]', '1:8', /such as NaN/],
  ['a leading zero', '[["a", 007]]', '1:8', /not a number as JSON writes it; put it in double quotes/],
  ['a bare point', '[["a", .5]]', '1:8', /such as .5 is written in double quotes/],
  ['a point at the end', '[["a", 5.]]', '1:8', /not a number/],
  ['a plus', '[["a", +5]]', '1:8', /such as \+5/],
  ['a lone minus', '[["a", -]]', '1:8', /not a number/],
  ['an empty exponent', '[["a", 1e]]', '1:8', /not a number/],
  ['a version without quotes', '[["a", 1.2.3]]', '1:8', /not a number/],
  ['hexadecimal', '[["a", 0x1F]]', '1:8', /not a number/],
  ['a path without quotes', '[["a", /data]]', '1:8', /a path is written in double quotes/],
  ['a comment never closed', '[["a"] /* oops ]', '1:8', /comment is never closed/],
  ['a comment that only seems closed', '[["a"]] /*/', '1:9', /comment is never closed/],
  ['a value after the end', '[["a"]]\n["b"]', '2:1', /after the end of the schedule: \[/],
  ['a bracket too many', '[["a"]]]', '1:8', /after the end of the schedule: \]/],
  ['a non-breaking space', '[["a"],\u00a0["b"]]', '1:8', /an invisible character \(U\+00A0\)/],
  ['a second byte order mark', '\ufeff\ufeff[]', '1:1', /invisible character \(U\+FEFF\)/],
  ['a letter from elsewhere', '[["ä"], ж]', '1:9', /ж \(U\+0436\) cannot stand here/],
  ['a merge conflict', '[["a"],\n<<<<<<< HEAD\n["b"]\n]', '2:1', /a merge conflict is left in the file/],
  ['a fault behind a byte order mark', '\ufeff[x]', '1:2', /an entry is a list/],
  ['a fault behind CRLF lines', '[\r\n["a"],\r\nx]', '3:1', /an entry is a list/],
];

describe('what is no schedule', () => {
  it.each(CASES)('%s is refused at its place, in plain words', (_name, text, place, says) => {
    const bytes = Buffer.from(text as string);
    const { problem, offset } = problemOf(bytes);
    const found = offset === undefined ? undefined : placeOf(bytes, offset);
    expect(found ? `${found.line}:${found.column}` : '').toBe(place);
    expect(problem).toMatch(says);
  });

  it('is refused at every cut of a good schedule', () => {
    const whole = Buffer.from('[["python", "mäin.py", 1.5, true], ["executed", "\\u0061"]]');
    for (let length = 0; length < whole.length; length++) {
      const { offset } = problemOf(whole.subarray(0, length));
      expect(offset ?? 0).toBeLessThanOrEqual(length);
    }
  });
});
