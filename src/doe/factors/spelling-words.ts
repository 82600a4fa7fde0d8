import { DesignProblem } from '../designs/points.js';
import { shortened, type Complain } from './spelling-items.js';

/** White space, a line that goes on, a single- or double-quoted piece, an escaped character, a bracket, or plain text. */
const PIECE = /([ \t\r\n]+|\\\n)|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([[\]]|[^ \t\r\n'"\\[\]]+)/suy;
/** Words that need no quotes, in brackets and in a shell. */
const PLAIN = /^[\w@%+=:./-]+$/;

/** Splits a command as a POSIX shell does: quotes and backslashes, but no variables, patterns or operators. */
export function splitWords(text: string): string[] {
  const complain: Complain = (what, remedy) => new DesignProblem(`In "${shortened(text)}", ${what}.`, remedy);
  return readWords(text, 0, false, complain).words;
}

/** `[--sgd --momentum 0.9],[--adam]`: each group split as a shell does. */
export function readGroups(text: string, complain: Complain): string[][] {
  const groups: string[][] = [];
  for (let at = 0; ;) {
    if (text[at] !== '[') throw complain('something stands outside of the brackets', BRACKETS);
    const { words, end } = readWords(text, at + 1, true, complain);
    if (end === text.length) throw complain('a bracket is not closed', BRACKETS);
    if (isList(text.slice(at + 1, end)))
      throw complain(
        'brackets hold whole arguments, not a list of values',
        "Write 1,2,3 without brackets for a list; put arguments that have commas in quotes: ['1,2,3'].",
      );
    groups.push(words);
    const behind = text.slice(end + 1);
    if (behind.trim() === '') return groups;
    const comma = /^\s*,\s*/.exec(behind)?.[0];
    if (comma === undefined) throw complain('a comma is missing between two groups', BRACKETS);
    at = end + 1 + comma.length;
  }
}

const BRACKETS = 'Put each group of arguments in brackets of its own: [--sgd --momentum 0.9],[--adam].';

/** The group as it is typed. */
export function spellGroup(words: readonly string[]): string {
  const spelled = words.map((word) =>
    PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`,
  );
  return `[${spelled.join(' ')}]`;
}

function readWords(
  text: string,
  start: number,
  inGroup: boolean,
  complain: Complain,
): { words: string[]; end: number } {
  const words: string[] = [];
  let word: string | undefined;
  let at = start;
  for (let depth = 0; at < text.length; at = PIECE.lastIndex) {
    if (inGroup && depth === 0 && text[at] === ']') break;
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    if (!piece)
      throw complain('a quote is not closed', `Close it, or put text that has one in the other kind: "it's".`);
    const [whole, space, single, double, escaped, plain] = piece;
    if (plain === '[') depth++;
    if (plain === ']') depth--;
    if (space === undefined) {
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? whole);
    } else if (space !== '\\\n' && word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return { words: word === undefined ? words : [...words, word], end: at };
}

/** Whether somebody wrote `[1,2,3]` for a list of values. */
function isList(inner: string): boolean {
  return inner.includes(',') && !/['"\\]|(?:^|\s)-/.test(inner);
}
