import type { Factor, Style } from '../experiment.js';
import { checkSpace } from './levels.js';
import { DesignProblem } from '../designs/points.js';
import type { Space } from './space.js';
import { listedValues, shortened, splitItems, type Complain } from './spelling-items.js';
import {
  couldFollow,
  endsOf,
  EXAMPLES,
  isAlmostRange,
  readKind,
  readRange,
  type Kind,
} from './spelling-ranges.js';
import { readGroups } from './spelling-words.js';
import { nearest } from '../suggest.js';

export { spaceText } from './spelling-text.js';
export { splitWords } from './spelling-words.js';

const KINDS = Object.keys(EXAMPLES) as Kind[];
const NAME = /^-*[^\s=,{}"'-][^\s=,{}"']*$/;
const PREFIX = /^([A-Za-z][A-Za-z_-]*)\s*:\s*(.*)$/s;
/** So many values are written out to show how a list is meant. */
const MOST_SHOWN = 20;

/** A factor as it is set: `lr=log:1e-4..1e-1:4`, `--batch-size=32,64`. Throws `DesignProblem`. */
export function parseFactor(text: string, style: Style): Factor {
  const equals = text.indexOf('=');
  const name = (equals < 0 ? text : text.slice(0, equals)).trim();
  if (!NAME.test(name))
    throw new DesignProblem(
      name === '' ? `In "${shortened(text)}" the name is missing.` : `"${shortened(name)}" cannot be a name.`,
      'Begin with a name and an equals sign, such as lr=0.1,0.01.',
    );
  if (equals < 0)
    throw new DesignProblem(
      `${shortened(name)} comes without values.`,
      `Add some: ${shortened(name)}=0.1,0.01.`,
    );
  return { name, space: parseSpace(name, text.slice(equals + 1)), style };
}

/**
 * The values of a factor as they are spelled:
 *
 * `log:A..B:N`, `lin:A..B:N` (N values, ends included) · `A..B` (whole numbers) · `A..B:STEP` · `a,b,c` (listed) ·
 * `[--sgd --momentum 0.9],[--adam]` (groups of arguments) · `flag` (present or not) · `uniform:A..B` ·
 * `loguniform:A..B` · `int:A..B` · `normal:MEAN,SD`. `name` is for messages. Throws `DesignProblem`.
 */
export function parseSpace(name: string, text: string): Space {
  const typed = text.trim();
  const space = readSpace(typed, name, (what, remedy) => {
    return new DesignProblem(`In "${name}=${shortened(typed)}", ${what}.`, remedy);
  });
  checkSpace(name, space);
  return space;
}

function readSpace(text: string, name: string, complain: Complain): Space {
  if (text === '')
    throw new DesignProblem(
      `${name} has no values.`,
      `Give it some, such as ${name}=1,2,3 or ${name}=lin:0..1:5.`,
    );
  if (text === 'flag') return { is: 'flag' };
  if (text.startsWith('[')) return { is: 'groups', groups: readGroups(text, complain) };
  const [, word, rest] = PREFIX.exec(text) ?? [];
  if (word !== undefined && rest !== undefined) {
    if (isKind(word)) return readKind(word, rest, complain);
    checkWord(word, rest, complain);
  }
  const range = endsOf(text);
  if (range && !range.behind.includes(',')) return readRange(range, complain);
  return listedValues(text, complain, (item) => checkItem(item, text, complain));
}

function isKind(word: string): word is Kind {
  return Object.hasOwn(EXAMPLES, word);
}

/** Objects to a word in front of a colon that looks like one of ours; `http://host` does not. */
function checkWord(word: string, rest: string, complain: Complain): void {
  const small = word.toLowerCase();
  const kind = nearest(word, KINDS) ?? KINDS.find((known) => small.startsWith(known));
  if (!couldFollow(kind, rest)) return;
  throw complain(
    `"${word}" is no kind of values`,
    `${kind ? `Did you mean ${kind}:${rest}?` : `Take one of ${KINDS.join(', ')}.`} A text goes in quotes.`,
  );
}

/** Objects to a listed value that looks like more than one. */
function checkItem(item: string, text: string, complain: Complain): void {
  const [, word = '', rest = ''] = PREFIX.exec(item) ?? [];
  if (endsOf(item) || (isKind(word) && couldFollow(word, rest)))
    throw complain(
      `"${item}" cannot stand in a list`,
      writtenOut(text) ?? 'Write each value by itself; a text goes in quotes.',
    );
  if (isAlmostRange(item))
    throw complain(
      `"${item}" is no range`,
      'Write a number, two dots and a number, such as 1..5; a text goes in quotes.',
    );
}

/** `1..5,10` as `1,2,3,4,5,10`; undefined where that is too long, or not so easy. */
function writtenOut(text: string): string | undefined {
  const values = splitItems(text).flatMap((item) => {
    const range = endsOf(item);
    if (!range) return [PREFIX.test(item) ? undefined : item];
    const { low, high, behind } = range;
    const isShort = behind === '' && Number.isInteger(low) && Number.isInteger(high) && high - low < MOST_SHOWN;
    return isShort
      ? Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => String(low + i))
      : [undefined];
  });
  return values.includes(undefined) || values.length > MOST_SHOWN ? undefined : `Write ${values.join(',')}.`;
}
