import { durations, type Durations } from './durations.js';

/** What a forecast rests on; times in milliseconds. */
export interface Pace {
  /** What runs took that ended lately. */
  readonly took: readonly number[];
  /** How long those have been running that are looked after. */
  readonly running: readonly number[];
  readonly pending: number;
  /** How many entries run at once. */
  readonly slots: number;
  /** From the end of a run to the start of the next one in its place. */
  readonly gap: number;
}

export interface Forecast {
  readonly entriesPerHour: number;
  /** Milliseconds until nothing is pending or running, if everything stays as it is. */
  readonly left: number;
  /** In 8 of 10 cases it takes no less and no more than this. */
  readonly between: readonly [from: number, to: number];
}

/** Fewer say nothing about how much they differ. */
const FEWEST = 3;
const FUTURES = 200;
/** A little less than a tenth: the longest runs may not have been seen yet. */
const SURE = 0.08;
/** So many entries are played through one by one; what there is before them is summed up. */
const PLAYED = 600;

/**
 * Plays the rest of the schedule through many times, with durations as they were so far, in as many slots as there are:
 * the end is late by its longest runs, which no mean tells. Undefined where too little is known.
 */
export function forecast(pace: Pace): Forecast | undefined {
  const { took, running, pending, slots, gap } = pace;
  const known = durations(took, running);
  if (!known || known.from < FEWEST || slots <= 0 || pending + running.length === 0) return undefined;
  // The same each time: nothing moves that stands still.
  const draw = drawing();
  const ends = Array.from({ length: FUTURES }, () => future(pace, known, draw)).sort((a, b) => a - b);
  const at = (share: number): number => ends[Math.floor(share * (FUTURES - 1))] ?? 0;
  return {
    entriesPerHour: (slots * 3_600_000) / Math.max(1, known.mean + gap),
    left: at(0.5),
    between: [at(SURE), at(1 - SURE)],
  };
}

function future({ running, pending, slots, gap }: Pace, known: Durations, draw: () => number): number {
  const { mean, spread, from } = known;
  // What is known of the mean is as uncertain as the runs it rests on are different, and few.
  const doubt = mean === 0 ? 0 : (spread / mean / Math.sqrt(from)) * student(from - 1, draw);
  const factor = Math.exp(Math.max(-2, Math.min(2, doubt)));
  const free = [
    ...running.map((elapsed) => gap + factor * known.left(elapsed / factor, draw())),
    ...Array.from({ length: Math.max(0, slots - running.length) }, () => 0),
  ].sort((a, b) => a - b);
  const single = Math.min(pending, Math.max(PLAYED, 4 * free.length));
  const summed = pending - single;
  const bulk = summed * (factor * mean + gap) + Math.sqrt(summed) * spread * factor * normal(draw);
  const delay = Math.max(0, bulk) / free.length;
  for (let i = 0; i < single; i++) replaceFirst(free, (free[0] ?? 0) + gap + factor * known.at(draw()));
  return delay + Math.max(...free);
}

/** Takes the smallest of an ordered heap away and puts another number in. */
function replaceFirst(heap: number[], value: number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const child = (heap[right] ?? Infinity) < (heap[left] ?? Infinity) ? right : left;
    const below = heap[child];
    if (below === undefined || below >= value) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = value;
}

/** Numbers from 0 to 1, the same sequence every time. */
function drawing(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The upper bits; the lower ones of such a generator repeat soon.
    return (state >>> 4) / 0x1000_0000;
  };
}

function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

/** Student's distribution, with so many degrees of freedom. */
function student(freedom: number, draw: () => number): number {
  let squares = 0;
  // Of many, the sum of squares is all but certain.
  if (freedom > 30) return normal(draw);
  for (let i = 0; i < freedom; i++) squares += normal(draw) ** 2;
  return normal(draw) / Math.sqrt(squares / freedom);
}
