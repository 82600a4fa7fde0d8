import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hit, hitHolder, type Hit } from '../support/chaos-aim.js';
import { ranTwice } from '../support/chaos-evidence.js';
import { bundleMutant } from '../support/chaos-mutant.js';
import { allExits, ChaosProcess, until, type Exit } from '../support/chaos-process.js';
import { Sandbox } from '../support/chaos-sandbox.js';
import type { Random } from '../support/random.js';
import { Clocks } from '../support/storm-clock.js';
import { makeDisk, type Disk, type DiskKind } from '../support/storm-disk.js';
import { Watch } from '../support/storm-watch.js';

/*
 * Everything at once: whoever holds the lock is killed, or stopped for longer than its stale time; clocks are wrong and
 * jump; the disk is full half of the time; a person saves old copies and edits. Then the rest is worked off in peace.
 */
export interface StormOptions {
  readonly worker: 'cooperate' | 'mutant';
  readonly disk: DiskKind;
  readonly seconds: number;
  readonly workers: number;
  readonly entries: number;
  readonly staleMs: number;
}

export interface StormReport {
  readonly hits: readonly Hit[];
  readonly workers: readonly ChaosProcess[];
  /** Pids of those whose clock jumped. */
  readonly jumpy: ReadonlySet<number>;
  readonly exits: readonly Exit[];
  readonly watch: Watch;
  readonly jumps: number;
  readonly squeezes: number;
  readonly readings: StormReadings;
  /** `status --json` at the end, and its exit code. */
  readonly status: StormStatus;
}

interface StormReadings {
  readonly polls: number;
  readonly most: number;
  readonly invalid: readonly { readonly from: number; readonly to: number; readonly text: string }[];
}

export interface StormStatus {
  readonly totals: Readonly<Record<string, number>>;
  readonly list: readonly { readonly state: string; readonly command: readonly string[] }[];
  readonly unreadableJournalLines: number;
}

/** Its third argument is its exit code; it says which claim it is run for, so that requeues are told apart. */
const ENTRY = `unset LD_PRELOAD
echo "start \${COOPERATE_ID:--} \${COOPERATE_ATTEMPT:-1} $$ $COOPERATE_WORKER" >> "runs/$1"
[ "$2" = 0 ] || sleep "$2"
echo "end \${COOPERATE_ID:--} \${COOPERATE_ATTEMPT:-1} $$ $COOPERATE_WORKER $3" >> "runs/$1"
exit "$3"
`;

const LONGEST_ENTRY_MS = 150;
const FAILING = 0.03;
const FIRST_HIT_MS = 1500;
const AIM_MS = 60;
/** Times as long as the storm. */
const LONGEST_WAIT_FOR_A_HIT = 4;
const STARTS_EVERY_MS = 250;
const REQUEUE_EVERY_MS = 8000;
const QUIET_MS = 120_000;

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function stormEntries(count: number, random: Random): string[][] {
  return Array.from({ length: count }, (_, i) => {
    const seconds = (random.between(0, LONGEST_ENTRY_MS) / 1000).toFixed(3);
    return ['sh', 'entry.sh', `e${i}`, seconds, random.next() < FAILING ? '1' : '0'];
  });
}

/** A sandbox whose schedule lies on such a disk. */
export function stormSandbox(
  { disk: kind, entries }: StormOptions,
  random: Random,
): { sandbox: Sandbox; disk: Disk } {
  let disk: Disk | undefined;
  const place = (dir: string): string => (disk = makeDisk(kind, dir, random)).folder;
  const sandbox = new Sandbox(stormEntries(entries, random), { place, entry: ENTRY });
  if (!disk) throw new Error('no disk was made');
  return { sandbox, disk };
}

/** Does it all and reports; judging is the caller's. */
export async function storm(
  sandbox: Sandbox,
  disk: Disk,
  options: StormOptions,
  random: Random,
): Promise<StormReport> {
  const isMutant = options.worker === 'mutant';
  const program = isMutant ? await bundleMutant(sandbox) : sandbox.program;
  const schedule = path.relative(sandbox.dir, sandbox.schedule);
  const clocks = new Clocks(sandbox.dir, random);
  const jumpy = new Set<number>();
  const start = (): ChaosProcess => {
    const { env, jumps } = clocks.next();
    const policy = random.next() < 0.3 ? ['--requeue-lost', 'dead'] : [];
    const args = isMutant ? [sandbox.schedule] : ['run', schedule, '-k', ...policy];
    const more = { ...env, COOPERATE_STALE_MS: String(options.staleMs) };
    const worker = new ChaosProcess(program, args, sandbox.dir, more);
    if (jumps) jumpy.add(worker.pid);
    return worker;
  };
  const desk = (...args: string[]): ChaosProcess => new ChaosProcess(sandbox.program, args, sandbox.dir, {});
  const stage: Stage = {
    ...{ sandbox, disk, options, random, start, clocks, desk },
    workers: Array.from({ length: options.workers }, start),
    watch: new Watch(sandbox, desk),
  };
  try {
    return { ...(await perform(stage, schedule)), jumpy, jumps: clocks.jumps, squeezes: disk.squeezes };
  } finally {
    stage.watch.over = true;
    Clocks.tidy(stage.workers.map(({ pid }) => pid));
  }
}

