import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { changes } from '../../src/library/watch.js';
import type { FileSystem } from '../../src/ports/fs.js';
import { scan } from '../../src/schedule/scan.js';
import type { Snapshot } from '../../src/survey/types.js';
import { FakeClock } from '../support/fake-clock.js';
import { fakeSnapshot } from '../support/fake-snapshot.js';

const text = scan(Buffer.from('[["a"],["b"]]'));
const broken = new Failure({ reason: 'schedule-unusable', path: '/exp.json', problem: 'half of it' });

let clock: FakeClock;
let now: Snapshot | Error;
let looks: number;
let seen: Snapshot[];
let failed: unknown;
const stop = new AbortController();

/** Watches until the test is over. */
function watch(): void {
  const looking = {
    fs: {} as FileSystem,
    clock,
    look: () => {
      looks++;
      return now instanceof Error ? Promise.reject(now) : Promise.resolve(now);
    },
  };
  const all = async () => {
    for await (const one of changes(looking, { everyMs: 1000, signal: stop.signal })) seen.push(one);
  };
  all().catch((error: unknown) => (failed = error));
}

beforeEach(() => {
  clock = new FakeClock();
  now = fakeSnapshot(text, {});
  looks = 0;
  seen = [];
  failed = undefined;
});

const marked = () => fakeSnapshot(text, { 0: { is: 'marked' } });

test('a snapshot comes at once, and the next one only after a change', async () => {
  watch();
  await clock.advance(5000);
  expect(seen).toHaveLength(1);
  expect(looks).toBe(6);
  now = marked();
  await clock.advance(1000);
  expect(seen).toEqual([expect.anything(), now]);
});

test('a schedule that cannot be read at first is no schedule to watch', async () => {
  now = broken;
  watch();
  await clock.advance(0);
  expect(failed).toBe(broken);
});

test('half a schedule is waited for, half a minute long', async () => {
  watch();
  await clock.advance(0);
  now = broken;
  await clock.advance(29_000);
  now = marked();
  await clock.advance(1000);
  expect([seen.length, failed]).toEqual([2, undefined]);
  now = broken;
  await clock.advance(29_000);
  expect(failed).toBeUndefined();
  await clock.advance(3000);
  expect(failed).toBe(broken);
});

test('what nobody thought of is told at once', async () => {
  watch();
  await clock.advance(0);
  now = new TypeError('a bug');
  await clock.advance(1000);
  expect(failed).toBeInstanceOf(TypeError);
});
