import { afterEach, describe, expect, it } from 'vitest';
import { expectNothingLost, figures } from '../support/chaos-judge.js';
import { Random } from '../support/chaos-random.js';
import { Sandbox } from '../support/chaos-sandbox.js';
import { chaos, chaosEntries } from './chaos.js';

/** Found to bring down the mutant in every one of a dozen runs. */
const OPTIONS = { seconds: 11, workers: 10, entries: 360, staleMs: 2000, seed: 7 };
const TIMEOUT = { timeout: 120_000 };

let sandbox: Sandbox;
afterEach(() => {
  sandbox.remove();
});

async function run(worker: 'cooperate' | 'mutant') {
  const random = new Random(OPTIONS.seed);
  sandbox = new Sandbox(chaosEntries(OPTIONS.entries, random));
  const report = await chaos(sandbox, { ...OPTIONS, worker }, random);
  console.log(`${worker}: ${figures(report)}`);
  return report;
}

describe('workers stopped for longer than the stale time, killed and replaced', () => {
  it('run nothing twice and lose nothing', TIMEOUT, async () => {
    const report = await run('cooperate');
    expect(report.kills).toBeGreaterThan(0);
    expect(report.stops).toBeGreaterThan(5);
    expectNothingLost(sandbox, report);
  });

  it('run entries twice with a plain lock, so the test above can fail', TIMEOUT, async () => {
    const report = await run('mutant');
    expect(report.evidence.twice.length).toBeGreaterThan(0);
  });
});
