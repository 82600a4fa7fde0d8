import type { Factor } from '../experiment.js';
import { checkSpace } from './levels-check.js';
import { levelAt, levelsOf, numberLevel, sizeOf } from './levels-listed.js';
import { evenly, logarithmically, normally } from './scale.js';
import type { Level } from './space.js';

/** Up to so many levels are made once, and not each time one is drawn. */
const MOST_KEPT = 10_000;

/**
 * The level below which lies the share `u` of a factor's values; `u` in [0, 1). Listed values have equal shares.
 * Numbers are rounded to a millionth of the range, of themselves (loguniform), or of the deviation (normal).
 */
export function quantile(factor: Factor): (u: number) => Level {
  const { name, space } = factor;
  checkSpace(name, space);
  switch (space.is) {
    case 'uniform':
      return within(space, evenly(space));
    case 'loguniform':
      return within(space, logarithmically(space));
    case 'normal': {
      const at = normally(space);
      return (u) => numberLevel(at(u));
    }
    case 'values':
    case 'groups':
    case 'flag':
    case 'lin':
    case 'log':
    case 'range':
    case 'int':
      return share(factor);
  }
}

/** Rounding must not lead out of the range. */
function within({ low, high }: { low: number; high: number }, at: (u: number) => number): (u: number) => Level {
  return (u) => numberLevel(Math.min(Math.max(low, at(u)), high));
}

function share(factor: Factor): (u: number) => Level {
  const size = sizeOf(factor.space);
  const numberOf = (u: number) => Math.min(Math.floor(u * size), size - 1);
  const kept = size <= MOST_KEPT ? levelsOf(factor) : undefined;
  if (kept) return (u) => kept[numberOf(u)] as Level;
  const at = levelAt(factor);
  return (u) => at(numberOf(u));
}
