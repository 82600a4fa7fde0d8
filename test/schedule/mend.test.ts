import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mend } from '../../src/schedule/mend.js';
import { argvOf } from '../../src/schedule/slots.js';
import type { ScheduleText } from '../../src/schedule/text.js';

function entriesOf(text: ScheduleText | undefined): string[][] | undefined {
  return text && Array.from({ length: text.count }, (_, i) => argvOf(text, i));
}

const mended = (text: string): string | undefined => mend(Buffer.from(text)).mended?.bytes.toString();
const problems = (text: string): string[] =>
  mend(Buffer.from(text)).flaws.map(
    ({ offset, problem, mend: what }) => `${offset}: ${problem}${what === undefined ? '' : ` => ${what}`}`,
  );

describe('what has one meaning', () => {
  test.each([
    ['a trailing comma', '[["a",], ["b"],]', '[["a"], ["b"]]'],
    ['a comment', '[["a"], // one\n ["b"] /* two */]', '[["a"], \n ["b"] ]'],
    ['a comment of Python', '[["a"], # one\n ["#b"]]', '[["a"], \n ["#b"]]'],
    ['a comma too many between entries', '[["a"],, ["b"]]', '[["a"], ["b"]]'],
    ['a comma before the first', '[, ["b"]]', '[ ["b"]]'],
    ['a missing comma between entries', '[["a"]\n ["b"]["c"]]', '[["a"],\n ["b"],["c"]]'],
    ['single quotes', `[['a', 'it\\'s', '"x"', 'b\\xe9\\n']]`, `[["a", "it's", "\\"x\\"", "b\\u00e9\\n"]]`],
    ['curly quotes', '[[“a”, ‘b"’]]', '[["a", "b\\""]]'],
    ['True and False', '[["a", True, False]]', '[["a", true, false]]'],
    ['a tuple', '[("a", "b"), ["c"], ("d",)]', '[["a", "b"], ["c"], ["d"]]'],
    ['a tuple of entries', '(["a"], ["b"])', '[["a"], ["b"]]'],
    [
      'numbers that JSON does not know',
      '[["a", .5, 007, 1_000, 0x1F, +3, 1.2.3]]',
      '[["a", ".5", "007", "1_000", "0x1F", "+3", "1.2.3"]]',
    ],
    ['numbers that it knows', '[["a", -1.50, 1e5, 0]]', '[["a", -1.50, 1e5, 0]]'],
    ['a raw tab', '[["a\tb"]]', '[["a\\tb"]]'],
    ['a missing bracket at the end', '[["a"],\n ["b"]\n', '[["a"],\n ["b"]\n\n]\n'],
    ['and a comma there', '[["a"],\n ["b"],', '[["a"],\n ["b"]\n]\n'],
    ['an entry that is cut off', '[["a"],\n ["b", "c', '[["a"]\n ]\n'],
    ['one that is cut off behind an argument', '[["a"],\n ["b", "c",\n', '[["a"]\n ]\n'],
    [
      'one string for an entry',
      `["python main.py --name 'x y'", ["b"]]`,
      '[["python", "main.py", "--name", "x y"], ["b"]]',
    ],
    ['a byte order mark and CRLF', "\ufeff[['a'],\r\n['b']]\r\n", '\ufeff[["a"],\r\n["b"]]\r\n'],
    ['letters of more than one byte', "[['ü', “日本”] ['ñ']]", '[["ü", "日本"], ["ñ"]]'],
  ])('%s is mended', (_what, text, expected) => {
    expect(mended(text)).toBe(expected);
  });
});

