import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { STEP, tryHalting, type Halt } from '../support/chaos-halted.js';
import { expectExplained } from '../support/chaos-judge.js';

/*
 * Real workers halted right before an exact step of the protocol, while a peer works on beside them. The lock's stale
 * time is short where the halted one lives, and beyond the test's patience where it is dead: there nobody may wait.
 */
const SHORT_MS = 400;
const ENDLESS_MS = 600_000;

type Step = keyof typeof STEP;

/** The second time a worker comes by: the first has much that happens only once. */
const at = (signal: Halt['signal'], step: Step, nth = 2): Halt => ({ signal, step: STEP[step], nth });

const insideTheLock: Step[] = ['claim', 'temporary', 'stillMine', 'replace', 'head', 'release'];
const outside: Step[] = ['lock', 'start', 'spawn', 'spawned'];
const TIMEOUT = { timeout: 60_000 };

describe.concurrent('a worker stopped until its peer is done', TIMEOUT, () => {
  it.for([...insideTheLock, ...outside])('before %s: all entries run once', async (step) => {
    const outcome = await tryHalting({ halts: [at('SIGSTOP', step)], staleMs: SHORT_MS });
    expect(outcome.halted).toBe(true);
    expect(expectExplained(outcome)).toBe(0);
    expect(outcome.evidence.executions.size).toBe(3);
  });
});

describe.concurrent('a worker killed', TIMEOUT, () => {
  it.for(insideTheLock)('before %s: its lock is free at once, and all entries run once', async (step) => {
    const outcome = await tryHalting({ halts: [at('SIGKILL', step)], staleMs: ENDLESS_MS });
    expect(outcome.halted).toBe(true);
    expect(expectExplained(outcome)).toBe(0);
    expect(outcome.evidence.executions.size).toBe(3);
  });

  it.for([
    ['lock', 2],
    ['start', 2],
    ['beat', 1],
    ['leave', 1],
  ] as const)('before %s: nothing is lost, and nobody waits', async ([step, nth]) => {
    const outcome = await tryHalting({ halts: [at('SIGKILL', step, nth)], staleMs: ENDLESS_MS });
    expect(outcome.halted).toBe(true);
    expect(expectExplained(outcome)).toBe(0);
    expect(outcome.evidence.executions.size).toBe(3);
  });

  it.for([
    ['spawn', 2],
    ['spawned', 3],
  ] as const)('before %s: that entry is reported lost and not run again', async ([step, ran]) => {
    const outcome = await tryHalting({ halts: [at('SIGKILL', step)], staleMs: ENDLESS_MS });
    expect(expectExplained(outcome)).toBe(1);
    expect(outcome.evidence.executions.size).toBe(ran);
  });
});

describe.concurrent('what a dead worker claimed and never started', TIMEOUT, () => {
  const before = at('SIGKILL', 'start', 1);
  /** Two rounds that claim, one that finds nothing pending, one that puts back. */
  const puttingBack = at('SIGSTOP', 'lock', 4);

  it('is put back once: a second worker that meant to does not take away the mark of the next run', async () => {
    const halts = [puttingBack, at('SIGKILL', 'requeued', 1)];
    const outcome = await tryHalting({ before, halts, staleMs: ENDLESS_MS });
    expect(outcome.pendingBefore).toBe(0);
    expect(expectExplained(outcome)).toBe(0);
  });

  it('is run although the schedule is edited at the moment of putting it back', async () => {
    const outcome = await tryHalting({
      before,
      halts: [at('SIGSTOP', 'temporary', 3)],
      staleMs: ENDLESS_MS,
      meanwhile: ({ schedule }) => {
        const edited = `${readFileSync(schedule, 'utf8')}\n`;
        writeFileSync(`${schedule}~`, edited);
        renameSync(`${schedule}~`, schedule);
      },
    });
    expect(expectExplained(outcome)).toBe(0);
    expect(outcome.evidence.executions.size).toBe(3);
  });
});
