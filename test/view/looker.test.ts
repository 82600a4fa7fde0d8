import { beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../../src/survey/types.js';
import { Looker } from '../../src/view/looker.js';
import { FakeClock } from '../support/fake-clock.js';
import { commands, failed, snapshot } from './support.js';

let clock: FakeClock;
let current: Snapshot | Error;
let looks: number;
let told: string[];
let looker: Looker;
let over: AbortController;

beforeEach(async () => {
  clock = new FakeClock();
  current = snapshot(commands(3));
  looks = 0;
  told = [];
  over = new AbortController();
  const look = (): Promise<Snapshot> => {
    looks++;
    return current instanceof Error ? Promise.reject(current) : Promise.resolve(current);
  };
  looker = new Looker(clock, look, {
    saw: (_, isNew) => told.push(isNew ? 'new' : 'same'),
    failed: (error) => told.push((error as Error).message),
  });
  await looker.once();
});

async function during(ms: number): Promise<number> {
  const before = looks;
  await clock.advance(ms);
  return looks - before;
}

test('it looks every second while something happens, and at most every five while nothing does', async () => {
  void looker.goOn(over.signal);
  for (let i = 0; i < 5; i++) {
    current = snapshot(commands(3 + i));
    expect(await during(1000)).toBe(1);
  }
  await during(60_000);
  expect(await during(60_000)).toBeLessThanOrEqual(12);
  current = snapshot(commands(3), { 1: failed() });
  told = [];
  await during(5000);
  expect(told).toContain('new');
  over.abort();
  looker.wake();
});

test('it looks at once when it is woken', async () => {
  const going = looker.goOn(over.signal);
  await during(60_000);
  looker.wake();
  expect(await during(0)).toBe(1);
  over.abort();
  looker.wake();
  await going;
});

test('a look that fails is told, and what is seen after it is news', async () => {
  void looker.goOn(over.signal);
  const before = current;
  current = new Error('gone');
  await during(3000);
  expect(told.at(-1)).toBe('gone');
  current = before;
  await during(6000);
  expect(told.slice(told.lastIndexOf('gone') + 1)[0]).toBe('new');
  expect(told.at(-1)).not.toBe('gone');
  over.abort();
  looker.wake();
});

test('the same moment seen again is no news', async () => {
  await looker.once();
  expect(told).toEqual(['new', 'same']);
});
