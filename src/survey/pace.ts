import { durationsOf, type Durations } from './durations.js';
import { entriesIn, latestRuns } from './entries-in.js';
import type { Run, Snapshot } from './types.js';

/** A guess and how far off it may well be: the truth lies within in some nineteen cases of twenty. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How fast a schedule is worked off. What is undefined nobody can know yet. */
export interface Pace {
  /** Slots of workers that are at work: as many entries run at once. */
  readonly slots: number;
  /** Milliseconds that a run takes. */
  readonly runMs: Estimate | undefined;
  /** Entries that end in an hour. */
  readonly perHour: Estimate | undefined;
  /** Milliseconds until nothing is pending or running. */
  readonly leftMs: Estimate | undefined;
  /** How many ended runs this is told from. */
  readonly told: number;
}

const WITHIN = 1.96;
const HOUR_MS = 3_600_000;

/**
 * From the latest runs of the workers that are at work and the ages of what runs: the mean duration by Kaplan and Meier
 * with its standard error, the slots at work, and the pause between two runs of a slot. `now`: milliseconds since 1970.
 * What lies ahead is taken to be like what was; the interval knows the spread of the runs, not a change of hosts.
 */
export function pace(snapshot: Snapshot, now: number): Pace {
  const working = new Set(
    snapshot.workers
      .filter(({ standing }) => standing === 'alive' || standing === 'unknown')
      .map(({ worker }) => worker),
  );
  const ended = latestRuns(snapshot).filter(
    ({ worker, end }) => working.has(worker) && end && end.is !== 'interrupted',
  );
  const running = runningOf(snapshot).filter(({ worker }) => working.has(worker));
  const slots = slotsAtWork(ended, running);
  const told = ended.length;
  if (told === 0 || slots === 0)
    return { slots, told, runMs: undefined, perHour: undefined, leftMs: undefined };
  const ages = running.map(({ startedAt }) => Math.max(0, now - startedAt));
  const durations = durationsOf(
    ended.map(({ end }) => end?.took ?? 0),
    ages,
  );
  const pause = pauseOf(ended);
  const runMs = around(durations.mean, durations.error);
  const rate = (ms: number): number => (slots * HOUR_MS) / Math.max(ms + pause, 1e-3);
  return {
    slots,
    told,
    runMs,
    perHour: { value: rate(runMs.value), low: rate(runMs.high), high: rate(runMs.low) },
    leftMs: timeLeft(snapshot, durations, ages, slots, pause),
  };
}

function timeLeft(
  { totals }: Snapshot,
  durations: Durations,
  ages: readonly number[],
  slots: number,
  pause: number,
): Estimate {
  const { mean, deviation, error } = durations;
  // What is on its way back will be run too.
  const waiting = totals.pending + totals.claimed + totals.interrupted;
  const remaining = ages.map((age) => durations.remaining(age));
  const work = waiting * (mean + pause) + remaining.reduce((sum, ms) => sum + ms, 0);
  const runs = waiting + ages.length;
  // The error of the mean strikes all of them alike; their own spread evens out.
  const spread = Math.hypot(waiting * error, Math.sqrt(runs) * deviation) / slots;
  // The last ones do not end together: half a run, and the longest of those that only have to end.
  const tail = waiting > 0 ? ((1 - 1 / slots) * mean) / 2 : 0;
  const longest = remaining.reduce((most, ms) => Math.max(most, ms), 0);
  const value = Math.max(work / slots + tail, longest);
  if (runs === 0) return { value: 0, low: 0, high: 0 };
  const last = slots > 1 ? deviation : 0;
  return {
    value,
    low: Math.max(0, value - WITHIN * spread - tail),
    high: value + WITHIN * Math.hypot(spread, last) + tail,
  };
}

function runningOf(snapshot: Snapshot): Run[] {
  return entriesIn(snapshot, 'running').flatMap((entry) => {
    const state = snapshot.stateOf(entry);
    return state.is === 'running' ? [state.run] : [];
  });
}

/** A slot between two runs is at work too: for each worker those that run, or those that ended runs lately. */
function slotsAtWork(ended: readonly Run[], running: readonly Run[]): number {
  const now = new Map<string, number>();
  for (const { worker } of running) now.set(worker, (now.get(worker) ?? 0) + 1);
  const lately = new Map<string, Set<number>>();
  for (const { worker, slot = 0 } of ended) {
    const slots = lately.get(worker) ?? new Set();
    lately.set(worker, slots.add(slot));
  }
  let slots = 0;
  for (const worker of new Set([...now.keys(), ...lately.keys()]))
    slots += Math.max(now.get(worker) ?? 0, lately.get(worker)?.size ?? 0);
  return slots;
}

/** The usual pause between two runs of a slot, by that host's clock: the middle one, for some slots wait for hours. */
function pauseOf(ended: readonly Run[]): number {
  const lastEnd = new Map<string, number>();
  const pauses: number[] = [];
  for (const { worker, slot = 0, startedAt, end } of ended) {
    const place = `${worker} ${slot}`;
    const before = lastEnd.get(place);
    if (before !== undefined) pauses.push(Math.max(0, startedAt - before));
    if (end) lastEnd.set(place, end.at);
  }
  return pauses.sort((a, b) => a - b)[pauses.length >> 1] ?? 0;
}

function around(value: number, error: number): Estimate {
  return { value, low: Math.max(0, value - WITHIN * error), high: value + WITHIN * error };
}
