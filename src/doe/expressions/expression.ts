import jsep from 'jsep';
import type { Meaning, Scope } from './logic.js';
import { Reader, type Node } from './meaning.js';
import { excerpt, truth } from './operators.js';
import { DesignProblem } from '../designs/points.js';
import { nearest } from '../suggest.js';

/*
 * The language of `--where` and `when`. Numbers, strings in '' or "", true false (True False), and factors by plain
 * name; + - * / % ** and comparisons bind and chain as in Python; `and or not` are also `&& || !`; `x in [1, 2]`,
 * `x not in (1, 2)`; `a ? b : c`; abs min max sqrt log log2 log10 exp floor ceil round, and str(x), which makes a
 * string. Nothing else can be reached: what a name or a call means is looked up in our own tables alone.
 *
 * Types are strict: to compare a number with a string is an error, and so is a result that is no number (1 / 0).
 * Numbers are equal within a relative 1e-12, so that 0.1 * 3 <= 0.3 holds; floor, ceil and round see that too.
 * `round` takes halves away from zero.
 *
 * What hangs on a factor that takes no part in a run is neither true nor false, and `and`, `or`, `not` treat it so:
 * `false and it` is false, `true or it` is true. Only `x == None` (or null) and `!=` say whether a factor is absent.
 */

const MOST_LISTED = 20;

/** Throws `DesignProblem`, now for what can be seen in the text, and later for what the values make of it. */
export function compile(text: string, names: readonly string[]): Meaning {
  const reader = new Reader(text, (name) => {
    if (!names.includes(name)) throw unknownName(text, name, names);
  });
  return reader.meaning(parse(text));
}

/** As `compile`, for what must be true or false; `ifAbsent` where that hangs on a factor that takes no part. */
export function compileCondition(
  text: string,
  names: readonly string[],
  ifAbsent = false,
): (valueOf: Scope) => boolean {
  const meaning = compile(text, names);
  return (valueOf) => {
    const value = meaning(valueOf);
    return value === undefined ? ifAbsent : truth({ text: excerpt(text), value });
  };
}

/** The factors that an expression speaks of, each once. */
export function namesIn(text: string): string[] {
  const names = new Set<string>();
  new Reader(text, (name) => names.add(name)).meaning(parse(text));
  return [...names];
}

function unknownName(text: string, name: string, names: readonly string[]): DesignProblem {
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '';
  const list = `The factors are ${names.slice(0, MOST_LISTED).join(', ')}${more}.`;
  return new DesignProblem(
    `In ${excerpt(text)}, ${name} is no factor.`,
    `${hintFor(text, name, names)} ${names.length > 0 ? list : 'There are no factors.'}`,
  );
}

function hintFor(text: string, name: string, names: readonly string[]): string {
  if (/[“”„‘’]/.test(name)) return 'Write straight quotes.';
  const dashed = names.find(
    (known) => known.split('_').includes(name) && text.includes(known.replaceAll('_', '-')),
  );
  if (dashed !== undefined) return `Write ${dashed}, since - is minus.`;
  const meant = nearest(name, names);
  return meant === undefined ? `If it is a value, write "${name}".` : `Did you mean ${meant}?`;
}

/** What is used here of jsep's parser, which its types leave out. */
interface Parser {
  index: number;
  readonly expr: string;
  readonly char: string;
  gobbleSpaces(): void;
  gobbleExpression(): Node | false;
  gobbleBinaryExpression(): Node | false;
  gobbleBinaryOp(): string | false;
  gobbleToken(): Node | false;
  gobbleTokenProperty(node: Node): Node;
  gobbleGroup(): Node;
  gobbleArguments(closing: number): readonly Node[];
  throwError(message: string): never;
}

const { Jsep } = jsep as unknown as { Jsep: (new (text: string) => Parser) & { this_str: string } };

const LOGICAL = ['or', '||', 'and', '&&'];
/** From the loosest to the tightest. */
const BINARY = [
  LOGICAL.slice(0, 2),
  LOGICAL.slice(2),
  ['==', '===', '!=', '!==', '<', '<=', '>', '>=', 'in', 'not in'],
  ['+', '-'],
  ['*', '/', '%'],
  ['**'],
];
const WORDS = { true: true, True: true, false: false, False: false, null: null, None: null };

// The one place that touches what everybody in this process shares of jsep.
jsep.removeAllBinaryOps();
for (const [precedence, operators] of BINARY.entries()) {
  for (const operator of operators) jsep.addBinaryOp(operator, precedence + 1, operator === '**');
}
jsep.removeAllUnaryOps();
for (const operator of ['+', '-', '!', 'not']) jsep.addUnaryOp(operator);
jsep.removeAllLiterals();
for (const [word, value] of Object.entries(WORDS)) jsep.addLiteral(word, value);
// A dot belongs to a name, as in model.lr: nothing has members.
jsep.addIdentifierChar('.');
Jsep.this_str = '';

/** More is no longer something that a person wrote, and would exhaust the stack. */
const MOST_NESTED = 100;
const MOST_OPERATORS = 1000;
const TOO_MUCH = 'Write it shorter, with fewer brackets and operators.';

