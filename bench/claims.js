import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';
import { median, print } from './measure.js';
import { writeSchedule } from './schedules.js';

/** Claims per second without spawning anything: cells, marks, journal, start cells, ends. */
export async function claims({ sizes, rounds, folder }) {
  const worker = path.join(folder, 'claim-only.mjs');
  await bundle(fileURLToPath(new URL('claim-only.ts', import.meta.url)), worker);
  const results = [];
  for (const size of sizes) {
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      const schedule = path.join(folder, 'claims.json');
      await writeSchedule(schedule, size);
      const { stdout, stderr } = spawnSync(process.execPath, [worker, schedule], { encoding: 'utf8' });
      if (!stdout) throw new Error(stderr);
      runs.push(JSON.parse(stdout));
      await rm(`${schedule}.cooperate`, { recursive: true, force: true });
    }
    const seconds = median(runs.map((run) => run.seconds));
    results.push({ size, seconds, rounds: runs[0].rounds, perClaimUs: (1e6 * seconds) / size });
  }
  print(
    'Claims without spawning (one worker)',
    ['entries', 'claims/s', 'µs each', 'rewrites'],
    results.map((r) => [r.size, Math.round(r.size / r.seconds), r.perClaimUs.toFixed(0), r.rounds]),
  );
  return results;
}
