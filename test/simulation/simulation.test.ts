import { expect, test } from 'vitest';
import { live } from './lives.js';
import { MUTANTS } from './mutants.js';

/** Every change to the code makes other lives of the same seeds: so many are tried until one catches a mutant. */
const MOST_LIVES = 150;

test('in twelve lives full of trouble every invariant holds after every step', async () => {
  for (let seed = 1; seed <= 12; seed++)
    expect(await live({ seed }), `seed ${seed}`).not.toHaveProperty('violation');
}, 120_000);

test('the same seed is the same life, step by step', async () => {
  const seed = 7;
  const [one, other] = [await live({ seed }), await live({ seed })];
  expect(one).toEqual(other);
  expect(one.spawns).toBeGreaterThan(0);
}, 120_000);

test.each(MUTANTS.map(({ name }) => name))(
  '%s: is caught, by a life that the protocol survives',
  async (mutant) => {
    let seed = 1;
    let caught = await live({ seed, mutant });
    while (caught.violation === undefined && seed < MOST_LIVES) caught = await live({ seed: ++seed, mutant });
    expect(caught).toHaveProperty('violation');
    // The seed replays it.
    expect(await live({ seed, mutant })).toEqual(caught);
    expect(await live({ seed })).not.toHaveProperty('violation');
  },
  120_000,
);
