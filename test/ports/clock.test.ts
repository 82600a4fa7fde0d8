import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/ports/clock.js';
import { FakeClock } from '../support/fake-clock.js';

describe('the system clock', () => {
  test('waits at least as long as asked', async () => {
    const before = systemClock.monotonic();
    await systemClock.wait(20);
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(19);
  });

  test('ends a wait early when asked, before or during it', async () => {
    const stop = new AbortController();
    const during = systemClock.wait(2 ** 40, stop.signal);
    stop.abort();
    await during;
    await systemClock.wait(2 ** 40, stop.signal);
  });
});

describe('the fake clock', () => {
  test('wakes those who wait in the order they are due, each at its time', async () => {
    const clock = new FakeClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.wait(ms);
      woken.push([name, clock.monotonic()]);
    };
    const both = [sleeper('late', 30), sleeper('early', 10).then(() => sleeper('again', 10))];
    await clock.advance(25);
    expect(woken).toEqual([
      ['early', 10],
      ['again', 20],
    ]);
    await clock.advance(5);
    await Promise.all(both);
    expect(woken.at(-1)).toEqual(['late', 30]);
    expect(clock.waiting).toBe(0);
  });

  test('ends a wait early when aborted, and forgets it', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const wait = clock.wait(1000, stop.signal);
    expect(clock.waiting).toBe(1);
    stop.abort();
    await wait;
    expect([clock.waiting, clock.monotonic()]).toEqual([0, 0]);
  });

  test('shows humans a time that goes along', async () => {
    const clock = new FakeClock(new Date('2026-03-04T05:06:07Z'));
    await clock.advance(1000);
    expect(clock.wallTime().toISOString()).toBe('2026-03-04T05:06:08.000Z');
  });
});
