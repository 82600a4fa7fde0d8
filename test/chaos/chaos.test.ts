import { afterEach, describe, expect, it } from 'vitest';
import { ranTwice } from '../support/chaos-evidence.js';
import { expectNothingLost, figures } from '../support/chaos-judge.js';
import { Random } from '../support/random.js';
import { Sandbox } from '../support/chaos-sandbox.js';
import { chaos, chaosEntries, type ChaosOptions } from './chaos.js';

/** Found to bring down the mutant in every one of a dozen runs, and in most of them within half the time. */
const OPTIONS = { seconds: 11, workers: 10, entries: 360, staleMs: 2000, seed: 7 };
const TIMEOUT = { timeout: 120_000 };

let sandbox: Sandbox;
afterEach(() => {
  sandbox.remove();
});

async function run(worker: 'cooperate' | 'mutant', changes: Partial<ChaosOptions> = {}) {
  const options = { ...OPTIONS, ...changes, worker };
  const random = new Random(options.seed);
  sandbox = new Sandbox(chaosEntries(options.entries, random));
  const report = await chaos(sandbox, options, random);
  console.log(`${worker}: ${figures(report)}`);
  return report;
}

describe('workers stopped for longer than the stale time, killed and replaced', () => {
  it('run nothing twice and lose nothing', TIMEOUT, async () => {
    const report = await run('cooperate', { seconds: 6, entries: 200 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.stops).toBeGreaterThan(3);
    expectNothingLost(sandbox, report);
  });

  it.each([
    [2, 4],
    [1, 8],
  ])('do so as %i workers of %i slots', TIMEOUT, async (workers, slots) => {
    const report = await run('cooperate', { workers, slots, seconds: 5, entries: 120 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.stops).toBeGreaterThan(0);
    expectNothingLost(sandbox, report);
  });

  it('run entries twice with a plain lock, so the test above can fail', TIMEOUT, async () => {
    const report = await run('mutant', { enough: ranTwice });
    expect(report.evidence.twice.length).toBeGreaterThan(0);
  });
});