async function perform(
  stage: Stage,
  schedule: string,
): Promise<Omit<StormReport, 'jumpy' | 'jumps' | 'squeezes'>> {
  const { sandbox, disk, options, workers, watch, start, desk } = stage;
  const isMutant = options.worker === 'mutant';
  const companion = (name: string, ...args: string[]): ChaosProcess =>
    new ChaosProcess(script(name), args, sandbox.dir, {});
  const reader = companion('storm-reader.js', sandbox.schedule);
  // A mutant has nothing against old copies, and writes nothing that status could read: its lock is to bring it down.
  watch.over = isMutant;
  const editor = isMutant
    ? undefined
    : companion('storm-editor.js', sandbox.schedule, sandbox.runs, path.join(sandbox.dir, 'edits'));
  const hits = await rage(stage);
  watch.over = true;
  disk.relieve();
  editor?.signal('SIGTERM');
  if (isMutant) for (const worker of workers) worker.signal('SIGKILL');
  if (editor) await allExits([editor], QUIET_MS);
  const exits = await allExits(workers, QUIET_MS);
  const status = isMutant ? EMPTY : await settle(desk, schedule, start);
  const isQuiet = (): boolean => sandbox.processes().length === 1;
  await until('all entries are over', QUIET_MS, isQuiet, () => sandbox.who());
  await until('the reader has begun', QUIET_MS, () => reader.output !== '');
  reader.signal('SIGTERM');
  await reader.exited;
  const readings = JSON.parse(reader.output) as StormReadings;
  return { hits, workers, exits, watch, readings, status };
}

const EMPTY: StormStatus = { totals: {}, list: [], unreadableJournalLines: 0 };

interface Stage {
  readonly sandbox: Sandbox;
  readonly disk: Disk;
  readonly options: StormOptions;
  readonly random: Random;
  readonly workers: ChaosProcess[];
  readonly start: () => ChaosProcess;
  readonly clocks: Clocks;
  readonly watch: Watch;
  readonly desk: (...args: string[]) => ChaosProcess;
}

async function rage(stage: Stage): Promise<Hit[]> {
  const { sandbox, disk, options, random, workers, start, clocks, watch, desk } = stage;
  const { staleMs, worker: kind, seconds } = options;
  const hits: Hit[] = [];
  const resumeAt = new Map<ChaosProcess, number>();
  const began = performance.now();
  let nextHit = began + FIRST_HIT_MS;
  let nextStart = nextHit;
  let nextRequeue = began + REQUEUE_EVERY_MS;
  // On a slow machine the first hit takes its time.
  const isOver = (now: number): boolean =>
    now >= began + seconds * 1000 * (hits.length > 0 ? 1 : LONGEST_WAIT_FOR_A_HIT);
  for (let now = began; !isOver(now); now = performance.now()) {
    disk.tick(now);
    clocks.tick(now);
    watch.look(now);
    for (const [worker, at] of resumeAt) {
      if (now < at && !worker.over) continue;
      worker.resume();
      resumeAt.delete(worker);
    }
    const living = workers.filter((worker) => !worker.over);
    if (now >= nextStart && living.length < options.workers) {
      workers.push(start());
      nextStart = now + STARTS_EVERY_MS;
    }
    if (kind === 'cooperate' && now >= nextRequeue) {
      watch.desks.push(desk('requeue', path.relative(sandbox.dir, sandbox.schedule), '--lost', '--yes'));
      nextRequeue = now + REQUEUE_EVERY_MS;
    }
    if (kind === 'mutant' && ranTwice(sandbox)) break;
    if (now >= nextHit) {
      const made = strike(sandbox, living, random);
      // Nobody is there to aim at while a stopped one holds the lock.
      if (made) {
        nextHit = now + random.between(0.1, 1) * staleMs;
        hits.push(made);
        watch.follow(made);
        if (made.signal === 'SIGSTOP') resumeAt.set(made.worker, now + random.between(1.1, 2) * staleMs);
      }
    }
    await pause(1 + random.between(0, 3));
  }
  for (const worker of resumeAt.keys()) worker.resume();
  return hits;
}

/** Mostly at whoever holds the lock; now and then at anybody. */
function strike(sandbox: Sandbox, living: readonly ChaosProcess[], random: Random): Hit | undefined {
  const signal = random.next() < 0.35 ? 'SIGKILL' : 'SIGSTOP';
  if (random.next() < 0.9) return hitHolder(sandbox.schedule, living, signal, AIM_MS);
  const anybody = random.pick(living.filter((worker) => !worker.stopped));
  return anybody && hit(anybody, signal);
}

/** What was lost is put back and run, in peace; then `status` says what became of everything. */
async function settle(
  desk: (...args: string[]) => ChaosProcess,
  schedule: string,
  start: () => ChaosProcess,
): Promise<StormStatus> {
  for (let round = 0; round < 5; round++) {
    await allExits([desk('requeue', schedule, '--lost', '--yes')], QUIET_MS);
    await allExits([start(), start()], QUIET_MS);
    const asked = desk('status', schedule, '--json', '--entries', 'all');
    await allExits([asked], QUIET_MS);
    const status = JSON.parse(asked.output) as StormStatus;
    if (status.list.every(({ state }) => state === 'succeeded' || state === 'failed')) return status;
    if (round === 4) return status;
  }
  return EMPTY;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
