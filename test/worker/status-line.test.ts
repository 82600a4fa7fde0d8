import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, formatExactDuration, parseDuration } from '../../src/worker/duration.js';
import { environmentOf } from '../../src/worker/environment.js';
import { statusText } from '../../src/worker/status-line.js';

const facts = { done: 12, total: 60, failed: 0, workers: 1, running: undefined, etaMs: undefined };

test('the status line says what matters most first', () => {
  const running = { command: 'python main.py --lr 0.1', sinceMs: 62_000, others: 0 };
  expect(statusText({ ...facts, failed: 1, running, etaMs: 192_000 })).toBe(
    '[12/60] 1 failed · ETA 3m12s · python main.py --lr 0.1 (1m02s)',
  );
  expect(statusText({ ...facts, running: { ...running, others: 3 } })).toBe(
    '[12/60] 4 running · python main.py --lr 0.1 (1m02s)',
  );
  expect(statusText({ ...facts, workers: 8 })).toBe('[12/60] 8 workers');
  expect(statusText(facts)).toBe('[12/60]');
});

test.each([
  [0, '0s', '0.0s'],
  [999, '0s', '0.9s'],
  [3210, '3s', '3.2s'],
  [45_000, '45s', '45.0s'],
  [59_999, '59s', '59.9s'],
  [60_000, '1m00s', '1m00s'],
  [192_000, '3m12s', '3m12s'],
  [7_500_000, '2h05m', '2h05m'],
  [273_600_000, '3d04h', '3d04h'],
  [-5, '0s', '0.0s'],
])('%i ms are %s, or %s', (ms, short, exact) => {
  expect(formatDuration(ms)).toBe(short);
  expect(formatExactDuration(ms)).toBe(exact);
});

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['0s', 0],
  [' 5s ', 5000],
])('%s is a duration', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '90', 's', '-5s', '30m1h', '1h 30m', '5 s', '1e3s', '5S', `${'9'.repeat(400)}d`])(
  '%j is none',
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

test('what is formatted is read back to its unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e9 }), (seconds) => {
      const ms = seconds * 1000;
      const unit = ms < 3_600_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000;
      expect(parseDuration(formatDuration(ms))).toBe(Math.floor(ms / unit) * unit);
    }),
  );
});

test('a run’s environment', () => {
  const of = environmentOf(
    { HOME: '/h', COOPERATE_ENTRY: 'outer' },
    { schedule: '/s/exp.json', worker: 'w1', slot: 0 },
  );
  expect(of({ entry: 3, id: 'abc.0', attempt: 2 })).toEqual({
    HOME: '/h',
    COOPERATE_SCHEDULE: '/s/exp.json',
    COOPERATE_WORKER: 'w1',
    COOPERATE_SLOT: '0',
    COOPERATE_ENTRY: '3',
    COOPERATE_ID: 'abc.0',
    COOPERATE_ATTEMPT: '2',
    PYTHONUNBUFFERED: '1',
  });
  const set = environmentOf({ PYTHONUNBUFFERED: '' }, { schedule: '/s', worker: 'w', slot: 0 });
  expect(set({ entry: 0, id: 'a.0', attempt: 1 })['PYTHONUNBUFFERED']).toBe('');
});
