// npm run bench [-- --sizes 1000,10000 --workers 1,2,8 --only jobs,claims,first,start,status --out bench.json]
// Prints tables and writes JSON. Ratios are taken within one round, the programs alternating.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { claims } from './claims.js';
import { firstJob } from './first-job.js';
import { jobs } from './jobs.js';
import { startUp } from './start-up.js';
import { status } from './status.js';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    workers: { type: 'string', default: '1,2,8' },
    only: { type: 'string', default: 'start,first,status,claims,jobs' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: 'bench.json' },
  },
});
const numbers = (text) => text.split(',').map(Number);
const settings = {
  sizes: numbers(values.sizes),
  workers: numbers(values.workers),
  rounds: Number(values.rounds),
  folder: await mkdtemp(path.join(os.tmpdir(), 'cooperate-bench-')),
};

const benches = { start: startUp, first: firstJob, status, claims, jobs };
const results = { node: process.version, cores: os.availableParallelism(), results: {} };
try {
  for (const name of values.only.split(',')) results.results[name] = await benches[name](settings);
} finally {
  await rm(settings.folder, { recursive: true, force: true });
}
await writeFile(values.out, `${JSON.stringify(results, null, 2)}\n`);
