import type { Value } from '../experiment.js';
import {
  calculation,
  condition,
  decidedBy,
  isAmong,
  not,
  operandsOf,
  type Condition,
  type Meaning,
  type Part,
} from './logic.js';
import { compare, excerpt, FUNCTIONS, isComparison, OPERATORS } from './operators.js';
import { DesignProblem } from '../designs/points.js';
import { nearest } from '../suggest.js';

/** An expression as a tree; each part was typed from `start` to before `end`. */
export type Node = { start: number; end: number } & (
  | { type: 'Literal'; value: Value | null; raw: string }
  | { type: 'Identifier'; name: string }
  | { type: 'Group'; inner: Node }
  | { type: 'UnaryExpression'; operator: string; argument: Node }
  | { type: 'BinaryExpression'; operator: string; left: Node; right: Node }
  | { type: 'ConditionalExpression'; test: Node; consequent: Node; alternate: Node }
  | { type: 'CallExpression'; name: string; arguments: readonly Node[] }
  | { type: 'ArrayExpression'; elements: readonly Node[] }
);

type Some<Type extends Node['type']> = Extract<Node, { type: Type }>;

const FUNCTION_NAMES = [...FUNCTIONS.keys(), 'str'];
const TAKE_MANY = ['min', 'max'];
const MOST_VALUES = 100;

/** Makes functions of the trees of one text; `checkName` throws for a name that is not known. */
export class Reader {
  readonly #text: string;
  readonly #checkName: (name: string) => void;

  constructor(text: string, checkName: (name: string) => void) {
    this.#text = text;
    this.#checkName = checkName;
  }

  /** Throws `DesignProblem`, and so does the function that it makes. */
  meaning(node: Node): Meaning {
    switch (node.type) {
      case 'Literal':
        return literal(node);
      case 'Identifier':
        this.#checkName(node.name);
        return (scope) => scope(node.name);
      case 'Group':
        return this.meaning(node.inner);
      case 'UnaryExpression':
        return this.#unary(node);
      case 'BinaryExpression':
        return this.#binary(node);
      case 'ConditionalExpression':
        return this.#conditional(node);
      case 'CallExpression':
        return this.#call(node);
      case 'ArrayExpression':
        throw new DesignProblem(
          `The list ${this.#textOf(node)} stands where one value is wanted.`,
          'Ask for one of several values as in: optimizer in ["sgd", "adam"].',
        );
    }
  }

  #textOf({ start, end }: Pick<Node, 'start' | 'end'>): string {
    return excerpt(this.#text.slice(start, end));
  }

  #part(node: Node): Part {
    return { text: this.#textOf(node), of: this.meaning(node) };
  }

