/** How long runs take, told from those that have ended and from the ages of those that have not. */
export interface Durations {
  readonly mean: number;
  /** Of one run. */
  readonly deviation: number;
  /** Of the mean. */
  readonly error: number;
  /** How much longer a run of that age is going to take, on average. */
  remaining(age: number): number;
}

/**
 * The Kaplan-Meier estimate: a run that still goes on says that it takes longer than its age, so that the long ones,
 * which end last, are not forgotten while only short ones have ended. `ended` must not be empty.
 */
export function durationsOf(ended: readonly number[], ages: readonly number[]): Durations {
  const curve = survival(ended, ages);
  const areas = areasBehind(curve);
  const mean = (curve[0]?.until ?? 0) + (areas[0] ?? 0);
  const count = ended.length;
  // One more run that took nothing or twice the mean: a few equal ones are no proof that all are equal.
  const spread = ended.reduce((sum, took) => sum + (took - mean) ** 2, mean ** 2) / count;
  return {
    mean,
    deviation: Math.sqrt(spread),
    error: Math.sqrt(Math.max(greenwood(curve, areas), spread / count)),
    remaining: (age) => {
      const next = firstBehind(curve, age);
      const step = curve[next];
      // Older than whatever has ended: nothing is known but what holds for a new one.
      if (!step) return mean;
      return step.until - age + (areas[next] as number) / (curve[next - 1]?.share ?? 1);
    },
  };
}

/** One step of the curve: the share of runs that take longer than `until` is `share` from there on. */
interface Step {
  readonly until: number;
  readonly share: number;
  readonly ended: number;
  readonly atRisk: number;
}

function survival(ended: readonly number[], ages: readonly number[]): Step[] {
  const times = [
    ...ended.map((time) => ({ time, isEnd: true })),
    ...ages.map((time) => ({ time: Math.max(0, time), isEnd: false })),
  ].sort((a, b) => a.time - b.time || Number(b.isEnd) - Number(a.isEnd));
  const steps: Step[] = [];
  let share = 1;
  for (let i = 0; i < times.length;) {
    const { time } = times[i] as (typeof times)[number];
    const atRisk = times.length - i;
    let ends = 0;
    for (; times[i]?.time === time; i++) if (times[i]?.isEnd) ends++;
    if (ends === 0) continue;
    share *= 1 - ends / atRisk;
    steps.push({ until: time, share, ended: ends, atRisk });
  }
  const oldest = times.at(-1);
  // Of those that are older than all that ended nobody knows more than that.
  if (share > 0 && oldest) steps.push({ until: oldest.time, share: 0, ended: 0, atRisk: 1 });
  return steps;
}

/** The area under the curve behind each step. */
function areasBehind(curve: readonly Step[]): Float64Array {
  const areas = new Float64Array(curve.length);
  for (let i = curve.length - 2; i >= 0; i--) {
    const { share, until } = curve[i] as Step;
    areas[i] = (areas[i + 1] as number) + share * ((curve[i + 1] as Step).until - until);
  }
  return areas;
}

/** Index of the first step behind `age`. */
function firstBehind(curve: readonly Step[], age: number): number {
  let low = 0;
  let high = curve.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((curve[middle] as Step).until <= age) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The variance of the mean, with what the runs that still go on leave open. */
function greenwood(curve: readonly Step[], areas: Float64Array): number {
  return curve.reduce(
    (sum, { ended, atRisk }, i) =>
      atRisk > ended ? sum + ((areas[i] as number) ** 2 * ended) / (atRisk * (atRisk - ended)) : sum,
    0,
  );
}
