import { DesignProblem, type Points } from './points.js';

/** Every combination of `counts[f]` levels, the last factor's level changing from row to row. */
export function factorial(counts: readonly number[]): Points {
  const endless = counts.indexOf(Infinity);
  if (endless >= 0) {
    throw new DesignProblem(
      `A factorial design combines listed values, but factor ${endless + 1} of ${counts.length} has a range without steps.`,
      'Give it values, such as 1,2,4 or lin:0..1:5, or choose a design that samples, such as lhs.',
    );
  }
  const count = combinations(counts);
  if (count > Number.MAX_SAFE_INTEGER) {
    throw new DesignProblem(
      `All combinations of these ${counts.length} factors are more than 9,000,000,000,000,000 runs.`,
      'Choose a design that samples, such as lhs or random, or give fewer values.',
    );
  }
  return { coordinates: 'index', count, fill: (row, point) => writeCombination(counts, row, point) };
}

/** How many combinations there are; of huge numbers the nearest double, or Infinity. */
export function combinations(counts: readonly number[]): number {
  return counts.reduce((product, count) => product * count, 1);
}

/** Writes the levels of combination `index`, which is below 2^53. */
export function writeCombination(counts: readonly number[], index: number, point: Float64Array): void {
  let rest = index;
  for (let f = counts.length - 1; f >= 0; f--) {
    const count = counts[f] as number;
    const level = rest % count;
    point[f] = level;
    // Exact, as a rounded down quotient of large numbers is not.
    rest = (rest - level) / count;
  }
}