  #unary(node: Some<'UnaryExpression'>): Meaning {
    const part = this.#part(node.argument);
    if (node.operator === '-') return calculation(this.#textOf(node), (x) => -x, [part]);
    if (node.operator === '+') return calculation(this.#textOf(node), (x) => x, [part]);
    return not(condition(part));
  }

  #binary(node: Some<'BinaryExpression'>): Meaning {
    const { operator } = node;
    if (isTest(operator)) return this.#tests(node);
    const parts = [this.#part(node.left), this.#part(node.right)];
    const operate = OPERATORS.get(operator);
    if (operate) return calculation(this.#textOf(node), operate, parts);
    return decidedBy(operator === 'or' || operator === '||', parts.map(condition));
  }

  /** Tests in a row must all hold, as in Python: 0 < x < 1. */
  #tests({ operator, left, right }: Some<'BinaryExpression'>): Condition {
    if (left.type !== 'BinaryExpression' || !isTest(left.operator)) return this.#test(left, operator, right);
    return decidedBy(false, [this.#tests(left), this.#test(left.right, operator, right)]);
  }

  #test(left: Node, operator: string, right: Node): Condition {
    const text = this.#textOf({ start: left.start, end: right.end });
    if (operator === 'in') return this.#membership(text, left, right);
    if (operator === 'not in') return not(this.#membership(text, left, right));
    if (isAbsence(right) && isEquality(operator)) return this.#absence(left, operator, right);
    if (isAbsence(left) && isEquality(operator)) return this.#absence(right, operator, left);
    const parts = [this.#part(left), this.#part(right)];
    return (scope) => {
      const [a, b] = operandsOf(parts, scope) ?? [];
      return a && b && compare(text, operator, a, b);
    };
  }

  /** A value that is spelled like the word for "absent" is meant by it too. */
  #absence(node: Node, operator: string, { raw }: Some<'Literal'>): Condition {
    const { of } = this.#part(node);
    const isMissing: Condition = (scope) => {
      const value = of(scope);
      return value === undefined || value === raw;
    };
    return operator.startsWith('!') ? not(isMissing) : isMissing;
  }

  #membership(text: string, left: Node, list: Node): Condition {
    if (list.type !== 'ArrayExpression') {
      throw new DesignProblem(
        `In ${text}, ${this.#textOf(list)} is no list.`,
        'Write a list, as in: optimizer in ["sgd", "adam"].',
      );
    }
    const words = list.elements.filter(isAbsence).map((word) => this.#absence(left, '==', word));
    const elements = list.elements
      .filter((element) => !isAbsence(element))
      .map((element) => this.#part(element));
    const part = this.#part(left);
    const isWord = decidedBy(true, words);
    return (scope) => isWord(scope) || isAmong(text, part, elements, scope);
  }

  #conditional(node: Some<'ConditionalExpression'>): Meaning {
    const test = condition(this.#part(node.test));
    const [then, otherwise] = [this.meaning(node.consequent), this.meaning(node.alternate)];
    return (scope) => {
      const holds = test(scope);
      if (holds === undefined) return undefined;
      return holds ? then(scope) : otherwise(scope);
    };
  }

  #call(node: Some<'CallExpression'>): Meaning {
    const { name } = node;
    const text = this.#textOf(node);
    if (!FUNCTION_NAMES.includes(name)) throw unknownFunction(text, name);
    const parts = node.arguments.map((argument) => this.#part(argument));
    const most = TAKE_MANY.includes(name) ? MOST_VALUES : 1;
    if (parts.length === 0 || parts.length > most) {
      throw new DesignProblem(
        `${text} gives ${name} ${parts.length || 'no'} values.`,
        most === 1 ? `Give it one, as in ${name}(lr).` : `Give it 1 to ${most}, as in ${name}(lr, 0.1).`,
      );
    }
    const calculate = FUNCTIONS.get(name);
    if (calculate) return calculation(text, calculate, parts);
    const [only] = parts as [Part];
    return (scope) => {
      const value = only.of(scope);
      return value === undefined ? undefined : String(value);
    };
  }
}

function literal({ value, raw }: Some<'Literal'>): Meaning {
  if (value === null) {
    throw new DesignProblem(
      `${raw} stands where a value is wanted.`,
      `Ask whether a factor takes no part as in: momentum == ${raw}.`,
    );
  }
  if (value === Infinity) throw new DesignProblem(`The number ${raw} is too large.`, 'Write a smaller one.');
  return () => value;
}

function isTest(operator: string): boolean {
  return isComparison(operator) || operator === 'in' || operator === 'not in';
}

function isEquality(operator: string): boolean {
  return operator.startsWith('==') || operator.startsWith('!=');
}

function isAbsence(node: Node): node is Some<'Literal'> {
  return node.type === 'Literal' && node.value === null;
}

function unknownFunction(text: string, name: string): DesignProblem {
  const meant = nearest(name, FUNCTION_NAMES);
  return new DesignProblem(
    `In ${text}, ${name} is no function.`,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}There are ${FUNCTION_NAMES.join(', ')}.`,
  );
}
