import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, print, program, timed } from './measure.js';
import { writeSchedule } from './schedules.js';

const floor = fileURLToPath(new URL('floor.js', import.meta.url));

/** Jobs per second with `true` as the command: N workers, one worker of N slots, GNU parallel, xargs, and the floor. */
export async function jobs({ sizes, workers, rounds, folder }) {
  const results = [];
  for (const size of sizes) {
    for (const n of workers) {
      // Long ones average over themselves.
      const repeated = size >= 100_000 ? 1 : rounds;
      const runs = [];
      for (let round = 0; round < repeated; round++) runs.push(await oneRound(folder, size, n));
      results.push(summary(size, n, runs));
    }
  }
  const rate = (r, name) => Math.round(r.size / r.seconds[name]);
  print(
    'Jobs per second with `true` as the command',
    [
      'entries',
      'N',
      'workers',
      'slots',
      'parallel',
      'xargs',
      'floor',
      'workers / parallel',
      'slots / parallel',
      'times the floor’s time',
    ],
    results.map((r) => [
      r.size,
      r.n,
      ...['cooperate', 'slots', 'parallel', 'xargs', 'floor'].map((name) => rate(r, name)),
      r.timesParallel.toFixed(2),
      r.slotsTimesParallel.toFixed(2),
      r.timesFloor.toFixed(2),
    ]),
  );
  return results;
}

async function oneRound(folder, size, n) {
  const schedule = path.join(folder, 'jobs.json');
  const inputs = path.join(folder, 'inputs');
  await writeSchedule(schedule, size);
  await writeFile(inputs, Array.from({ length: size }, (_, i) => `${i}\n`).join(''));
  const seconds = {};
  seconds.cooperate = await timed(...Array(n).fill([process.execPath, program, '--run', schedule]));
  await rm(`${schedule}.cooperate`, { recursive: true, force: true });
  await writeSchedule(schedule, size);
  seconds.slots = await timed([process.execPath, program, 'run', schedule, '-j', String(n)]);
  seconds.floor = await timed(...Array(n).fill([process.execPath, floor, String(Math.ceil(size / n))]));
  seconds.parallel = await timed(['parallel', '-j', String(n), '-a', inputs, 'true', '--seed']);
  seconds.xargs = await timed(['xargs', '-a', inputs, '-n', '1', '-P', String(n), 'true', '--seed']);
  await rm(`${schedule}.cooperate`, { recursive: true, force: true });
  return seconds;
}

function summary(size, n, runs) {
  const seconds = {};
  for (const name of Object.keys(runs[0])) seconds[name] = median(runs.map((run) => run[name]));
  return {
    size,
    n,
    seconds,
    timesParallel: median(runs.map((run) => run.parallel / run.cooperate)),
    slotsTimesParallel: median(runs.map((run) => run.parallel / run.slots)),
    timesFloor: median(runs.map((run) => run.cooperate / run.floor)),
  };
}
