import { afterEach, describe, expect, it } from 'vitest';
import { ranTwice } from '../support/chaos-evidence.js';
import { expectNothingLost, figures } from '../support/chaos-judge.js';
import { Random } from '../support/random.js';
import { Sandbox } from '../support/chaos-sandbox.js';
import { chaos, chaosEntries, type ChaosOptions } from './chaos.js';

const OPTIONS = { seconds: 3, workers: 10, entries: 100, staleMs: 1000, seed: 7 };
/** It takes no shorter stale time; one stop in the lock that lasts as long brings it down. */
const MUTANT = { seconds: 20, entries: 600, staleMs: 2000, enough: ranTwice };
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
    const report = await run('cooperate');
    expect(report.kills).toBeGreaterThan(0);
    expect(report.stops).toBeGreaterThan(0);
    expectNothingLost(sandbox, report);
  });

  it.each([
    [2, 4],
    [1, 8],
  ])('do so as %i workers of %i slots', TIMEOUT, async (workers, slots) => {
    const report = await run('cooperate', { workers, slots, entries: 80 });
    expect(report.kills).toBeGreaterThan(0);
    expect(report.stops).toBeGreaterThan(0);
    expectNothingLost(sandbox, report);
  });

  it('run entries twice with a plain lock, so the test above can fail', TIMEOUT, async () => {
    const report = await run('mutant', MUTANT);
    expect(report.evidence.twice.length).toBeGreaterThan(0);
  });
});
