// npm run syscalls -- [--kills] [--errors] [--times N] [--sample N] [--seed S] [--only TEXT] [--at-once N] [--verbose]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Program } from './bed.js';
import { whyNot } from './process.js';
import { record } from './recording.js';
import { figures, tableOf } from './report.js';
import { inParallel, sample, trialsOf } from './plan.js';
import { strike } from './trial.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'boolean', default: false },
    errors: { type: 'boolean', default: false },
    times: { type: 'string', default: '1' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'at-once': { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});

const reason = whyNot();
if (reason !== undefined) {
  console.error(`Nothing was struck: ${reason}.`);
  process.exitCode = 1;
} else process.exitCode = await all();

async function all(): Promise<number> {
  const program = new Program(process.env.SYSCALLS_ROOT ?? fileURLToPath(new URL('../..', import.meta.url)));
  try {
    const points = await record(program);
    const wanted = trialsOf(points).filter(
      ({ point, fault }) =>
        (values.kills === values.errors || values.kills === (fault === 'kill')) &&
        `${point.thread} ${point.call} ${point.on} ${fault}`.includes(values.only ?? ''),
    );
    const trials =
      values.sample === undefined ? wanted : sample(wanted, Number(values.sample), Number(values.seed));
    console.log(`${points.length} calls of one worker, ${trials.length} of ${wanted.length} trials`);
    const began = performance.now();
    const outcomes = await inParallel(trials, Number(values['at-once']), async (trial) => {
      const outcome = await strike(program, { ...trial, times: Number(values.times) });
      const { point, fault, hit, ending, problems, said } = outcome;
      if (ending === 'broken' || hit !== point.on || values.verbose) {
        console.log(`${ending}: ${fault} at ${point.thread} ${point.call} ${point.n} ${point.on}`);
        if (hit !== point.on) console.log(`  hit: ${hit ?? 'nothing'}`);
        for (const problem of problems) console.log(`  ${problem}`);
        if (ending === 'broken' || values.verbose) console.log(said.replaceAll(/^/gm, '    | '));
      }
      return outcome;
    });
    console.log(tableOf(outcomes));
    console.log(`${figures(outcomes)}, in ${Math.round((performance.now() - began) / 1000)} s`);
    return outcomes.every(({ ending }) => ending !== 'broken') ? 0 : 1;
  } finally {
    program.remove();
  }
}
