import { DesignProblem } from '../doe/designs/points.js';
import type { Check, Choice, Typed } from '../ports/terminal.js';

/** A question with all that is needed to put it, and to put it again. */
export interface Question {
  /** The same whenever it is the same question; what it leads to begins with it and a space. */
  readonly id: string;
  readonly text: string;
  /** What may be answered, in a few words. */
  readonly hint?: string;
  readonly check?: Check;
  /** Taken by Enter alone, until something else was answered. */
  readonly suggestion?: string | undefined;
  /** It is answered out of a list, or as `typed` has it. */
  readonly choices?: readonly Choice[];
  readonly typed?: Typed;
  /** The option whose values it is about. */
  readonly factor?: string;
  /** One place of several, one after another, until an answer is empty. */
  readonly list?: { readonly name: string; readonly index: number };
}

/** Something to show on the way. */
export interface Remark {
  readonly tell: string;
}

/** Questions and remarks in their order, which may depend on the answers; in the end what they come to. */
export type Asking<Result> = Generator<Question | Remark, Result, string>;

export function placeId(list: string, index: number): string {
  return `${list} ${index}`;
}

interface List {
  readonly name: string;
  readonly text: (place: number) => string;
  /** For the first of them. */
  readonly hint: string;
  readonly least?: number;
  readonly check: (item: string, before: readonly string[]) => string | undefined;
  readonly suggest?: (before: readonly string[]) => string | undefined;
}

/** One line after another, until one is empty. */
export function* askList({ name, text, hint, least = 0, check, suggest }: List): Asking<string[]> {
  const items: string[] = [];
  for (;;) {
    const before = [...items];
    const isEnough = items.length >= least;
    const answer = yield {
      id: placeId(name, items.length),
      text: text(items.length + 1),
      hint: items.length > 0 ? 'empty: no more' : hint,
      check: (item) => (item !== '' ? check(item, before) : isEnough ? undefined : 'At least one, please.'),
      suggestion: suggest?.(items),
      list: { name, index: items.length },
    };
    if (answer === '') return items;
    items.push(answer);
  }
}

/** What is wrong with an answer to the question; it has to be one of its choices, where it has some. */
export function complaintAbout({ check, choices, typed }: Question, answer: string): string | undefined {
  if (!choices) return check?.(answer);
  if (choices.some(({ value }) => value === answer)) return undefined;
  const meant = typed?.(answer) ?? 'It is none of the list.';
  return typeof meant === 'string' ? meant : undefined;
}

/** The problem that `work` runs into, in one line. */
export function problemOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof DesignProblem)) throw error;
    return `${error.problem} ${error.remedy}`;
  }
}

/** Checks a whole number, `least` or more. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Check {
  return (answer) => {
    const number = /^\d+$/.test(answer) ? Number(answer) : NaN;
    if (number >= least && number <= most) return undefined;
    if (number > most && most < Number.MAX_SAFE_INTEGER) return `There are ${most} at most.`;
    return `A whole number, please, ${least} or more.`;
  };
}
