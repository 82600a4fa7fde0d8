import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Program } from './bed.js';
import { inParallel, sample, trialsOf } from './plan.js';
import { whyNot } from './process.js';
import { record, type Point } from './recording.js';
import { strike, type Outcome } from './trial.js';

/*
 * A worker struck at the kernel's boundary, by strace: killed at a call, or told by it that it failed. This is a
 * sample, always the same; `npm run syscalls` strikes every call of a worker in every way.
 */
const SEED = 1;
const KILLS = 8;
const ERRORS = 8;
const AT_ONCE = 3;
const TIMEOUT = 120_000;

const reason = whyNot();

describe.skipIf(reason !== undefined)(
  `a worker struck at its calls into the kernel (${reason ?? 'by strace'})`,
  () => {
    let program: Program;
    let points: Point[];

    beforeAll(async () => {
      program = new Program(fileURLToPath(new URL('../..', import.meta.url)));
      points = await record(program);
    }, TIMEOUT);
    afterAll(() => program.remove());

    const struck = (count: number, kills: boolean): Promise<Outcome[]> => {
      const trials = trialsOf(points).filter(({ fault }) => (fault === 'kill') === kills);
      return inParallel(sample(trials, count, SEED), AT_ONCE, (trial) => strike(program, trial));
    };
    const broken = (outcomes: readonly Outcome[]): Outcome[] =>
      outcomes.filter(({ ending }) => ending === 'broken');

    test('makes those from the lock to the end of a run again and again', () => {
      const names = new Set(points.map(({ call }) => call));
      for (const call of ['openat', 'close', 'fsync', 'pwrite64', 'getdents64']) expect(names).toContain(call);
      expect(points.some(({ on }) => on.endsWith('-> s.json.lock'))).toBe(true);
      expect(points.some(({ on }) => on === '.s.json.WORKER.new -> s.json')).toBe(true);
    });

    test(
      'and killed there: what it had recovers or is offered',
      async () => {
        const outcomes = await struck(KILLS, true);
        expect(outcomes.filter(({ hit }) => hit !== undefined).length).toBeGreaterThan(KILLS / 2);
        expect(broken(outcomes)).toEqual([]);
      },
      TIMEOUT,
    );

    test(
      'and told that they failed: it overcomes that or says so, and nothing is lost',
      async () => {
        const outcomes = await struck(ERRORS, false);
        expect(outcomes.filter(({ hit }) => hit !== undefined).length).toBeGreaterThan(ERRORS / 2);
        expect(broken(outcomes)).toEqual([]);
      },
      TIMEOUT,
    );
  },
);
