import { NUMBER, numberOf, type Complain } from './spelling-items.js';
import type { Space } from './space.js';

/** What may stand in front of a colon, each with an example. */
export const EXAMPLES = {
  log: 'log:1e-4..1e-1:4',
  lin: 'lin:0..1:5',
  uniform: 'uniform:0..0.3',
  loguniform: 'loguniform:1e-5..1e-1',
  int: 'int:1..10',
  normal: 'normal:0,1',
} as const;
export type Kind = keyof typeof EXAMPLES;

/** Two numbers, and what stands behind them. */
const RANGE = new RegExp(String.raw`^(${NUMBER})\s*\.\.(?!\.)\s*(${NUMBER})\s*(.*)$`, 's');
const PAIR = new RegExp(String.raw`^(${NUMBER})\s*,\s*(${NUMBER})$`);
const STEP = new RegExp(String.raw`^:\s*(${NUMBER})$`);
/** Meant as a range: one end is missing, or there is a dot too many. */
const ALMOST_RANGE = new RegExp(String.raw`^(?=.*\d)(?:${NUMBER})?\s*\.{2,}\s*(?:${NUMBER})?$`);

interface Ends {
  readonly low: number;
  readonly high: number;
  /** As typed. */
  readonly ends: string;
  readonly behind: string;
}

export function endsOf(text: string): Ends | undefined {
  const [, first, last, behind] = RANGE.exec(text) ?? [];
  if (first === undefined || last === undefined || behind === undefined) return undefined;
  return { low: numberOf(first), high: numberOf(last), ends: `${first}..${last}`, behind };
}

export function isAlmostRange(text: string): boolean {
  return ALMOST_RANGE.test(text);
}

/** Whether it looks like what stands behind the colon of a kind. */
export function couldFollow(kind: string | undefined, text: string): boolean {
  return kind === 'normal' ? PAIR.test(text) : RANGE.test(text);
}

/** `log:A..B:N` and its like, from behind the first colon. */
export function readKind(is: Kind, text: string, complain: Complain): Space {
  if (is === 'normal') return readNormal(text, complain);
  const range = endsOf(text);
  if (!range)
    throw complain(`${is} needs two numbers with two dots between them`, `Write for example ${EXAMPLES[is]}.`);
  const { low, high, ends, behind } = range;
  if (is === 'log' || is === 'lin')
    return { is, low, high, count: readCount(`${is}:${ends}`, behind, complain) };
  if (behind === '') return { is, low, high };
  const steps = { int: `${ends}:2`, uniform: `lin:${ends}:5`, loguniform: `log:${ends}:5` }[is];
  throw complain(
    `nothing can follow the ends of ${is}, which --runs draws from`,
    `Write ${is}:${ends}, or ${steps} for fixed values.`,
  );
}

function readNormal(text: string, complain: Complain): Space {
  const [, mean, sd] = PAIR.exec(text) ?? [];
  if (mean !== undefined && sd !== undefined) return { is: 'normal', mean: numberOf(mean), sd: numberOf(sd) };
  throw complain(
    'normal needs a mean, a comma and a standard deviation',
    `Write for example ${EXAMPLES.normal}.`,
  );
}

function readCount(before: string, behind: string, complain: Complain): number {
  const [, count] = /^:\s*(\d+)$/.exec(behind) ?? [];
  if (count !== undefined) return Number(count);
  throw complain(
    behind === '' ? 'the number of values is missing' : `${quoted(behind)} is no number of values`,
    `End it with a colon and a whole number, such as ${before}:5.`,
  );
}

/** `A..B` and `A..B:STEP`. */
export function readRange({ low, high, ends, behind }: Ends, complain: Complain): Space {
  const [, step] = STEP.exec(behind) ?? [];
  if (step !== undefined) return { is: 'range', low, high, step: numberOf(step) };
  if (behind !== '')
    throw complain(
      `${quoted(behind)} is no step`,
      `Write for example ${ends}:${high < low ? '-' : ''}0.5, or put all of it in quotes if it is no range.`,
    );
  if (high < low) throw complain('the range goes down, and the step is missing', `Add it, such as ${ends}:-1.`);
  if (!Number.isInteger(low) || !Number.isInteger(high))
    throw complain(
      'only whole numbers can do without a step',
      `Take ${low > 0 ? 'log' : 'lin'}:${ends}:4 for four values, or add a step as in 0..1:0.1.`,
    );
  return { is: 'range', low, high, step: 1 };
}

/** What stands behind a range, without its colon. */
function quoted(behind: string): string {
  return `"${behind.replace(/^:\s*/, '')}"`;
}
