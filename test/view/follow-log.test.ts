import { expect, test } from 'vitest';
import { followLog, type LogPiece } from '../../src/view/follow-log.js';
import type { LogLines } from '../../src/view/log-lines.js';
import { FakeClock } from '../support/fake-clock.js';

/** A log that grows, and whoever follows it. */
class Followed {
  readonly clock = new FakeClock();
  readonly shown: (LogLines | undefined)[] = [];
  readonly froms: number[] = [];
  readonly leaving = new AbortController();
  log: Buffer | undefined = Buffer.alloc(0);
  ended = false;
  readonly over: Promise<void>;

  constructor(log: string | undefined) {
    this.log = log === undefined ? undefined : Buffer.from(log);
    this.over = followLog(
      this.clock,
      (from) => Promise.resolve(this.read(from)),
      this.leaving.signal,
      (lines) => void this.shown.push(lines),
    );
  }

  private read(from: number): LogPiece | undefined {
    this.froms.push(from);
    if (!this.log) return undefined;
    const start = from < 0 ? Math.max(0, this.log.length + from) : from;
    const bytes = this.log.subarray(start, start + 100_000);
    return { bytes, from: start, ended: this.ended && start + bytes.length === this.log.length };
  }
}

test('what is there is shown at once, and what comes soon after; an end is the end', async () => {
  const followed = new Followed('one\n');
  await followed.clock.advance(0);
  expect(followed.shown.at(-1)?.lines).toEqual(['one']);
  followed.log = Buffer.from('one\ntwo\n');
  await followed.clock.advance(600);
  expect(followed.shown.at(-1)).toEqual({ lines: ['one', 'two'], cut: false, ended: false });
  followed.ended = true;
  await followed.clock.advance(600);
  await followed.over;
  expect(followed.shown.at(-1)?.ended).toBe(true);
});

test('while nothing comes nothing is shown anew', async () => {
  const followed = new Followed('one\n');
  await followed.clock.advance(10_000);
  expect(followed.shown).toHaveLength(1);
  expect(followed.froms.length).toBeLessThan(30);
  followed.leaving.abort();
  await followed.over;
});

test('of a long log only the end is read, and nothing of it twice', async () => {
  const followed = new Followed('0123456\n'.repeat(500_000));
  followed.ended = true;
  await followed.clock.advance(0);
  await followed.over;
  expect(followed.froms[0]).toBeLessThan(0);
  const { lines = [], cut } = followed.shown.at(-1) ?? {};
  expect(cut).toBe(true);
  expect(lines.length * 8).toBeLessThanOrEqual(1 << 20);
  expect(new Set(lines)).toEqual(new Set(['0123456']));
});

test('a log that is not there yet is waited for', async () => {
  const followed = new Followed(undefined);
  await followed.clock.advance(0);
  expect(followed.shown).toEqual([undefined]);
  followed.log = Buffer.from('one\n');
  await followed.clock.advance(5000);
  expect(followed.shown.at(-1)?.lines).toEqual(['one']);
  followed.leaving.abort();
  await followed.over;
});
