import { readFileSync } from 'node:fs';
import { Bed, type Program } from './bed.js';
import { runProcess } from './process.js';

/** One call of a worker into the kernel about the schedule, its sidecar, its lock or a file beside it. */
export interface Point {
  readonly thread: 'main' | 'pool';
  readonly call: string;
  /** Which of that thread's calls of that name it is, from 1. */
  readonly n: number;
  /** On what, without what differs from run to run. */
  readonly on: string;
}

/** As strace reports them: one thread makes all asynchronous calls, and none goes by a ring. */
export const ONE_POOL_THREAD = { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

const LIMIT_MS = 60_000;

/** All calls of a worker that nobody disturbs, in order. */
export async function record(program: Program): Promise<Point[]> {
  const bed = new Bed();
  try {
    const strace = ['strace', '-f', '-y', '-qq', '-o', bed.log, '-e', 'trace=%file,%desc'] as const;
    const env = { ...ONE_POOL_THREAD, NODE_OPTIONS: `--import=${program.warmUp}` };
    const worker = [process.execPath, program.script, 'run', 's.json'];
    const { code, said } = await runProcess([...strace, ...worker], bed.dir, env, LIMIT_MS);
    if (code !== 0) throw new Error(`the recording ended with ${code}: ${said}`);
    return pointsIn(callsIn(bed.log), bed.dir);
  } finally {
    bed.remove();
  }
}

/** A call as it was entered. */
export interface Entered {
  readonly pid: number;
  readonly call: string;
  readonly args: string;
}

export function callsIn(log: string): Entered[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, pid, call, args] = /^(\d+) +(\w+)\((.*)/.exec(line) ?? [];
      return pid !== undefined && call !== undefined && args !== undefined
        ? [{ pid: Number(pid), call, args }]
        : [];
    });
}

/** Files of the worker's that an entry uses, too, are not counted: only the worker's two threads are. */
function pointsIn(calls: readonly Entered[], dir: string): Point[] {
  const main = calls[0]?.pid;
  const pool = calls.find(({ pid, args }) => pid !== main && onWhat(args, dir) !== undefined)?.pid;
  const counts = new Map<string, number>();
  return calls.flatMap(({ pid, call, args }) => {
    if (pid !== main && pid !== pool) return [];
    const thread = pid === main ? 'main' : 'pool';
    const n = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, n);
    const on = onWhat(args, dir);
    return on === undefined || !isOurs(call, on) ? [] : [{ thread, call, n, on }];
  });
}

/** The folder itself is opened to be synced, and looked up by whoever asks where it is. */
function isOurs(call: string, on: string): boolean {
  return on.includes('s.json') || (on === '.' && call !== 'getcwd');
}

/** The paths of the folder and in it, of names and of descriptors; undefined where there is none. */
export function onWhat(args: string, dir: string): string | undefined {
  const paths = args.replaceAll(/AT_FDCWD<[^>]*>/g, '').match(new RegExp(`${dir}(/[^">]+)?(?=[">])`, 'g'));
  if (!paths) return undefined;
  // A call that ended at once shows its new descriptor, too.
  const names = new Set(paths.map((path) => path.slice(dir.length + 1) || '.'));
  return [...names]
    .join(' -> ')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/[\w-]+-\d+-[0-9a-f]{6}/g, 'WORKER');
}
