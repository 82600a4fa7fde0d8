import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.js';
import { median, print, program, timed } from './measure.js';
import { writeSchedule } from './schedules.js';

const ENTRIES = 1_000_000;
const WORKERS = 100;
const BATCH = 10;
/** Of the entries: the rest is pending. */
const CLAIMED = 0.95;
const COMMAND = ['python', 'main.py', '--lr', '0.1'];

/** Seconds and memory to look at a million entries with the journals of a hundred workers. */
export async function status({ folder, rounds }) {
  const source = (name) => fileURLToPath(new URL(name, import.meta.url));
  const look = path.join(folder, 'bench', 'look.mjs');
  await bundle(source('look.ts'), look);
  await bundle(source('../src/survey/hash-thread.ts'), path.join(folder, 'survey', 'hash-thread.js'));
  const schedule = path.join(folder, 'status.json');
  await workedOn(schedule);
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    const { stdout, stderr } = spawnSync(process.execPath, [look, schedule], { encoding: 'utf8' });
    if (!stdout) throw new Error(stderr);
    const command = await timed([process.execPath, program, 'status', schedule]);
    runs.push({ ...JSON.parse(stdout), command });
  }
  await rm(`${schedule}.cooperate`, { recursive: true });
  await rm(schedule);
  const of = (name) => median(runs.map((run) => run[name]));
  const result = {
    entries: ENTRIES,
    workers: WORKERS,
    totals: runs[0].totals,
    command: of('command'),
    seconds: of('seconds'),
    cpuSeconds: of('cpuSeconds'),
    againMs: of('againMs'),
    peakMegabytes: of('peakMegabytes'),
  };
  print(
    'A look at a million entries with the journals of a hundred workers',
    ['the whole command, s', 'the look, s', 'of CPU', 'the next look, ms', 'peak MB'],
    [
      [
        result.command.toFixed(2),
        result.seconds.toFixed(2),
        result.cpuSeconds.toFixed(2),
        result.againMs.toFixed(1),
        result.peakMegabytes.toFixed(0),
      ],
    ],
  );
  return result;
}

/** A schedule as a hundred workers leave it that have run most of it: one entry in fifty failed, each runs one now. */
export async function workedOn(schedule) {
  const epoch = `${schedule}.cooperate/1`;
  for (const name of ['cells', 'journals', 'logs', 'heartbeats', 'head'])
    await mkdir(`${epoch}/${name}`, { recursive: true });
  const format = { format: 1, id: 'bench', shards: 256, succeeds: [] };
  await writeFile(`${epoch}/format.json`, JSON.stringify(format));
  const claimed = Math.floor(ENTRIES * CLAIMED);
  await writeMarked(schedule, claimed);
  for (let w = 0; w < WORKERS; w++) await writeJournal(epoch, w, claimed);
}

async function writeMarked(schedule, claimed) {
  await writeSchedule(schedule, ENTRIES, COMMAND);
  const lines = (await readFile(schedule, 'utf8')).split('\n');
  for (let i = 0; i < claimed; i++) lines[i + 1] = lines[i + 1].replace('[', '["executed", ');
  await writeFile(schedule, lines.join('\n'));
}

async function writeJournal(epoch, w, claimed) {
  const worker = `node${w}-${1000 + w}-abcdef`;
  const identity = { worker, hostname: `node${w}`, user: 'ada', pid: 1000 + w, bootId: `boot-${w}` };
  const out = createWriteStream(`${epoch}/journals/${worker}.jsonl`);
  let n = -1;
  let at = Date.UTC(2025, 0, 1);
  const line = (record) => out.write(`${JSON.stringify({ n: n++, ...record })}\n`);
  line({ t: 'worker', version: 1, identity, at: new Date(at).toISOString() });
  let log = 0;
  for (let first = w * BATCH; first < claimed; first += WORKERS * BATCH) {
    const claims = Array.from({ length: BATCH }, (_, i) => `${hashOf(first + i)}.0.0`);
    const isLast = first + WORKERS * BATCH >= claimed;
    line({ t: 'claim', claims, revision: 1 + first / BATCH });
    for (const [i, claim] of claims.entries()) {
      const entry = first + i;
      line({ t: 'start', claim, entry, at: new Date((at += 3)).toISOString() });
      // Still at it.
      if (isLast && i === 0) break;
      const code = entry % 50 === 0 ? 1 : 0;
      const end = { t: 'end', claim, entry, at: new Date((at += 997)).toISOString(), took: 997.125 };
      if (!line({ ...end, code, log: [log, (log += 321)] })) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'close');
  await writeFile(`${epoch}/heartbeats/${worker}`, `${JSON.stringify({ counter: 7, identity })}\n`);
}

function hashOf(i) {
  const argv = [...COMMAND, '--seed', String(i)];
  return createHash('sha256').update(JSON.stringify(argv)).digest('hex').slice(0, 20);
}
