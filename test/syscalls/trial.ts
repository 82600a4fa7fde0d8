import { Bed, type Program } from './bed.js';
import { atOnce, finish, type Findings } from './judge.js';
import { runProcess, type Ended } from './process.js';
import { callsIn, onWhat, ONE_POOL_THREAD, type Point } from './recording.js';

/** An errno, or the end of the worker before that call has happened, which is after the one before it. */
export type Fault = 'kill' | (typeof ERRNOS)[number];

export const ERRNOS = ['EIO', 'ENOSPC', 'EDQUOT', 'ESTALE', 'EACCES', 'ENOENT', 'EINTR'] as const;

export interface Trial {
  readonly point: Point;
  readonly fault: Fault;
  /** How many calls of that name in a row fail; 1 where it is not said. */
  readonly times?: number;
}

export interface Outcome extends Trial, Findings {
  /** On what the call was that was struck; undefined where none was. */
  readonly hit: string | undefined;
  /** What the worker that was struck has said, and those after it. */
  readonly said: string;
}

/** More calls of a kind than any other thread or process makes. */
const WARM_UPS = 600;
/** Those that each warm-up makes. */
const CALLS_EACH: Readonly<Record<string, number>> = { getdents64: 2 };
const LIMIT_MS = 40_000;

/** Calls that overlap come in another order at times, and a few are made only when others took long. */
const NEARBY = [1, -1, 2, -2, 0];

/** Strikes that very call; where another was struck, what came of it counts all the same when it is a defect. */
export async function strike(program: Program, trial: Trial): Promise<Outcome> {
  const { point } = trial;
  let outcome = await strikeOnce(program, trial);
  for (const shift of NEARBY) {
    if (outcome.hit === point.on || outcome.ending === 'broken') break;
    outcome = await strikeOnce(program, { ...trial, point: { ...point, n: Math.max(1, point.n + shift) } });
  }
  return { ...outcome, point };
}

/** Strikes one call of a worker, looks at what is there then, and has the schedule finished. */
async function strikeOnce(program: Program, { point, fault, times = 1 }: Trial): Promise<Outcome> {
  const bed = new Bed();
  try {
    const { thread, call, n } = point;
    const nth = WARM_UPS * (CALLS_EACH[call] ?? 1) + n;
    const how = fault === 'kill' ? 'signal=KILL' : `error=${fault}`;
    const when = times > 1 ? `${nth}..${nth + times - 1}` : String(nth);
    // The kernel's filter makes it fast, and keeps strace from killing.
    const filter = fault === 'kill' ? [] : ['--seccomp-bpf'];
    const strace = ['-f', '-y', '-qq', ...filter, '-o', bed.log, '-e', `trace=${call}`];
    const inject = ['-e', `inject=${call}:${how}:when=${when}`];
    const worker = [process.execPath, program.script, 'run', 's.json'];
    const env = {
      ...ONE_POOL_THREAD,
      NODE_OPTIONS: `--import=${program.warmUp}`,
      SYSCALLS_WARM: `${thread} ${call} ${WARM_UPS}`,
    };
    const ended = await runProcess(['strace', ...strace, ...inject, ...worker], bed.dir, env, LIMIT_MS);
    const hit = whatWasHit(bed, call, nth, ended, fault);
    const struck = await atOnce(bed, ended, fault === 'kill');
    const rest = await finish(bed, program, struck);
    return { point, fault, hit, ...rest, said: [ended.said, ...rest.said].join('\n--\n') };
  } finally {
    bed.remove();
  }
}

/** By its number: strace marks the errors that it makes, and not the calls at which it kills. */
function whatWasHit(bed: Bed, call: string, nth: number, ended: Ended, fault: Fault): string | undefined {
  const isStruck = fault === 'kill' ? ended.signal === 'SIGKILL' : bed.logText().includes('(INJECTED)');
  if (!isStruck) return undefined;
  const counts = new Map<number, number>();
  const struck = callsIn(bed.log).find((entered) => {
    if (entered.call !== call) return false;
    const count = (counts.get(entered.pid) ?? 0) + 1;
    counts.set(entered.pid, count);
    return count === nth;
  });
  return struck && onWhat(struck.args, bed.dir);
}
