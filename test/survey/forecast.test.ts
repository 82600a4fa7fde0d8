import { describe, expect, test } from 'vitest';
import { Random } from '../../src/doe/designs/random.js';
import { forecast, type Pace } from '../../src/survey/forecast.js';

const KINDS: Readonly<Record<string, (unit: () => number) => number>> = {
  'all the same': () => 60_000,
  'a little different': (unit) => 40_000 + 40_000 * unit(),
  'without memory': (unit) => -60_000 * Math.log(1 - unit()),
  'a few very long': (unit) => 30_000 * Math.exp(normal(unit)),
};

function normal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}

/** Works a schedule off in so many slots: when each run starts and ends. */
function played(count: number, slots: number, took: () => number): { start: number; end: number }[] {
  const free = Array.from({ length: slots }, () => 0);
  return Array.from({ length: count }, () => {
    const slot = free.indexOf(Math.min(...free));
    const start = free[slot] as number;
    const end = start + took();
    free[slot] = end;
    return { start, end };
  });
}

/** What could be known at a moment. */
function paceAt(now: number, runs: readonly { start: number; end: number }[], slots: number): Pace {
  return {
    took: runs.filter(({ end }) => end <= now).map(({ start, end }) => end - start),
    running: runs.filter(({ start, end }) => start <= now && end > now).map(({ start }) => now - start),
    pending: runs.filter(({ start }) => start > now).length,
    slots,
    gap: 0,
  };
}

describe('of schedules worked off by chance', () => {
  for (const [kind, durationBy] of Object.entries(KINDS)) {
    test(`runs ${kind}: the end lies within the bounds as often as is said`, () => {
      const random = new Random(7);
      const unit = () => random.unit();
      let within = 0;
      let told = 0;
      for (let world = 0; world < 150; world++) {
        const slots = [1, 4, 16][world % 3] as number;
        const runs = played(slots * 4 + Math.floor(unit() * 200), slots, () => durationBy(unit));
        const last = Math.max(...runs.map(({ end }) => end));
        const now = last * (0.15 + 0.8 * unit());
        const seen = forecast(paceAt(now, runs, slots));
        if (!seen) continue;
        told++;
        const slack = 1;
        if (last - now >= seen.between[0] - slack && last - now <= seen.between[1] + slack) within++;
      }
      expect(told).toBeGreaterThan(100);
      expect(within / told).toBeGreaterThan(0.65);
    });
  }
});

const some: Pace = { took: [60_000, 62_000, 58_000], running: [10_000], pending: 20, slots: 1, gap: 0 };

test('it says how fast it goes, and how long it will take', () => {
  const seen = forecast(some);
  expect(seen?.entriesPerHour).toBeCloseTo(60, 0);
  expect(seen?.left).toBeGreaterThan(20 * 58_000);
  expect(seen?.left).toBeLessThan(22 * 62_000);
});

test('nothing is said where nothing is known', () => {
  expect(forecast({ ...some, took: [60_000, 62_000] })).toBeUndefined();
  expect(forecast({ ...some, slots: 0 })).toBeUndefined();
  expect(forecast({ ...some, pending: 0, running: [] })).toBeUndefined();
});

test('the more has run, the surer it is', () => {
  const few = forecast({ ...some, took: [30_000, 60_000, 90_000] });
  const many = forecast({ ...some, took: Array.from({ length: 300 }, (_, i) => 30_000 + 200 * i) });
  const width = (seen: typeof few): number => (seen ? seen.between[1] - seen.between[0] : Infinity);
  expect(width(many)).toBeLessThan(width(few) / 2);
});

test('short entries are held up by what is between them', () => {
  const quick = { ...some, took: [10, 10, 10], running: [], pending: 1000 };
  expect(forecast({ ...quick, gap: 30 })?.left).toBeCloseTo(40_000, -2);
});

test('those that still run count: the first to end are the short ones', () => {
  const early = forecast({
    took: [1000, 1100, 900],
    running: [5000, 5000, 5000, 5000, 5000],
    pending: 0,
    slots: 8,
    gap: 0,
  });
  expect(early?.left).toBeGreaterThan(500);
});

test('a million entries are told as fast as a few', () => {
  const before = performance.now();
  const seen = forecast({ ...some, pending: 1_000_000, slots: 100 });
  expect((seen?.left ?? 0) / 1_000_000).toBeCloseTo(600, -2);
  expect(performance.now() - before).toBeLessThan(2000);
});
