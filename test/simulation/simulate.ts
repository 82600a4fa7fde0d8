import { parseArgs } from 'node:util';
import { Violation } from './judge.js';
import { MUTANTS } from './mutants.js';
import { World } from './world.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

const first = Number(values.seed);
process.exitCode = values.mutants ? await allMutants() : await many(values.mutant);

async function many(name: string | undefined): Promise<number> {
  const mutant = MUTANTS.find((one) => one.name === name);
  const runs = values.steps === undefined ? Number(values.runs) : Infinity;
  const trace = values.trace ? (line: string): void => void process.stdout.write(`${line}\n`) : undefined;
  const total = { schedules: 0, steps: 0, spawns: 0 };
  for (let seed = first; seed < first + runs && total.steps < Number(values.steps ?? Infinity); seed++) {
    try {
      const { steps, spawns } = await new World(seed, mutant, trace).run();
      total.schedules++;
      total.steps += steps;
      total.spawns += spawns;
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      console.log(`seed ${seed}: ${error.message}\nAgain: npm run simulate -- --runs 1 --seed ${seed} --trace`);
      return 1;
    }
  }
  console.log(`${total.schedules} schedules, ${total.steps} steps, ${total.spawns} spawns: 0 violations`);
  return 0;
}

/** How many schedules it takes until each is noticed. */
async function allMutants(): Promise<number> {
  let survivors = 0;
  for (const mutant of MUTANTS) {
    const caught = await firstViolation(mutant);
    if (!caught) survivors++;
    console.log(`${mutant.name}: ${caught ?? `not noticed in ${values.runs} schedules`}`);
  }
  return survivors === 0 ? 0 : 1;
}

async function firstViolation(mutant: (typeof MUTANTS)[number]): Promise<string | undefined> {
  for (let seed = first; seed < first + Number(values.runs); seed++) {
    try {
      await new World(seed, mutant).run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `schedule ${seed - first + 1}: ${error.message}`;
    }
  }
  return undefined;
}
