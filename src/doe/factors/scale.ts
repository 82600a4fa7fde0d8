import { exp, log } from './exp-log.js';
import { inverseNormal } from './inverse-normal.js';
import { decimalsOf, neat } from './number.js';
import type { Space } from './space.js';

type Ends = { readonly low: number; readonly high: number };
type Range = Extract<Space, { is: 'range' }>;

/** Levels are rounded to this share of the step between them, and sampled values to this share of the range. */
const FINE = 1e-6;
/** Nothing is rounded finer than a tenth of this, relative to its size: sums here are off by a part of that. */
const NOISE = 2 ** -47;
const LOG_NOISE = 1e-13;

/** Steps that are smaller, relative to the numbers, or as a part of the logarithm, would be lost in rounding. */
export const LEAST_STEP = 2 ** -44;
export const LEAST_LOG_STEP = 1e-11;

/** From `low` at 0 to `high` at 1, and beyond; in between neat, so that `steps` steps stay distinct. */
export function evenly({ low, high }: Ends, steps = 1): (t: number) => number {
  const resolution = Math.max((Math.abs(high - low) / steps) * FINE, sizeOfEnds({ low, high }) * NOISE);
  return between({ low, high }, (t) => neat(low * (1 - t) + high * t, resolution));
}

/** The same evenly in the logarithm; the ends have the same sign. */
export function logarithmically({ low, high }: Ends, steps = 1): (t: number) => number {
  const length = logLength({ low, high });
  const resolution = Math.max(Math.min(1, Math.abs(length) / steps) * FINE, LOG_NOISE);
  return between({ low, high }, (t) => {
    // In two halves: the whole may be more than a number holds.
    const half = exp((t * length) / 2);
    const x = low * half * half;
    return neat(x, Math.abs(x) * resolution);
  });
}

/** The normal distribution by the share that lies below; neat. */
export function normally({ mean, sd }: Extract<Space, { is: 'normal' }>): (share: number) => number {
  const resolution = Math.max(sd * FINE, Math.abs(mean) * NOISE);
  return (share) => neat(mean + sd * inverseNormal(share), resolution);
}

function between({ low, high }: Ends, inner: (t: number) => number): (t: number) => number {
  return (t) => (t === 0 ? low : t === 1 ? high : inner(t));
}

export function sizeOfEnds({ low, high }: Ends): number {
  return Math.max(Math.abs(low), Math.abs(high));
}

/** The logarithm of `high / low`. */
export function logLength({ low, high }: Ends): number {
  return log(Math.abs(high)) - log(Math.abs(low));
}

/** How many steps fit into a range; a last step that would go too far is none. */
export function stepsIn(range: Range): number {
  const { low, high, step } = range;
  const steps = Math.floor((high - low) / step + FINE);
  return (stepped(range)(steps) - high) * Math.sign(step) > 0 ? steps - 1 : steps;
}

/** The value of a range after `i` steps, with the decimals that its numbers were given with. */
export function stepped({ low, step }: Range): (i: number) => number {
  const decimals = Math.max(decimalsOf(low), decimalsOf(step));
  // Whole numbers need no rounding.
  if (decimals <= 0) return (i) => low + i * step;
  const quantum = Number(`1e${-decimals}`);
  return (i) => neat(low + i * step, quantum);
}
