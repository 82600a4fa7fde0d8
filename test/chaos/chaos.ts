import { gather, type Evidence } from '../support/chaos-evidence.js';
import { bundleMutant } from '../support/chaos-mutant.js';
import { allExits, ChaosProcess, until } from '../support/chaos-process.js';
import { Random } from '../support/chaos-random.js';
import { startReader, type Readings } from '../support/chaos-reader.js';
import { Sandbox } from '../support/chaos-sandbox.js';

/*
 * Workers are stopped and killed at random moments and replaced. A stop lasts longer than the lock's stale time, so
 * that whoever is caught inside the lock is robbed of it and wakes up in the middle of somebody else's turn.
 */
export interface ChaosOptions {
  readonly worker: 'cooperate' | 'mutant';
  /** How long workers are stopped and killed; then the rest is worked off in peace. */
  readonly seconds: number;
  readonly workers: number;
  readonly entries: number;
  readonly seed: number;
  readonly staleMs: number;
}

export interface ChaosReport {
  readonly evidence: Evidence;
  readonly readings: Readings;
  readonly kills: number;
  readonly stops: number;
  readonly workers: number;
  /** Exit codes of the workers that nobody killed. */
  readonly codes: ReadonlyMap<number | string, number>;
  /** What a last worker says that comes when all is over, and its exit code. */
  readonly last: { readonly output: string; readonly code: number | null };
}

/** Mean time of an entry is half of this. */
const LONGEST_ENTRY_MS = 300;
const KILL_EVERY_MS = 2500;
const QUIET_MS = 90_000;

export function chaosEntries(count: number, random: Random): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const seconds = random.between(0, LONGEST_ENTRY_MS) / 1000;
    return ['sh', 'entry.sh', `e${i}`, seconds < 0.01 ? '0' : seconds.toFixed(3)];
  });
}

export async function chaos(sandbox: Sandbox, options: ChaosOptions, random: Random): Promise<ChaosReport> {
  const script = options.worker === 'mutant' ? await bundleMutant(sandbox) : sandbox.program;
  const args = options.worker === 'mutant' ? [sandbox.schedule] : ['--run', 'exp.json'];
  const env = { COOPERATE_STALE_MS: String(options.staleMs) };
  const start = (): ChaosProcess => new ChaosProcess(script, args, sandbox.dir, env);

  const stopReading = startReader(sandbox);
  const all = Array.from({ length: options.workers }, start);
  const killed = await disturb(all, start, options, random);
  for (const worker of all) if (worker.stopped) worker.resume();
  const survivors = all.filter((worker) => !killed.has(worker));
  const exits = await allExits(survivors, QUIET_MS);
  await allExits([...killed], QUIET_MS);

  const last = start();
  const [end] = await allExits([last], QUIET_MS);
  // Entries of killed workers live on without them.
  await until('all entries are over', 10_000, () => sandbox.processes().length === 1);
  const readings = await stopReading();
  return {
    evidence: gather(sandbox),
    readings,
    kills: killed.size,
    stops: all.reduce((sum, worker) => sum + worker.stops, 0),
    workers: all.length + 1,
    codes: Map.groupBy === undefined ? new Map() : new Map(),
    last: { output: last.output, code: end?.code ?? null },
  };
}
