import { hit, hitHolder, type Hit } from '../support/chaos-aim.js';
import { gather, type Evidence } from '../support/chaos-evidence.js';
import { bundleMutant } from '../support/chaos-mutant.js';
import { allExits, ChaosProcess, until, type Exit } from '../support/chaos-process.js';
import type { Random } from '../support/random.js';
import { startReader, type Readings } from '../support/chaos-reader.js';
import type { Sandbox } from '../support/chaos-sandbox.js';

/*
 * Workers are stopped and killed, mostly while they hold the lock, and replaced. A stop lasts longer than the lock's
 * stale time, so that whoever is caught inside it is robbed and wakes up in the middle of somebody else's turn.
 */
export interface ChaosOptions {
  readonly worker: 'cooperate' | 'mutant';
  /** How long workers are stopped and killed; then the rest is worked off in peace. */
  readonly seconds: number;
  readonly workers: number;
  /** Of each worker. */
  readonly slots?: number;
  readonly entries: number;
  readonly seed: number;
  readonly staleMs: number;
  /** Asked now and then: what is still to be done is not. */
  readonly enough?: (sandbox: Sandbox) => boolean;
}

export interface ChaosReport {
  readonly evidence: Evidence;
  readonly readings: Readings;
  readonly kills: number;
  readonly stops: number;
  /** Stops and kills that caught whoever held the lock. */
  readonly caught: number;
  readonly workers: readonly ChaosProcess[];
  /** Of the workers that nobody killed. */
  readonly exits: readonly Exit[];
  /** What a last worker says that comes when all is over, and its exit code. */
  readonly last: { readonly output: string; readonly code: number | null };
}

/** Mean time of an entry is half of this. */
const LONGEST_ENTRY_MS = 300;
/** Of the stale time. */
const KILL_EVERY = 1.25;
const STOP_EVERY = 0.15;
/** Workers need this long to start. */
const FIRST_STOP_MS = 1000;
const QUIET_MS = 90_000;
const LOOK_EVERY_MS = 250;
const AIM_MS = 30;
const ANYBODY = 0.1;

export function chaosEntries(count: number, random: Random): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const seconds = random.between(0, LONGEST_ENTRY_MS) / 1000;
    return ['sh', 'entry.sh', `e${i}`, seconds < 0.01 ? '0' : seconds.toFixed(3)];
  });
}

/** Does it all and reports; judging is the caller's. */
export async function chaos(sandbox: Sandbox, options: ChaosOptions, random: Random): Promise<ChaosReport> {
  const script = options.worker === 'mutant' ? await bundleMutant(sandbox) : sandbox.program;
  const { slots = 1 } = options;
  const args = options.worker === 'mutant' ? [sandbox.schedule] : ['--run', 'exp.json', '-j', String(slots)];
  const env = { COOPERATE_STALE_MS: String(options.staleMs) };
  const start = (): ChaosProcess => new ChaosProcess(script, args, sandbox.dir, env);

  const stopReading = startReader(sandbox);
  const workers = Array.from({ length: options.workers }, start);
  const { enough, caught } = await disturb(sandbox, workers, start, options, random);
  if (enough) for (const worker of workers) worker.signal('SIGKILL');
  const exits = await allExits(workers, QUIET_MS);
  const last = enough ? undefined : start();
  const [end] = await allExits(last ? [last] : [], QUIET_MS);
  // What a killed worker was running lives on without it; the reader is the one that stays.
  await until('all entries are over', 10_000, () => sandbox.processes().length === 1);
  const readings = await stopReading();

  return {
    evidence: gather(sandbox),
    readings,
    caught,
    kills: exits.filter(({ signal }) => signal === 'SIGKILL').length,
    stops: workers.reduce((sum, worker) => sum + worker.stops, 0),
    exits: exits.filter(({ signal }) => signal !== 'SIGKILL'),
    workers,
    last: { output: last?.output ?? '', code: end?.code ?? null },
  };
}

/** Stops and kills for the given time, or until that is enough; at the end all run again. */
async function disturb(
  sandbox: Sandbox,
  workers: ChaosProcess[],
  start: () => ChaosProcess,
  { seconds, staleMs, enough }: ChaosOptions,
  random: Random,
): Promise<{ readonly enough: boolean; readonly caught: number }> {
  const began = performance.now();
  const stopped = new Map<ChaosProcess, number>();
  let caught = 0;
  let nextLook = began;
  let nextStop = began + FIRST_STOP_MS;
  let nextKill = began + random.between(0.5, 1.5) * KILL_EVERY * staleMs;
  for (let now = began; now < began + seconds * 1000; now = performance.now()) {
    for (const [worker, resumeAt] of stopped) {
      if (now < resumeAt && !worker.over) continue;
      worker.resume();
      stopped.delete(worker);
    }
    const living = workers.filter((worker) => !worker.over);
    if (living.length === 0) break;
    if (enough && now >= nextLook) {
      if (enough(sandbox)) return { enough: true, caught };
      nextLook = now + LOOK_EVERY_MS;
    }
    if (now >= nextKill) {
      if (strike(sandbox, living, random, 'SIGKILL')?.held) caught++;
      workers.push(start());
      nextKill = now + random.between(0.5, 1.5) * KILL_EVERY * staleMs;
    } else if (now >= nextStop && stopped.size < living.length / 2) {
      const made = strike(sandbox, living, random, 'SIGSTOP');
      if (made) {
        if (made.held) caught++;
        stopped.set(made.worker, now + random.between(1.1, 1.6) * staleMs);
        nextStop = now + random.between(0.2, 1.8) * STOP_EVERY * staleMs;
      }
    }
    await pause(1 + random.between(0, 4));
  }
  for (const worker of stopped.keys()) worker.resume();
  return { enough: false, caught };
}

/** Whoever holds the lock, for there is little to go wrong otherwise; now and then, and where nobody does, anybody. */
function strike(
  sandbox: Sandbox,
  living: readonly ChaosProcess[],
  random: Random,
  signal: Hit['signal'],
): Hit | undefined {
  const isAimed = random.next() >= ANYBODY;
  const made = isAimed ? hitHolder(sandbox.schedule, living, signal, AIM_MS) : undefined;
  if (made || (isAimed && signal === 'SIGSTOP')) return made;
  // A stopped one can be killed, too.
  const anybody = random.pick(living.filter((worker) => signal === 'SIGKILL' || !worker.stopped));
  return anybody && hit(anybody, signal);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
