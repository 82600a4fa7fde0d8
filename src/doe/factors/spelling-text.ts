import type { Value } from '../experiment.js';
import { numberText, valueText } from './number.js';
import type { Space } from './space.js';
import { quote, valueOf } from './spelling-items.js';
import { endsOf, isAlmostRange } from './spelling-ranges.js';
import { spellGroup } from './spelling-words.js';

/** The spelling that is read as this space, or as one with the same levels. */
export function spaceText(space: Space): string {
  switch (space.is) {
    case 'values':
      return space.values.map((value, i) => spellValue(value, space.texts?.[i])).join(',');
    case 'groups':
      return space.groups.map(spellGroup).join(',');
    case 'flag':
      return 'flag';
    case 'lin':
    case 'log':
      return `${space.is}:${ends(space)}:${numberText(space.count)}`;
    case 'range':
      return ends(space) + (isCounting(space) ? '' : `:${numberText(space.step)}`);
    case 'uniform':
    case 'loguniform':
    case 'int':
      return `${space.is}:${ends(space)}`;
    case 'normal':
      return `normal:${numberText(space.mean)},${numberText(space.sd)}`;
  }
}

function ends({ low, high }: { low: number; high: number }): string {
  return `${numberText(low)}..${numberText(high)}`;
}

/** Only whole numbers by steps of one do without a step. */
function isCounting({ low, high, step }: { low: number; high: number; step: number }): boolean {
  return step === 1 && Number.isInteger(low) && Number.isInteger(high);
}

/** Strings that have nothing in them that counts anywhere in a spelling. */
const HARMLESS = /^[^\s,:'"[\]]+$/;

function spellValue(value: Value, text = valueText(value)): string {
  if (typeof value !== 'string') return text;
  const isPlain = HARMLESS.test(value) && valueOf(value) === value && value !== 'flag';
  return isPlain && !endsOf(value) && !isAlmostRange(value) ? value : quote(value);
}
