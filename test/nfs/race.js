// npm run test:nfs -- --race [--versions 4.2,3 --clients 3 --workers 3 --entries 600 --rounds 2]
// Works a schedule off on a real NFS: once each, at what share of the speed of cells alone, and how fair.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from '../../bench/bundle.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bed = path.join(root, 'test/nfs/bed');
const { values } = parseArgs({
  options: {
    versions: { type: 'string', default: '4.2,3' },
    clients: { type: 'string', default: '3' },
    workers: { type: 'string', default: '3' },
    entries: { type: 'string', default: '600' },
    rounds: { type: 'string', default: '2' },
    race: { type: 'boolean' },
  },
});
const [clients, workers, entries, rounds] = ['clients', 'workers', 'entries', 'rounds'].map((name) =>
  Number(values[name]),
);

const folder = await mkdtemp(path.join(os.tmpdir(), 'cooperate-nfs-test-'));
const program = path.join(folder, 'worker.mjs');
const problems = [];
try {
  await bundle(path.join(root, 'test/nfs/race-worker.ts'), program);
  for (const version of values.versions.split(',')) await onVersion(version);
} finally {
  spawnSync(path.join(bed, 'down.sh'));
  await rm(folder, { recursive: true, force: true });
}
for (const problem of problems) console.error(`FAILED: ${problem}`);
console.log(problems.length === 0 ? 'all held' : `${problems.length} did not hold`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function onVersion(version) {
  // With the same pids at the same jiffies, O_EXCL has two winners on NFS 3.
  const env = version === '3' ? { ...process.env, PIDSKEW: '0' } : process.env;
  const up = spawnSync(path.join(bed, 'up.sh'), [version, String(clients)], { env, encoding: 'utf8' });
  if (up.status !== 0) throw new Error(`the bed does not come up: ${up.stdout}${up.stderr}`);
  const rates = { cells: [], full: [] };
  const waits = [];
  for (let round = 0; round < rounds; round++) {
    for (const mode of ['cells', 'full']) {
      const result = await workOff(version, mode, `${mode}${round}`);
      rates[mode].push(result.rate);
      waits.push(...result.waits);
    }
  }
  report(version, rates, waits);
}

async function workOff(version, mode, name) {
  const schedule = `[\n${Array.from({ length: entries }, (_, i) => `  ["mkdir", "runs/${i}"]`).join(',\n')}\n]\n`;
  onServer(`mkdir -p ${name}/runs && cat > ${name}/exp.json`, schedule);
  const running = [];
  for (let client = 1; client <= clients; client++) {
    for (let i = 0; i < workers; i++) running.push(startWorker(client, mode, name));
  }
  await Promise.all(running.map(({ ready }) => ready));
  const began = performance.now();
  onServer(`touch ${name}/go`);
  const results = await Promise.all(running.map(({ result }) => result));
  const seconds = (performance.now() - began) / 1000;
  verify(version, mode, name, results);
  return { rate: entries / seconds, waits: results.flatMap(({ waits }) => waits) };
}

function startWorker(client, mode, name) {
  const command = `cd ${name} && exec ${process.execPath} ${program} ${mode} exp.json`;
  const child = spawn(path.join(bed, 'run-on-client'), [String(client), command], {
    env: { ...process.env, NOSTDIN: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = lines.next();
  const result = (async () => {
    await ready;
    const { value } = await lines.next();
    if (child.exitCode === null) await once(child, 'exit');
    if (value === undefined) throw new Error(`a worker on client ${client} ended with ${child.exitCode}`);
    return JSON.parse(value);
  })();
  return { ready, result };
}

function verify(version, mode, name, results) {
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  const made = Number(onServer(`ls ${name}/runs | wc -l`));
  const what = `NFS ${version}, ${mode}`;
  if (made !== entries || sum('ended') !== entries)
    problems.push(`${what}: ${made} made, ${sum('ended')} run of ${entries}`);
  if (sum('failed') > 0) problems.push(`${what}: ${sum('failed')} entries ran twice`);
  if (mode !== 'full') return;
  const marked = JSON.parse(onServer(`cat ${name}/exp.json`)).filter(([first]) => first === 'executed').length;
  if (marked !== entries) problems.push(`${what}: ${marked} of ${entries} are marked`);
}

function report(version, rates, waits) {
  const ratio = median(rates.full.map((rate, i) => rate / rates.cells[i]));
  const [middle, longest] = [median(waits), Math.max(...waits)];
  console.log(
    `NFS ${version}, ${clients} clients x ${workers} workers, ${entries} entries: ` +
      `${median(rates.full).toFixed(1)}/s, cells alone ${median(rates.cells).toFixed(1)}/s (${(100 * ratio).toFixed(0)} %); ` +
      `${waits.length} claims, wait median ${middle.toFixed(0)} ms, longest ${longest.toFixed(0)} ms (${(longest / middle).toFixed(1)} times)`,
  );
  if (ratio < 0.6) problems.push(`NFS ${version}: ${(100 * ratio).toFixed(0)} % of the speed of cells alone`);
  if (longest > 20 * middle)
    problems.push(`NFS ${version}: the longest wait is ${(longest / middle).toFixed(1)} times the median`);
}

function onServer(command, input = '') {
  const done = spawnSync(path.join(bed, 'run-on-client'), ['0', command], { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`on the server: ${command}: ${done.stderr}`);
  return done.stdout;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
