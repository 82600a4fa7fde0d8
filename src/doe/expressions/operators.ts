import type { Value } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';

/** A part of an expression as it was typed, and what it came to. */
export interface Operand {
  readonly text: string;
  readonly value: Value;
}

/** Of as many numbers as it takes; a longer list than one of two numbers is for `min` and `max` alone. */
type Calculation = (a: number, b: number, ...more: number[]) => number;

/** Numbers that differ by less than this share of their size are equal: 0.1 * 3 <= 0.3 holds, on every machine. */
const TOLERANCE = 1e-12;

/** Characters that a message quotes. */
const LONGEST = 100;

export const OPERATORS: ReadonlyMap<string, Calculation> = new Map<string, Calculation>([
  ['+', (a, b) => a + b],
  ['-', (a, b) => a - b],
  ['*', (a, b) => a * b],
  ['/', (a, b) => a / b],
  ['%', modulo],
  ['**', (a, b) => a ** b],
]);

export const FUNCTIONS: ReadonlyMap<string, Calculation> = new Map<string, Calculation>([
  ['abs', Math.abs],
  ['min', Math.min],
  ['max', Math.max],
  ['sqrt', Math.sqrt],
  ['log', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['exp', Math.exp],
  ['floor', (x) => Math.floor(settled(x))],
  ['ceil', (x) => Math.ceil(settled(x))],
  ['round', (x) => Math.sign(x) * Math.floor(settled(Math.abs(x) + 0.5))],
]);

/** What each says of the order of its sides: negative, 0 or positive. */
const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['==', (order) => order === 0],
  ['===', (order) => order === 0],
  ['!=', (order) => order !== 0],
  ['!==', (order) => order !== 0],
  ['<', (order) => order < 0],
  ['<=', (order) => order <= 0],
  ['>', (order) => order > 0],
  ['>=', (order) => order >= 0],
]);

/** `text` is what is calculated, as it was typed. Throws `DesignProblem` where the result would be no number. */
export function calculate(text: string, calculation: Calculation, operands: readonly Operand[]): number {
  for (const operand of operands) {
    if (typeof operand.value === 'number') continue;
    throw new DesignProblem(
      `${text} is calculated with numbers, but ${described(operand)}.`,
      'Calculate with factors whose values are numbers.',
    );
  }
  const numbers = operands.map(({ value }) => value) as [number, number];
  const result = calculation(...numbers);
  if (Number.isFinite(result)) return result;
  const where = operands.filter((operand) => !isLiteral(operand)).map((x) => `${x.text} is ${shown(x.value)}`);
  throw new DesignProblem(
    `${text} has no value${where.length > 0 ? ` where ${where.join(' and ')}` : ''}.`,
    'Rule that out before it, as in: x > 0 and 1 / x < 10.',
  );
}

/** Strings are ordered by their characters' codes, booleans are equal or not; different types are an error. */
export function compare(text: string, operator: string, left: Operand, right: Operand): boolean {
  const [a, b] = [left.value, right.value];
  if (typeof a !== typeof b) {
    throw new DesignProblem(
      `${text} compares different things: ${described(left)}, and ${described(right)}.`,
      'Compare numbers with numbers and strings with strings; str(x) makes a string of x.',
    );
  }
  if (typeof a === 'boolean' && '<>'.includes(operator.charAt(0))) {
    throw new DesignProblem(
      `${text} asks which is more, but ${described(left)}.`,
      'Compare true and false by == or !=.',
    );
  }
  return (COMPARISONS.get(operator) as (order: number) => boolean)(order(a, b));
}

export function isComparison(operator: string): boolean {
  return COMPARISONS.has(operator);
}

/** Of what has to be true or false. */
export function truth(operand: Operand): boolean {
  if (typeof operand.value === 'boolean') return operand.value;
  throw new DesignProblem(
    `True or false is wanted, but ${described(operand)}.`,
    `Compare it with something, as in: ${operand.text} == ${shown(operand.value)}.`,
  );
}

/** What a message quotes of a text: one line, and its beginning alone if it is long. */
export function excerpt(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

function described(operand: Operand): string {
  const { text, value } = operand;
  return isLiteral(operand) ? `${text} is a ${typeof value}` : `${text} is the ${typeof value} ${shown(value)}`;
}

/** Not a name or more, but the value itself, in whichever quotes. */
function isLiteral({ text, value }: Operand): boolean {
  return text === shown(value) || text.slice(1, -1) === value;
}

function shown(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Of two values of one type. */
function order(a: Value, b: Value): number {
  if (a === b || (typeof a === 'number' && typeof b === 'number' && areClose(a, b))) return 0;
  return a < b ? -1 : 1;
}

function areClose(a: number, b: number): boolean {
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) return a === b;
  return Math.abs(a - b) < TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

/** The whole number that `x` misses by a rounding error, or `x`. */
function settled(x: number): number {
  const whole = Math.round(x);
  return areClose(x, whole) ? whole : x;
}

/** As in Python: the rest has the sign of what divides. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}
