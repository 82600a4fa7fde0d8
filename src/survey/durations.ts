/** How long runs take, in milliseconds, told from those that ended and those that are still running. */
export interface Durations {
  readonly mean: number;
  /** Standard deviation. */
  readonly spread: number;
  /** How many runs that ended it rests on. */
  readonly from: number;
  /** One of them; `share` from 0 to 1 chooses. */
  at(share: number): number;
  /** How much longer one takes that has taken so long. */
  left(elapsed: number, share: number): number;
}

/** A run that outlasts all others is taken to end after this much more of its time. */
const OUTLASTS = 0.5;

/**
 * Kaplan and Meier's estimate: leaving those that are still running out of the mean would make it too short, for short
 * runs end first. Undefined without any that ended.
 */
export function durations(ended: readonly number[], running: readonly number[]): Durations | undefined {
  if (ended.length === 0) return undefined;
  const steps = stepsOf(ended, running);
  const mean = steps.reduce((sum, { value, weight }) => sum + value * weight, 0);
  const variance = steps.reduce((sum, { value, weight }) => sum + weight * (value - mean) ** 2, 0);
  const correction = ended.length > 1 ? ended.length / (ended.length - 1) : 1;
  const cumulated: number[] = [];
  let sum = 0;
  for (const { weight } of steps) cumulated.push((sum += weight));
  const valueAt = (share: number): number => steps[above(cumulated, share * sum)]?.value ?? mean;
  return {
    mean,
    spread: Math.sqrt(variance * correction),
    from: ended.length,
    at: valueAt,
    left(elapsed, share) {
      const values = steps.length;
      let first = 0;
      while (first < values && (steps[first]?.value ?? 0) <= elapsed) first++;
      if (first === values) return elapsed * OUTLASTS * 2 * share;
      const before = first === 0 ? 0 : (cumulated[first - 1] ?? 0);
      const value = steps[above(cumulated, before + share * (sum - before))]?.value ?? mean;
      return Math.max(0, value - elapsed);
    },
  };
}

interface Step {
  readonly value: number;
  readonly weight: number;
}

function stepsOf(ended: readonly number[], running: readonly number[]): Step[] {
  const all = [
    ...ended.map((value) => ({ value, isEnd: true })),
    ...running.map((value) => ({ value, isEnd: false })),
  ].sort((a, b) => a.value - b.value || Number(b.isEnd) - Number(a.isEnd));
  const steps: Step[] = [];
  let surviving = 1;
  all.forEach(({ value, isEnd }, i) => {
    if (!isEnd) return;
    const weight = surviving / (all.length - i);
    steps.push({ value, weight });
    surviving -= weight;
  });
  const last = all.at(-1);
  if (last && surviving > 1e-9) steps.push({ value: last.value * (1 + OUTLASTS), weight: surviving });
  return steps;
}

/** The first place whose number is above `wanted`, or the last one. */
function above(ascending: readonly number[], wanted: number): number {
  let from = 0;
  let to = ascending.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) > wanted) to = middle;
    else from = middle + 1;
  }
  return from;
}
