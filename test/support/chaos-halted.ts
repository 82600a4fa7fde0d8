import { readFileSync } from 'node:fs';
import { gather, startedWithoutEnd, type Evidence } from './chaos-evidence.js';
import { allExits, ChaosProcess, until } from './chaos-process.js';
import { Sandbox } from './chaos-sandbox.js';

const HALT_AT = new URL('../chaos/halt-at.js', import.meta.url).href;
const PATIENCE_MS = 15_000;

/** The steps of a worker, as `halt-at.js` names them. */
export const STEP = {
  beat: /^open heartbeats/,
  lock: /^rename .*exp\.json\.lock$/,
  claim: /^link \S+ \S+\.\d+\.\d+$/,
  temporary: /^open \S+\.new$/,
  stillMine: /^rename exp\.json\.lock\S+ exp\.json\.lock/,
  replace: /^rename \S+\.new \S+exp\.json$/,
  head: /^rename head/,
  release: /^rename exp\.json\.lock\S+ (?!exp\.json\.lock)/,
  start: /^link \S+ \S+\.start$/,
  requeued: /^link \S+ \S+\.requeued$/,
  spawn: /^spawn$/,
  spawned: /^spawned$/,
  leave: /^unlink heartbeats/,
} as const;

/** Right before the `nth` step whose name matches. */
export interface Halt {
  readonly signal: 'SIGSTOP' | 'SIGKILL';
  readonly step: RegExp;
  readonly nth: number;
}

export interface Trial {
  /** Killed there before the others begin, leaving something to recover. */
  readonly before?: Halt;
  /** The worker that is halted; a stopped one is resumed when its peer is done, and may be halted once more. */
  readonly halts: readonly Halt[];
  readonly staleMs: number;
  /** What happens while it is halted, in place of a peer that works on. */
  readonly meanwhile?: (sandbox: Sandbox) => void;
  /** How long any worker may take. */
  readonly patienceMs?: number;
}

export interface Outcome {
  readonly evidence: Evidence;
  readonly halted: boolean;
  /** Entries without a mark when the halted worker was gone, before a last worker came. */
  readonly pendingBefore: number;
  /** What the peer and, after all, the last worker said. */
  readonly peer: string;
  readonly last: string;
  /** Claims begun and never ended. */
  readonly lost: readonly string[];
  readonly peerMs: number;
}

const ENTRIES = ['e0', 'e1', 'e2'].map((name) => ['sh', 'entry.sh', name, '0']);

/** One worker is halted at an exact step, a peer works on beside it, and a last one looks after what is left. */
export async function tryHalting(trial: Trial): Promise<Outcome> {
  const { before, halts, staleMs, meanwhile, patienceMs = PATIENCE_MS } = trial;
  const sandbox = new Sandbox(ENTRIES);
  try {
    if (before) await allExits([startHalted(sandbox, [before], staleMs)], patienceMs);
    const victim = startHalted(sandbox, halts, staleMs);
    await until('the worker is halted or done', patienceMs, () => victim.over || isStopped(victim.pid));
    const stopped = isStopped(victim.pid);
    const began = performance.now();
    const peer = meanwhile ? undefined : startHalted(sandbox, [], staleMs);
    meanwhile?.(sandbox);
    if (peer) await allExits([peer], patienceMs);
    const peerMs = performance.now() - began;
    if (stopped) victim.resume();
    const [exit] = await allExits([victim], patienceMs);
    const pendingBefore = gather(sandbox).pending;
    const last = startHalted(sandbox, [], staleMs);
    await allExits([last], patienceMs);
    await until('all entries are over', patienceMs, () => sandbox.processes().length === 0);
    const evidence = gather(sandbox);
    return {
      ...{ evidence, pendingBefore, peerMs, last: last.output, peer: peer?.output ?? '' },
      halted: stopped || exit?.signal === 'SIGKILL',
      lost: startedWithoutEnd(evidence),
    };
  } finally {
    sandbox.remove();
  }
}

/** The names of all steps of a worker that nobody disturbs. */
export async function traceSteps(): Promise<string[]> {
  const sandbox = new Sandbox(ENTRIES);
  try {
    const trace = `${sandbox.dir}/trace`;
    await allExits([startHalted(sandbox, [], 2000, { CHAOS_TRACE: trace })], PATIENCE_MS);
    return readFileSync(trace, 'utf8').trimEnd().split('\n');
  } finally {
    sandbox.remove();
  }
}

function startHalted(
  sandbox: Sandbox,
  halts: readonly Halt[],
  staleMs: number,
  more: NodeJS.ProcessEnv = {},
): ChaosProcess {
  return new ChaosProcess(sandbox.program, ['--run', 'exp.json'], sandbox.dir, {
    NODE_OPTIONS: `--import=${HALT_AT}`,
    CHAOS_HALT: halts.map(({ signal, nth, step }) => `${signal} ${nth} ${step.source}`).join('\n'),
    COOPERATE_STALE_MS: String(staleMs),
    ...more,
  });
}

function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}
