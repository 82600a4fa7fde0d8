import type { Factor } from '../experiment.js';
import { checkSpace, MOST_LEVELS, problemWith, TOO_MANY, type Fault } from './levels-check.js';
import { numberText, valueText } from './number.js';
import { evenly, logarithmically, stepped, stepsIn } from './scale.js';
import type { Level, Space } from './space.js';
import { optionName } from '../template.js';

/** How many levels a space has; Infinity where values are drawn from a continuous range. */
export function sizeOf(space: Space): number {
  switch (space.is) {
    case 'values':
      return space.values.length;
    case 'groups':
      return space.groups.length;
    case 'flag':
      return 2;
    case 'lin':
    case 'log':
      return space.count;
    case 'range':
      return stepsIn(space) + 1;
    case 'int':
      return space.high - space.low + 1;
    case 'uniform':
    case 'loguniform':
    case 'normal':
      return Infinity;
  }
}

/** All levels of a factor, in the order they were given. Throws `DesignProblem` where they cannot be listed. */
export function levelsOf(factor: Factor): readonly Level[] {
  const { name, space } = factor;
  checkSpace(name, space);
  const size = sizeOf(space);
  if (size > MOST_LEVELS) throw problemWith(factor, size === Infinity ? DRAWN : TOO_MANY);
  const at = levelAt(factor);
  return Array.from({ length: size }, (_, i) => at(i));
}

/** Makes the level of that number; for a space of finite size. */
export function levelAt({ name, space }: Factor): (i: number) => Level {
  switch (space.is) {
    case 'values':
      return (i) => {
        const value = space.values[i] as Level['value'];
        return { value, text: space.texts?.[i] ?? valueText(value) };
      };
    case 'groups':
      return (i) => {
        const args = space.groups[i] as readonly string[];
        const text = args.join(' ');
        return { value: text, text, args };
      };
    case 'flag':
      return (i) => (i === 0 ? ABSENT : { value: true, text: optionName(name), args: [optionName(name)] });
    case 'lin':
    case 'log': {
      const steps = Math.max(1, space.count - 1);
      const along = space.is === 'lin' ? evenly(space, steps) : logarithmically(space, steps);
      return (i) => numberLevel(along(i / steps));
    }
    case 'range':
      return numbered(stepped(space));
    case 'int':
      return numbered((i) => space.low + i);
    case 'uniform':
    case 'loguniform':
    case 'normal':
      throw new RangeError(`${space.is} has no levels`);
  }
}

const ABSENT: Level = { value: false, text: '', args: [] };

function numbered(valueAt: (i: number) => number): (i: number) => Level {
  return (i) => numberLevel(valueAt(i));
}

export function numberLevel(value: number): Level {
  // Adding 0 makes 0 of -0.
  return { value: value + 0, text: numberText(value) };
}

const DRAWN: Fault = [
  'is drawn from, and has no list of values to go through',
  'Give steps, such as lin:0..1:5, or take a sampled design: --design sobol --runs 64.',
];
