import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { median, print, program } from './measure.js';
import { writeSchedule } from './schedules.js';

const ENTRIES = 1_000_000;

/** Seconds and peak memory until the first command of a million prints its line. */
export async function firstJob({ folder, rounds }) {
  const schedule = path.join(folder, 'million.json');
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    await writeSchedule(schedule, ENTRIES, ['echo', 'python', 'main.py', '--lr', '0.1']);
    runs.push(await untilFirstLine(schedule));
    await rm(`${schedule}.cooperate`, { recursive: true, force: true });
  }
  await rm(schedule);
  const result = {
    entries: ENTRIES,
    seconds: median(runs.map(({ seconds }) => seconds)),
    peakMegabytes: Math.max(...runs.map(({ megabytes }) => megabytes)),
  };
  print(
    'First job of a million entries',
    ['seconds', 'peak MB'],
    [[result.seconds.toFixed(2), result.peakMegabytes.toFixed(0)]],
  );
  return result;
}

async function untilFirstLine(schedule) {
  const began = performance.now();
  const child = spawn(process.execPath, [program, '--run', schedule], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const seconds = (performance.now() - began) / 1000;
  const megabytes = await peakMegabytes(child.pid);
  child.stdout.resume();
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { seconds, megabytes };
}

async function peakMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1000;
}
