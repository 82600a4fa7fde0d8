import type { Factor } from '../experiment.js';
import { checkSpace, problemWith, type Fault } from './levels-check.js';
import { levelsOf, numberLevel } from './levels-listed.js';
import { evenly, logarithmically, stepped, stepsIn } from './scale.js';
import type { Level } from './space.js';

type Coded = (c: number) => Level;
type Ends = { readonly low: number; readonly high: number };

/**
 * The level at a coded coordinate: -1 is the low end of a factor's range, 0 its middle, 1 its high end, and what is
 * beyond lies as far outside (Box and Wilson 1951). The middle of a log range is that of the logarithms; whole numbers
 * stay whole. Two listed values are the ends and nothing else, three have a middle. Throws `DesignProblem`, here or
 * for the first coordinate where the factor has no level.
 */
export function coded(factor: Factor): Coded {
  const { name, space } = factor;
  checkSpace(name, space);
  switch (space.is) {
    case 'lin':
    case 'log': {
      const { low, high, count } = space;
      if (count === 1) throw problemWith(factor, ONE_VALUE);
      return along(factor, space.is === 'lin' ? evenly({ low, high }) : logarithmically({ low, high }));
    }
    case 'uniform':
      return along(factor, evenly(space));
    case 'loguniform':
      return along(factor, logarithmically(space));
    case 'range': {
      const ends = { low: space.low, high: stepped(space)(stepsIn(space)) };
      return Number.isInteger(space.low) && Number.isInteger(space.step)
        ? wholeNumbers(factor, ends)
        : along(factor, evenly(different(factor, ends)));
    }
    case 'int':
      return wholeNumbers(factor, space);
    case 'values':
    case 'groups':
    case 'flag':
      return places(factor);
    case 'normal':
      throw problemWith(factor, ['has no low and high end, which this design needs', TWO_ENDS]);
  }
}

const TWO_ENDS = 'Give its ends, such as lin:0..1:2 or uniform:0..1.';
const ONE_VALUE: Fault = ['has one value only, and this design needs a low and a high one', TWO_ENDS];
const TOO_FAR: Fault = [
  'reaches too far: this design goes beyond its ends',
  'Give ends that are closer together.',
];

function along(factor: Factor, at: (t: number) => number): Coded {
  return (c) => {
    const value = at((c + 1) / 2);
    if (Number.isFinite(value)) return numberLevel(value);
    throw problemWith(factor, TOO_FAR);
  };
}

function wholeNumbers(factor: Factor, ends: Ends): Coded {
  const { low, high } = different(factor, ends);
  return (c) => {
    const t = (c + 1) / 2;
    const value = Math.round(low * (1 - t) + high * t);
    if (Math.abs(c) !== 1 && (value === low || value === high))
      throw problemWith(factor, [
        `is too narrow: this design needs a whole number ${sideOf(c)} its ends`,
        'Give ends that are farther apart, or take a design with two levels, such as fractional.',
      ]);
    return numberLevel(value);
  };
}

function different(factor: Factor, ends: Ends): Ends {
  if (ends.low === ends.high) throw problemWith(factor, ONE_VALUE);
  return ends;
}

/** Listed values, in the order they were given. */
function places(factor: Factor): Coded {
  const levels = levelsOf(factor);
  const coordinates: readonly number[] | undefined = { 2: [-1, 1], 3: [-1, 0, 1] }[levels.length];
  if (!coordinates) throw problemWith(factor, levels.length === 1 ? ONE_VALUE : tooManyPlaces(levels));
  return (c) => {
    const at = coordinates.indexOf(c);
    if (at >= 0) return levels[at] as Level;
    throw problemWith(factor, [
      `has no value ${sideOf(c)} its ends, which this design needs`,
      'Give a range of numbers, such as lin:0..1:3, or take a design with two levels, such as fractional.',
    ]);
  };
}

function tooManyPlaces(levels: readonly Level[]): Fault {
  return [
    `has ${levels.length} values, and this design has room for two or three`,
    levels.every(({ value }) => typeof value === 'number')
      ? TWO_ENDS
      : 'Give two values, or three where the second is a middle between the others.',
  ];
}

function sideOf(c: number): string {
  return Math.abs(c) < 1 ? 'between' : 'beyond';
}
