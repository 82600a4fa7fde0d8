import type { Factor } from '../experiment.js';
import { DesignProblem } from '../designs/points.js';
import { LEAST_LOG_STEP, LEAST_STEP, logLength, sizeOfEnds, stepsIn } from './scale.js';
import type { Space } from './space.js';
import { shortened } from './spelling-items.js';
import { spaceText } from './spelling-text.js';

/** So many levels of one factor are made at most. */
export const MOST_LEVELS = 10_000_000;
/** Beyond these a design's arithmetic would overflow, or lose its digits. */
const GREATEST = 1e300;
const SMALLEST = 1e-300;

/** What is wrong, to be read behind the name and the spelling, and what to do about it. */
export type Fault = readonly [what: string, remedy: string];

type Of<Is extends Space['is']> = Extract<Space, { is: Is }>;

/** Throws `DesignProblem` for a space that has no values, or none that make sense. */
export function checkSpace(name: string, space: Space): void {
  const fault = faultOf(space);
  if (fault) throw problemWith({ name, space }, fault);
}

export function problemWith(
  { name, space }: Pick<Factor, 'name' | 'space'>,
  [what, remedy]: Fault,
): DesignProblem {
  const spelling = spaceText(space);
  return new DesignProblem(`${name}${spelling === '' ? '' : `=${shortened(spelling)}`} ${what}.`, remedy);
}

function faultOf(space: Space): Fault | undefined {
  switch (space.is) {
    case 'values':
      if (space.values.length === 0) return EMPTY;
      return space.values.every((value) => typeof value !== 'number' || Number.isFinite(value))
        ? undefined
        : ENDLESS;
    case 'groups':
      return space.groups.length === 0 ? EMPTY : undefined;
    case 'flag':
      return undefined;
    case 'lin':
    case 'log':
      return numbersFault(space) ?? logFault(space) ?? stepsFault(space);
    case 'range':
      return numbersFault(space) ?? rangeFault(space);
    case 'uniform':
    case 'loguniform':
      return numbersFault(space) ?? logFault(space) ?? drawnFault(space);
    case 'int':
      return intFault(space);
    case 'normal':
      return numbersFault(space) ?? normalFault(space);
  }
}

const EMPTY: Fault = ['has no values', 'Give it at least one, such as 1,2,3.'];
const ENDLESS: Fault = [
  'has a number that is not finite',
  'Put it in quotes if the command is to get it as it is: "inf".',
];

function numbersFault(space: Space): Fault | undefined {
  const numbers = Object.values(space).filter((part) => typeof part === 'number');
  const fits = (x: number) => x === 0 || (Math.abs(x) >= SMALLEST && Math.abs(x) <= GREATEST);
  return numbers.every(fits)
    ? undefined
    : [
        'has a number that is too great or too close to 0',
        'Give numbers between 1e-300 and 1e300, or their negatives.',
      ];
}

function logFault({ is, low, high }: Of<'lin' | 'log' | 'uniform' | 'loguniform'>): Fault | undefined {
  if (is === 'lin' || is === 'uniform' || low * Math.sign(high) > 0) return undefined;
  const [example, instead] = is === 'log' ? ['log:0.001..1:4', 'lin'] : ['loguniform:0.001..1', 'uniform'];
  return [
    `${low === 0 || high === 0 ? 'touches' : 'crosses'} 0, which has no logarithm`,
    `Give two ends above 0, such as ${example}, or take ${instead}.`,
  ];
}

function stepsFault(space: Of<'lin' | 'log'>): Fault | undefined {
  const { is, low, high, count } = space;
  if (!Number.isInteger(count) || count < 1)
    return [
      'must have a whole number of values, 1 or more',
      `Give it last: ${spaceText({ ...space, count: 5 })}.`,
    ];
  if (count > MOST_LEVELS) return TOO_MANY;
  if (count > 1 && low === high) return ['begins and ends at the same value', 'Give two different ends.'];
  const step = count === 1 ? Infinity : 1 / (count - 1);
  const lost = is === 'log' ? Math.abs(logLength(space)) * step < LEAST_LOG_STEP : isNarrow(space, step);
  return lost ? TOO_NARROW : undefined;
}

function rangeFault(range: Of<'range'>): Fault | undefined {
  const { low, high, step } = range;
  if (step === 0)
    return [
      'has a step of 0',
      `Give another, such as ${spaceText({ ...range, step: Math.sign(high - low) || 1 })}.`,
    ];
  if (Math.sign(high - low) * step < 0)
    return [
      `never gets from ${low} to ${high} by steps of ${step}`,
      `Turn it around: ${spaceText({ ...range, low: high, high: low })}, or ${spaceText({ ...range, step: -step })}.`,
    ];
  const steps = stepsIn(range);
  if (steps >= MOST_LEVELS) return TOO_MANY;
  if (steps < 1 && low !== high) return tooLong(range);
  return steps > 0 && Math.abs(step) < sizeOfEnds(range) * LEAST_STEP ? TOO_NARROW : undefined;
}

/** What is typed after the colon is a number of values only with lin: and log: before it. */
function tooLong({ low, high, step }: Of<'range'>): Fault {
  const count = Math.abs(step);
  return [
    `has a step of ${step}, which is longer than the range`,
    Number.isInteger(count)
      ? `For ${count} values write lin:${low}..${high}:${count}, or log: instead of lin:.`
      : `Give a smaller one, or just ${low}.`,
  ];
}

function drawnFault(space: Of<'uniform' | 'loguniform'>): Fault | undefined {
  const { low, high } = space;
  if (low > high) return backwards(space);
  if (low === high) return ['begins and ends at the same value', `Give two different ends, or just ${low}.`];
  return isNarrow(space, 1) ? TOO_NARROW : undefined;
}

function intFault(space: Of<'int'>): Fault | undefined {
  const { low, high } = space;
  if (!Number.isInteger(low) || !Number.isInteger(high))
    return ['has an end that is no whole number', 'Give whole numbers, such as int:1..10, or take uniform.'];
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high))
    return [
      'goes beyond the whole numbers that are exact',
      `Stay within ${Number.MAX_SAFE_INTEGER} and its negative.`,
    ];
  return low > high ? backwards(space) : undefined;
}

function normalFault({ mean, sd }: Of<'normal'>): Fault | undefined {
  if (!(sd > 0))
    return ['has a standard deviation that is not above 0', 'Give mean and deviation, such as normal:0,1.'];
  return sd < Math.abs(mean) * LEAST_STEP ? TOO_NARROW : undefined;
}

const TOO_NARROW: Fault = [
  'has values so close together that they cannot be told apart',
  'Give fewer of them, or ends that are farther apart.',
];

function isNarrow(ends: Of<'lin' | 'log' | 'uniform' | 'loguniform'>, step: number): boolean {
  return Math.abs(ends.high - ends.low) * step < sizeOfEnds(ends) * LEAST_STEP;
}

function backwards(space: Of<'uniform' | 'loguniform' | 'int'>): Fault {
  return [
    'ends below its beginning',
    `Turn it around: ${spaceText({ ...space, low: space.high, high: space.low })}.`,
  ];
}

/** For a factor whose values would have to be listed. */
export const TOO_MANY: Fault = [
  'has more than 10 million values, too many to list',
  'Give fewer, or draw from them: int:A..B or uniform:A..B with --design sobol --runs 64.',
];