describe('what would be a guess', () => {
  test.each([
    ['no comma between arguments, which Python joins', '[["a" "b"]]', /6: a comma is missing before this/],
    ['a word', '[["a", foo]]', /7: an argument such as foo is written in double quotes/],
    ['None', '[["a", None]]', /7: None is Python/],
    ['null', '[["a", null]]', /7: null is not an argument/],
    ['a list in an entry', '[["a", ["b"]]]', /7: .*not a list/],
    ['an entry that is not closed', '[["a", "b"\n["c"]]', /11: a closing \] or a comma is missing/],
    ['an object', '[{"a": 1}]', /1: \{ cannot stand here/],
    ['two commas in an entry', '[["a",, "b"]]', /6: there is one comma too many/],
    ['an escape that JSON does not know', '[["C:\\data"]]', /\\d is not an escape/],
    ['a line end in a string', '[["a\nb"], ["c"]]', /4: the line ends inside a string/],
    ['a quote that is missing at the very end', '[["a"], ["b]]', /9: this string is never closed/],
    [
      'words that may be of one command or not',
      '["python", "main.py"]',
      /is it a command of its own, or one word/,
    ],
    ['a pipe', '["a b | c"]', /\| is for a shell/],
    ['a string in brackets, as Python has it', '[("a")]', /1: \( cannot stand here/],
    ['nothing to run', '[["a"], []]', /8: this entry is empty/],
    ['a mark alone', '[["executed",], ["a"]]', /1: this entry has the mark "executed" and no command/],
    ['a merge conflict', '[["a"],\n<<<<<<< HEAD\n["b"]]', /8: a merge conflict/],
    ['something behind the end', '[["a"]] x', /8: there is something after the end/],
    ['a comment that is not closed', '[["a"], /* x', /8: this comment is never closed/],
    ['nothing', '', /the file is empty/],
    ['no list', 'hello', /0: h cannot stand here/],
    ['half a character', '[["\ud800"]]'.replace('\ud800', '\\ud800'), /half of a surrogate pair/],
  ])('%s is told, and nothing is made of it', (_what, text, message) => {
    expect(problems(text).join('\n')).toMatch(message);
    expect(mended(text)).toBeUndefined();
  });

  test('is told for each place, and what is right between them is not', () => {
    const text = '[["a", foo],\n ["b"],\n ["c" "d"],\n [\n  "e",\n  None\n ],\n ["f"]\n]\n';
    expect(problems(text).map((problem) => Number(problem.split(':')[0]))).toEqual([7, 27, 45]);
  });
});

const argument = fc.oneof(
  fc.string({ unit: 'binary-ascii' }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom("it's", '"', '\\', '#', '//', ']', '[', ',', 'ü', '日本', '\n', 'executed'),
);
const entries = fc.array(
  fc.array(argument, { minLength: 1, maxLength: 4 }).filter(([first]) => first !== 'executed'),
  { maxLength: 5 },
);

/** As Python's repr. */
function python(list: readonly (readonly string[])[], tuple: boolean): string {
  const string = (text: string): string => {
    const escaped = text.replace(
      /[\\'\n\r\t]/g,
      (one) => `\\${{ '\n': 'n', '\r': 'r', '\t': 't' }[one] ?? one}`,
    );
    // eslint-disable-next-line no-control-regex -- it is about them
    return `'${escaped.replace(/[\u0001-\u001f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}'`;
  };
  const lists = list.map((argv) =>
    tuple ? `(${argv.map(string).join(', ')},)` : `[${argv.map(string).join(', ')}]`,
  );
  return `[${lists.join(', ')}]`;
}

describe('any schedule', () => {
  test('that is one stays byte for byte', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const text = JSON.stringify(list);
        expect(mend(Buffer.from(text))).toMatchObject({ flaws: [], loose: 0 });
        expect(mended(text)).toBe(text);
      }),
    );
  });

  test('as Python prints it is mended to what it was', () => {
    fc.assert(
      fc.property(entries, fc.boolean(), (list, tuple) => {
        expect(entriesOf(mend(Buffer.from(python(list, tuple))).mended)).toEqual(list);
      }),
    );
  });

  test('cut off anywhere keeps the entries that are whole, or is not mended', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, where) => {
        const bytes = Buffer.from(`[\n${list.map((argv) => JSON.stringify(argv)).join(',\n')}\n]\n`);
        const cut = 1 + (where % (bytes.length - 1));
        const found = entriesOf(mend(bytes.subarray(0, cut)).mended);
        if (!found) return;
        expect(found).toEqual(list.slice(0, found.length));
        // Whole are those of which the bracket is there.
        let end = 2;
        const whole = list.filter((argv) => (end += Buffer.byteLength(JSON.stringify(argv)) + 2) - 2 <= cut);
        expect(found).toHaveLength(whole.length);
      }),
      { numRuns: 1000 },
    );
  });

  test('with bytes changed or missing is mended to a schedule, or to nothing; never does it fail', () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...Array.from(`[](),"'#/\\ T1`)))),
        (list, changes) => {
          let text = JSON.stringify(list);
          for (const [at, put] of changes) {
            const where = at % (text.length + 1);
            text = text.slice(0, where) + (at % 3 === 0 ? '' : put) + text.slice(where + (at % 2));
          }
          const { flaws, mended: result } = mend(Buffer.from(text));
          expect(result === undefined).toBe(flaws.some((flaw) => flaw.mend === undefined));
          if (result) expect(() => JSON.parse(result.bytes.toString()) as unknown).not.toThrow();
        },
      ),
      { numRuns: 3000 },
    );
  });
});
