type Env = Readonly<NodeJS.ProcessEnv>;

/**
 * What libraries read to decide how many threads to compute with; where they do not find it, they use all cores.
 * Of one line, those together: NumExpr fails when its first exceeds its second.
 */
const VARIABLES = [
  ['OMP_NUM_THREADS'],
  ['MKL_NUM_THREADS'],
  ['OPENBLAS_NUM_THREADS'],
  ['BLIS_NUM_THREADS'],
  ['VECLIB_MAXIMUM_THREADS'],
  ['NUMEXPR_NUM_THREADS', 'NUMEXPR_MAX_THREADS'],
  ['NUMBA_NUM_THREADS'],
  ['RAYON_NUM_THREADS'],
] as const;
const FIRST = 'OMP_NUM_THREADS';

export interface ThreadPlan {
  readonly env: Readonly<Record<string, string>>;
  /** The end of a sentence, where nobody asked for it. */
  readonly fact?: string;
}

/** So many threads for each run as were asked for; else its share of the cores, when it has to share them. */
export function planThreads(asked: number | undefined, slots: number, cores: number, env: Env): ThreadPlan {
  if (asked !== undefined) return { env: everyVariable(asked, () => true) };
  if (slots < 2) return { env: {} };
  const kept = env[FIRST];
  // The other libraries look there too, so whoever set it has spoken for all of them.
  if (kept) return { env: {}, fact: `${FIRST}=${kept} stays as your environment has it` };
  const share = Math.max(1, Math.floor(ownCores(cores, env) / slots));
  return {
    env: everyVariable(share, (group) => !group.some((name) => env[name])),
    fact: `each run gets ${share === 1 ? '1 thread' : `${share} threads`}: ${FIRST}=${share} and friends`,
  };
}

/** Where Slurm does not bind processes to cores, its variable is all there is. */
function ownCores(cores: number, { SLURM_CPUS_PER_TASK: given = '' }: Env): number {
  return /^[1-9]\d*$/.test(given) ? Math.min(cores, Number(given)) : cores;
}

function everyVariable(count: number, when: (group: readonly string[]) => boolean): Record<string, string> {
  const names = VARIABLES.filter(when).flat();
  return Object.fromEntries(names.map((name) => [name, String(count)]));
}
