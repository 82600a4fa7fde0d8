import { Failure } from '../failure.js';
import type { Gpu } from '../ports/gpus.js';
import { admittedGpus, gpusByUuid, type Admitted, type Usable } from './gpus-admitted.js';

type Env = Readonly<NodeJS.ProcessEnv>;

/** The GPUs that `--gpus` names, of those that the environment leaves: `all`, a number of them, or a list. */
export function chosenGpus(choice: string, gpus: readonly Gpu[], env: Env): readonly Usable[] {
  const admitted = admittedGpus(gpus, env);
  const { usable } = admitted;
  if (usable.length === 0) throw noGpu(gpus, admitted);
  const wanted = choice.trim();
  if (wanted === 'all') return usable;
  if (/^\d+$/.test(wanted)) return soMany(Number(wanted), gpus, admitted);
  return fromList(wanted.replace(/,$/, ''), gpus, admitted);
}

/** How nvidia-smi and rocm-smi call it, with the number of the instance behind: `0`, `0:1`. */
export function labelOf({ index, mig }: Gpu): string {
  return mig ? `${index}:${mig.device}` : String(index);
}

/** What the runs of a slot get to see of these GPUs, and nothing of the others. */
export function gpuEnvironment(own: readonly Usable[], env: Env): Record<string, string> {
  const tokens = own.map(({ token }) => token).join(',');
  if (own[0]?.gpu.vendor === 'amd') return amdEnvironment(tokens, own.length, env);
  const { CUDA_VISIBLE_DEVICES: restricted, CUDA_DEVICE_ORDER: order } = env;
  const likeNvidiaSmi = restricted === undefined && !order && own.some(({ token }) => /^\d+$/.test(token));
  return { CUDA_VISIBLE_DEVICES: tokens, ...(likeNvidiaSmi && { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }) };
}

/** HIP counts within what ROCr leaves, and so do these others, which would choose once more where they are set. */
function amdEnvironment(tokens: string, count: number, env: Env): Record<string, string> {
  const counted = Array.from({ length: count }, (_, index) => index).join(',');
  const own: Record<string, string> = { ROCR_VISIBLE_DEVICES: tokens, HIP_VISIBLE_DEVICES: counted };
  for (const name of ['CUDA_VISIBLE_DEVICES', 'GPU_DEVICE_ORDINAL'])
    if (env[name] !== undefined) own[name] = counted;
  return own;
}

function soMany(count: number, gpus: readonly Gpu[], { usable, by }: Admitted): readonly Usable[] {
  if (count >= 1 && count <= usable.length) return usable.slice(0, count);
  const meantOne = usable.some(({ gpu }) => gpu.index === count)
    ? `; for GPU ${count} alone, write --gpus '${count},'`
    : '';
  if (count === 0)
    throw usage('--gpus 0 asks for no GPU at all.', `Leave it out to run without GPUs${meantOne}.`);
  const there = by ? `${by} leaves ${usable.length} of ${gpus.length}` : `this host has ${usable.length}`;
  throw usage(
    `--gpus ${count} asks for ${count} GPUs, but ${there}.`,
    `Give at most ${usable.length}${meantOne}.`,
  );
}

function fromList(list: string, gpus: readonly Gpu[], admitted: Admitted): readonly Usable[] {
  const chosen: Usable[] = [];
  for (const id of list.split(',').map((part) => part.trim())) {
    const meant = meantBy(id, gpus);
    if (meant.length === 0) throw unknown(id, gpus);
    const found = admitted.usable.filter(({ gpu }) => meant.includes(gpu));
    if (found.length === 0)
      throw usage(
        `${admitted.by ?? 'The environment'} hides GPU ${id}.`,
        `Choose from ${labels(admitted.usable)}.`,
      );
    if (found.some((one) => chosen.includes(one)))
      throw usage(
        `--gpus ${list} names GPU ${id} twice.`,
        'To run several entries on each GPU, use --per-gpu.',
      );
    chosen.push(...found);
  }
  return chosen;
}

function meantBy(id: string, gpus: readonly Gpu[]): readonly Gpu[] {
  if (/^\d+$/.test(id)) return gpus.filter(({ index }) => index === Number(id));
  const [, index, device] = /^(\d+):(\d+)$/.exec(id) ?? [];
  if (device === undefined) return gpusByUuid(gpus, id);
  return gpus.filter((gpu) => gpu.index === Number(index) && gpu.mig?.device === Number(device));
}

function unknown(id: string, gpus: readonly Gpu[]): Failure {
  if (/^\d+(:\d+)?$/.test(id) || /^(GPU|MIG)-./.test(id)) {
    const several =
      gpus.filter(({ uuid, mig }) => uuid?.startsWith(id) || mig?.gpuUuid.startsWith(id)).length > 1;
    return usage(
      several ? `Several GPUs have a UUID that begins with ${id}.` : `There is no GPU ${id} on this host.`,
      several ? 'Write more of it.' : `Choose from ${gpus.map(labelOf).join(', ')}.`,
    );
  }
  return usage(
    `--gpus does not understand '${id}'.`,
    "Write all, a number of GPUs, or a list such as 0,2 or '0,'.",
  );
}

function noGpu(gpus: readonly Gpu[], { by }: Admitted): Failure {
  if (gpus.length === 0 || by === undefined)
    return usage(
      'There is no GPU on this host: nvidia-smi, amd-smi and rocm-smi are not there or list none.',
      'Use -j to run several entries at once without GPUs.',
    );
  return usage(
    `${by} hides ${gpus.length === 1 ? 'the only GPU' : `all ${gpus.length} GPUs`} of this host.`,
    'Unset it, or ask the queue for GPUs.',
  );
}

function labels(usable: readonly Usable[]): string {
  return usable.map(({ gpu }) => labelOf(gpu)).join(', ');
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
