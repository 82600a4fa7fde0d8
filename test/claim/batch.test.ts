import { describe, expect, test } from 'vitest';
import { batchSize } from '../../src/claim/batch.js';

describe('how many entries are claimed at once', () => {
  const short = { claimMs: 20, runMs: 1, lastBatch: 1000 };

  test('at most half a fair share of what is left', () => {
    expect(batchSize(short, 1000, 1)).toBe(500);
    expect(batchSize(short, 1000, 4)).toBe(125);
  });

  test('but all of a share that is done in a moment', () => {
    expect(batchSize(short, 90, 1)).toBe(90);
    expect(batchSize(short, 300, 4)).toBe(75);
    expect(batchSize(short, 150, 1)).toBe(100);
  });

  test('one by one where each takes longer than that', () => {
    const long = { claimMs: 20, runMs: 60_000, lastBatch: 1 };
    expect(batchSize(long, 1000, 4)).toBe(1);
    expect(batchSize({ ...short, runMs: 200, lastBatch: 8 }, 6, 4)).toBe(1);
  });
});
