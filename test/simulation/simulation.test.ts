import { expect, test } from 'vitest';
import { Violation } from './judge.js';
import { MUTANTS, type Mutant } from './mutants.js';
import { World } from './world.js';

async function firstViolation(mutant: Mutant | undefined, seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed++) {
    try {
      await new World(seed, mutant).run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `seed ${seed}: ${error.message}`;
    }
  }
  return undefined;
}

test(
  'in thirty lives full of trouble every invariant holds after every step',
  { timeout: 120_000 },
  async () => {
    expect(await firstViolation(undefined, 30)).toBeUndefined();
  },
);

test('the same seed is the same life, step by step', async () => {
  const seed = 7;
  const [one, other] = [await new World(seed).run(), await new World(seed).run()];
  expect(one).toEqual(other);
  expect(one.spawns).toBeGreaterThan(0);
});

test.each([
  ['a plain lock and no cells', 'never twice'],
  ['heartbeats compared by the time of day', 'no clocks agree'],
])('%s: is noticed', { timeout: 120_000 }, async (name, invariant) => {
  const mutant = MUTANTS.find((one) => one.name === name);
  expect(await firstViolation(mutant, 40)).toContain(invariant);
});
