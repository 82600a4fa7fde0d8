import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { live, Lives, serve, type Life, type Lived } from './lives.js';
import { MUTANTS } from './mutants.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string' },
    mutant: { type: 'string' },
    mutants: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
  },
});

const seed = Number(values.seed);
const least = values.steps === undefined ? 0 : Number(values.steps);
const runs = Number(values.runs ?? (least > 0 ? Infinity : 200));
/** A mutant that is not noticed in so many lives survives. */
const MOST_LIVES = Number(values.runs ?? 1000);

if (values.serve) serve();
else if (values.trace) await traced();
else await all();

async function traced(): Promise<void> {
  for (let one = seed; one < seed + runs; one++) {
    const lived = await live({ seed: one, mutant: values.mutant }, console.log);
    if (lived.violation === undefined) continue;
    fail({ seed: one, mutant: values.mutant }, lived);
    return;
  }
}

async function all(): Promise<void> {
  const lives = new Lives(fileURLToPath(import.meta.url), os.availableParallelism());
  try {
    if (!values.mutants || least > 0) await withoutViolation(lives);
    if (!values.mutants || process.exitCode === 1) return;
    for (const { name } of MUTANTS)
      if (values.mutant === undefined || values.mutant === name) await caught(lives, name);
  } finally {
    lives.close();
  }
}

async function withoutViolation(lives: Lives): Promise<void> {
  const total = { schedules: 0, steps: 0, spawns: 0 };
  await lives.inOrder({ seed, mutant: values.mutant }, (lived, at) => {
    if (lived.violation !== undefined) {
      fail({ seed: at, mutant: values.mutant }, lived);
      return true;
    }
    total.schedules++;
    total.steps += lived.steps;
    total.spawns += lived.spawns;
    return total.schedules >= runs || (least > 0 && total.steps >= least);
  });
  if (process.exitCode !== 1)
    console.log(`${total.schedules} schedules, ${total.steps} steps, ${total.spawns} spawns: 0 violations`);
}

async function caught(lives: Lives, mutant: string): Promise<void> {
  let verdict = `SURVIVES ${MOST_LIVES} lives`;
  await lives.inOrder({ seed, mutant }, ({ violation }, at) => {
    if (violation !== undefined) verdict = `caught in life ${at - seed + 1}, seed ${at}: ${violation}`;
    return violation !== undefined || at - seed + 1 >= MOST_LIVES;
  });
  console.log(`${mutant}: ${verdict}`);
  if (verdict.startsWith('SURVIVES')) process.exitCode = 1;
}

function fail(life: Life, { violation }: Lived): void {
  const mutant = life.mutant === undefined ? '' : ` --mutant '${life.mutant}'`;
  console.log(`seed ${life.seed}: ${violation ?? ''}`);
  console.log(`Again: npm run simulate -- --runs 1 --seed ${life.seed}${mutant} --trace`);
  process.exitCode = 1;
}
