import type { Value } from '../experiment.js';
import { valueText } from './number.js';
import type { DesignProblem } from '../designs/points.js';
import type { Space } from './space.js';

/*
 * Listed values: `0.1,0.2`, `adam,sgd`, `"one, two",'it is "so"'`.
 *
 * Numbers, and `true` and `false` in capitals or not, are such in expressions, and stand in the command as they were
 * typed: `0.10`, `007`, `True`. In quotes they are strings. A comma always separates, so `1,000` is two values; digits
 * are grouped as in `1_000`. Quotes count at the beginning of an item alone; within double ones `\"` and `\\` stand
 * for `"` and `\`, within single ones nothing does.
 */

const DIGITS = String.raw`\d+(?:_\d+)*`;
/** A decimal number as Python reads it too: `-1`, `.5`, `1e-3`, `1_000`. */
export const NUMBER = String.raw`[+-]?(?:${DIGITS}(?:\.${DIGITS})?|\.${DIGITS})(?:[eE][+-]?\d+)?`;

const NUMBER_ALONE = new RegExp(`^${NUMBER}$`);
const BOOLEAN = /^(?:true|false)$/i;
const QUOTED = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')$/s;
/** The text of one item, up to the next comma outside of quotes, or to the end. */
const ITEM = /\s*(?:("(?:[^"\\]|\\.)*"|'[^']*')\s*(?=,|$)|([^,]*))(,|$)/sy;

interface Item {
  readonly value: Value;
  readonly text: string;
}

export function numberOf(text: string): number {
  // Adding 0 makes 0 of -0.
  return Number(text.replaceAll('_', '')) + 0;
}

/** What an item without quotes means. */
export function valueOf(text: string): Value {
  if (NUMBER_ALONE.test(text)) return numberOf(text);
  return BOOLEAN.test(text) ? text.toLowerCase() === 'true' : text;
}

/** Says what is wrong in a spelling, and what to write instead. */
export type Complain = (what: string, remedy: string) => DesignProblem;

/** `check` may object to an item that stands without quotes. */
export function listedValues(text: string, complain: Complain, check: (item: string) => void): Space {
  const items = splitItems(text).map((item) => readItem(item, complain, check));
  const values = items.map(({ value }) => value);
  const texts = items.map((item) => item.text);
  return values.every((value, i) => valueText(value) === texts[i])
    ? { is: 'values', values }
    : { is: 'values', values, texts };
}

/** Without the white space around them, and with their quotes. */
export function splitItems(text: string): string[] {
  const items: string[] = [];
  for (let at = 0, more = true; more; at = ITEM.lastIndex) {
    ITEM.lastIndex = at;
    const [, quoted, plain, comma] = ITEM.exec(text) as RegExpExecArray;
    items.push(quoted ?? (plain as string).trim());
    more = comma === ',';
  }
  return items;
}

function readItem(item: string, complain: Complain, check: (item: string) => void): Item {
  const [, double, single] = QUOTED.exec(item) ?? [];
  const text = single ?? double?.replace(/\\(["\\])/g, '$1');
  if (text !== undefined) return { value: text, text };
  if (item === '')
    throw complain('a value is empty', "Take out the spare comma, or write '' for an empty argument.");
  if (/^["']/.test(item))
    throw complain(
      `the quotes of ${shortened(item)} do not end where the value ends`,
      `Put the whole value in quotes, such as ${quote(item)}.`,
    );
  check(item);
  return { value: valueOf(item), text: item };
}

/** In the quotes that need the least else. */
export function quote(text: string): string {
  return text.includes("'") ? `"${text.replace(/["\\]/g, String.raw`\$&`)}"` : `'${text}'`;
}

/** For messages: what was typed, unless it is very long. */
export function shortened(text: string): string {
  const letters = Array.from(text);
  return letters.length > 60 ? `${letters.slice(0, 57).join('')}...` : text;
}