const NOT_IN = /not\s+in(?![\p{L}\p{N}_.$])/uy;

/** jsep made strict, since it forgives forgotten commas and operators, and with the binding of Python. */
class Strict extends Jsep {
  #nested = 0;
  #operators = 0;

  override gobbleExpression(): Node | false {
    const node = this.#deeper(() => super.gobbleExpression());
    if (!node || node.type !== 'ConditionalExpression') return node;
    return { ...node, start: node.test.start, end: node.alternate.end };
  }

  override gobbleBinaryExpression(): Node | false {
    const node = super.gobbleBinaryExpression();
    return node && rebound(node);
  }

  override gobbleBinaryOp(): string | false {
    this.gobbleSpaces();
    NOT_IN.lastIndex = this.index;
    const isNotIn = NOT_IN.test(this.expr);
    if (isNotIn) this.index = NOT_IN.lastIndex;
    const operator = isNotIn ? 'not in' : super.gobbleBinaryOp();
    if (operator && ++this.#operators > MOST_OPERATORS) this.throwError(TOO_MUCH);
    return operator;
  }

  override gobbleToken(): Node | false {
    this.gobbleSpaces();
    const start = this.index;
    const node = this.#deeper(() => super.gobbleToken());
    return node && { ...node, start, end: start + this.expr.slice(start, this.index).trimEnd().length };
  }

  override gobbleTokenProperty(node: Node): Node {
    if (node.type !== 'Identifier' || this.#nextChar() !== '(') return node;
    this.index++;
    return { ...node, type: 'CallExpression', arguments: this.gobbleArguments(')'.charCodeAt(0)) };
  }

  override gobbleGroup(): Node {
    const start = this.index++;
    const elements = this.gobbleArguments(')'.charCodeAt(0));
    const [inner] = elements;
    if (!inner) this.throwError('empty');
    const span = { start, end: this.index };
    return elements.length === 1
      ? { ...span, type: 'Group', inner }
      : { ...span, type: 'ArrayExpression', elements };
  }

  override gobbleArguments(closing: number): readonly Node[] {
    const end = String.fromCharCode(closing);
    const nodes: Node[] = [];
    while (this.#nextChar() !== end) {
      const node = this.gobbleExpression();
      if (!node) this.throwError('no value');
      nodes.push(node);
      if (this.char === ',') this.index++;
      else if (this.char !== end) this.throwError('no end');
    }
    this.index++;
    return nodes;
  }

  #nextChar(): string {
    this.gobbleSpaces();
    return this.char;
  }

  #deeper<T>(parse: () => T): T {
    if (++this.#nested > MOST_NESTED) this.throwError(TOO_MUCH);
    const parsed = parse();
    this.#nested--;
    return parsed;
  }
}

/** jsep binds what stands before a value first: -x ** 2 is (-x) ** 2 to it, and not x < 1 is (not x) < 1. */
function rebound(node: Node): Node {
  if (node.type !== 'BinaryExpression') return node;
  return bound(rebound(node.left), node.operator, rebound(node.right));
}

function bound(left: Node, operator: string, right: Node): Node {
  const span = { start: left.start, end: right.end };
  if (left.type !== 'UnaryExpression' || !isLooser(left.operator, operator)) {
    return { ...span, type: 'BinaryExpression', operator, left, right };
  }
  return { ...left, ...span, argument: bound(left.argument, operator, right) };
}

function isLooser(unary: string, binary: string): boolean {
  return unary === 'not' ? !LOGICAL.includes(binary) : unary !== '!' && binary === '**';
}

function parse(text: string): Node {
  // A word at the very end is no operator to jsep, and what is missing behind it no error.
  const parser = new Strict(`${text} `);
  let problem: unknown;
  try {
    const node = parser.gobbleExpression();
    if (node && parser.index > text.length) return node;
  } catch (error) {
    if (!(error instanceof Error && 'description' in error)) throw error;
    problem = error.description;
  }
  throw unreadable(text, parser.index, problem === TOO_MUCH ? TOO_MUCH : undefined);
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^>/, 'Write != for unequal.'],
  [/^=/, 'Write == to compare.'],
  [/^is /, 'Write == for is, and != for is not.'],
  [/^&/, 'Write and.'],
  [/^\|/, 'Write or.'],
  [/^\^/, 'Write ** for a power.'],
];

function unreadable(text: string, index: number, remedy?: string): DesignProblem {
  const rest = text.slice(index);
  const column = Array.from(text.slice(0, index)).length + 1;
  const [, hint] = HINTS.find(([pattern]) => pattern.test(rest)) ?? [];
  return new DesignProblem(
    rest.trim() === ''
      ? `The expression "${excerpt(text)}" ends before it is complete.`
      : `The expression "${excerpt(text)}" is not understood from column ${column} on, "${excerpt(rest)}".`,
    remedy ?? hint ?? 'Write it as in: lr * batch < 1 and optimizer in ["sgd", "adam"].',
  );
}
