import { expect, test } from 'vitest';
import { live } from './lives.js';
import { MUTANTS } from './mutants.js';

/** Of each mutant a life that shows what it does; the same life passes on the real code. */
const CAUGHT: Readonly<Record<string, readonly [seed: number, invariant: string]>> = {
  'a plain lock and no cells': [3, 'never twice'],
  'no start cell': [2, 'never twice'],
  'exclusive creation with two winners': [7, 'marked before spawned'],
  'a rewrite that does not ask whether the lock is still its own': [12, "the user's file stays the user's"],
  'a name that is not found is believed to be free': [3, 'never twice'],
  'heartbeats compared by the time of day': [1, 'no clocks agree'],
};

test(
  'in twelve lives full of trouble every invariant holds after every step',
  { timeout: 120_000 },
  async () => {
    for (let seed = 1; seed <= 12; seed++)
      expect(await live({ seed }), `seed ${seed}`).not.toHaveProperty('violation');
  },
);

test('the same seed is the same life, step by step', { timeout: 120_000 }, async () => {
  const seed = 7;
  const [one, other] = [await live({ seed }), await live({ seed })];
  expect(one).toEqual(other);
  expect(one.spawns).toBeGreaterThan(0);
});

test('each mutant has a life that catches it', () => {
  expect(Object.keys(CAUGHT)).toEqual(MUTANTS.map(({ name }) => name));
});

test.each(Object.entries(CAUGHT))(
  '%s: is caught, by a life that the protocol survives',
  { timeout: 120_000 },
  async (mutant, [seed, invariant]) => {
    const caught = await live({ seed, mutant });
    expect(caught.violation).toContain(invariant);
    // The seed replays it.
    expect(await live({ seed, mutant })).toEqual(caught);
    expect(await live({ seed })).not.toHaveProperty('violation');
  },
);
