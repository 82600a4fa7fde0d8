import { Failure } from '../failure.js';
import type { Gpu } from '../ports/gpus.js';
import type { Usable } from './gpus-admitted.js';
import { chosenGpus, gpuEnvironment, labelOf } from './gpus.js';
import { planThreads } from './threads.js';

/** What the user asks for; what is left out is decided here. */
export interface SlotWishes {
  readonly jobs?: number | undefined;
  /** `all`, a number of GPUs, or a list of them. */
  readonly gpus?: string | undefined;
  readonly perGpu?: number | undefined;
  readonly gpusPerRun?: number | undefined;
  readonly threads?: number | undefined;
}

/** What the host has. */
export interface SlotMeans {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** That this process may use. */
  readonly cores: number;
  /** All that the tools list; asked for only when `gpus` is wished for. */
  readonly gpus: readonly Gpu[];
}

export interface SlotPlan {
  /** For each slot, what its runs have besides the worker's environment. */
  readonly slots: readonly Readonly<Record<string, string>>[];
  /** What was decided without being asked, to be told once. */
  readonly facts: readonly string[];
}

/** Divides a host among runs at the same time; wishes that cannot be met are a Failure. */
export function planSlots(wishes: SlotWishes, { env, cores, gpus }: SlotMeans): SlotPlan {
  const shares = wishes.gpus === undefined ? withoutGpus(wishes) : gpuShares(wishes, wishes.gpus, gpus, env);
  const threads = planThreads(wishes.threads, shares.length, cores, env);
  const slots = shares.map((own) => ({ ...threads.env, ...(own.length > 0 && gpuEnvironment(own, env)) }));
  const where = wishes.gpus === undefined ? '' : placed(shares);
  if (where === '' && threads.fact === undefined) return { slots, facts: [] };
  const count = shares.length === 1 ? '1 slot' : `${shares.length} slots`;
  return { slots, facts: [`${count}${where}${threads.fact === undefined ? '' : `; ${threads.fact}`}.`] };
}

/** The GPUs that slots were given, each once, as they are named to their runs; undefined where none were. */
export function gpusOf(slots: SlotPlan['slots']): string | undefined {
  // On AMD the other variable counts within this one.
  const given = slots.flatMap(
    ({ ROCR_VISIBLE_DEVICES: amd, CUDA_VISIBLE_DEVICES: nvidia }) => amd ?? nvidia ?? [],
  );
  const names = given.flatMap((list) => list.split(',')).filter((name) => name !== '');
  return names.length === 0 ? undefined : [...new Set(names)].join(',');
}

function withoutGpus({ jobs = 1, perGpu, gpusPerRun }: SlotWishes): readonly (readonly Usable[])[] {
  const given = perGpu !== undefined ? '--per-gpu' : gpusPerRun !== undefined ? '--gpus-per-run' : undefined;
  if (given !== undefined)
    throw usage(`${given} says nothing without --gpus.`, 'Say which GPUs to use, such as --gpus all.');
  return Array.from({ length: jobs }, () => []);
}

/** The GPUs of each slot. With fewer slots than there is room for, the GPUs fill evenly. */
function gpuShares(
  { jobs = Infinity, perGpu = 1, gpusPerRun = 1 }: SlotWishes,
  choice: string,
  gpus: readonly Gpu[],
  env: SlotMeans['env'],
): readonly (readonly Usable[])[] {
  if (perGpu > 1 && gpusPerRun > 1)
    throw usage(
      '--per-gpu and --gpus-per-run do not go together: one shares a GPU, the other gives several away.',
      'Give one of them.',
    );
  const chosen = chosenGpus(choice, gpus, env);
  if (chosen.length % gpusPerRun !== 0)
    throw usage(
      `--gpus-per-run ${gpusPerRun} does not divide the ${chosen.length === 1 ? 'one GPU' : `${chosen.length} GPUs`} to use.`,
      gpusPerRun > chosen.length
        ? `Give at most ${chosen.length}.`
        : `Choose with --gpus how many to use, such as ${chosen.length - (chosen.length % gpusPerRun)}.`,
    );
  const groups = Array.from({ length: chosen.length / gpusPerRun }, (_, group) =>
    chosen.slice(group * gpusPerRun, (group + 1) * gpusPerRun),
  );
  return Array.from({ length: perGpu }, () => groups)
    .flat()
    .slice(0, jobs);
}

function placed(shares: readonly (readonly Usable[])[]): string {
  const names = shares.map((own) => own.map(({ gpu }) => labelOf(gpu)).join('+'));
  const different = [...new Set(names)];
  const alone = different.length === 1 && shares[0]?.length === 1;
  const most = Math.ceil(names.length / different.length);
  const shared = most > 1 ? `, ${names.length % different.length === 0 ? '' : 'up to '}${most} on each` : '';
  return ` on GPU${alone ? '' : 's'} ${different.join(', ')}${shared}`;
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
