import { describe, expect, it } from 'vitest';
import { STEP, traceSteps, tryHalting } from '../support/chaos-halted.js';
import { expectExplained } from '../support/chaos-judge.js';

describe('halted at every step there is', () => {
  it.each(['SIGKILL', 'SIGSTOP'] as const)('%s', async (signal) => {
    const steps = await traceSteps();
    const staleMs = signal === 'SIGKILL' ? 600_000 : 400;
    let lost = 0;
    for (const nth of steps.keys()) {
      const outcome = await tryHalting({ halts: [{ signal, step: /^/, nth: nth + 1 }], staleMs });
      lost += expectExplained(outcome);
    }
    console.log(`${steps.length} steps, ${signal}: ${lost} entries lost with their worker, none run twice`);
    // A stopped worker loses nothing; a killed one only what it was running.
    expect(lost).toBeLessThanOrEqual(signal === 'SIGKILL' ? steps.length / 2 : 0);
  });
});

it('killed after it replaced the schedule by an old content: the marks come back', async () => {
  const halts = [
    { signal: 'SIGSTOP', step: STEP.replace, nth: 2 },
    { signal: 'SIGKILL', step: STEP.head, nth: 2 },
  ] as const;
  // A content that another host's cache might show is waited out first.
  const outcome = await tryHalting({ halts, staleMs: 400, patienceMs: 60_000 });
  expect(outcome.pendingBefore).toBeGreaterThan(0);
  expect(expectExplained(outcome)).toBe(0);
});
