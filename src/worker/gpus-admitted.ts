import type { Gpu } from '../ports/gpus.js';

/** A GPU with what names it to CUDA or ROCm. */
export interface Usable {
  readonly gpu: Gpu;
  readonly token: string;
}

/** What the environment leaves, in its order. */
export interface Admitted {
  readonly usable: readonly Usable[];
  /** The variable that hides the others, as `NAME=value`. */
  readonly by?: string;
}

type Env = Readonly<NodeJS.ProcessEnv>;
type Find = (id: string) => readonly Usable[];

/** What the user's environment, a container or Slurm leaves of all GPUs. */
export function admittedGpus(gpus: readonly Gpu[], env: Env): Admitted {
  return gpus[0]?.vendor === 'amd' ? amd(gpus, env) : nvidia(gpus, env);
}

/** The GPU of this UUID, or of the only one that begins so; all instances when it is that of a whole GPU. */
export function gpusByUuid(gpus: readonly Gpu[], id: string): readonly Gpu[] {
  if (!/^(GPU|MIG)-./.test(id)) return [];
  const uuids = new Set(gpus.flatMap(({ uuid, mig }) => [uuid ?? '', mig?.gpuUuid ?? '']));
  const meant = uuids.has(id) ? [id] : [...uuids].filter((uuid) => uuid.startsWith(id));
  return meant.length === 1
    ? gpus.filter(({ uuid, mig }) => uuid === meant[0] || mig?.gpuUuid === meant[0])
    : [];
}

function nvidia(gpus: readonly Gpu[], env: Env): Admitted {
  const { CUDA_VISIBLE_DEVICES: cuda, CUDA_DEVICE_ORDER: order } = env;
  // Its numbers are handed on as they are: in which order CUDA counts is then the environment's affair.
  if (cuda !== undefined)
    return {
      usable: listed(cuda, (id) =>
        isIndex(id) ? usable(withIndex(gpus, id), true) : usable(gpusByUuid(gpus, id), false),
      ),
      by: `CUDA_VISIBLE_DEVICES=${cuda}`,
    };
  const all = usable(gpus, !order || order === 'PCI_BUS_ID');
  return fromContainer(all, env) ?? fromSlurm(all, env) ?? { usable: all };
}

/** An index serves more programs than a UUID does, but CUDA knows a MIG instance by its UUID only. */
function usable(gpus: readonly Gpu[], byIndex: boolean): Usable[] {
  return gpus.map((gpu) => ({
    gpu,
    token: byIndex && !gpu.mig ? String(gpu.index) : (gpu.uuid ?? String(gpu.index)),
  }));
}

/** A privileged container sees more than it was given. Indices are the host's, and mean nothing in a container. */
function fromContainer(
  all: readonly Usable[],
  { NVIDIA_VISIBLE_DEVICES: given = '' }: Env,
): Admitted | undefined {
  const by = `NVIDIA_VISIBLE_DEVICES=${given}`;
  if (given === 'none' || given === 'void') return { usable: [], by };
  if (!given.split(',').every((id) => /^(GPU|MIG)-/.test(id.trim()))) return undefined;
  const gpus = all.map(({ gpu }) => gpu);
  return {
    usable: listed(given, (id) => {
      const meant = gpusByUuid(gpus, id);
      return all.filter(({ gpu }) => meant.includes(gpu));
    }),
    by,
  };
}

/** Slurm's own list counts all GPUs of the host: it says nothing where a cgroup hides the others already. */
function fromSlurm(all: readonly Usable[], env: Env): Admitted | undefined {
  const name = env['SLURM_STEP_GPUS'] ? 'SLURM_STEP_GPUS' : 'SLURM_JOB_GPUS';
  const ids = (env[name] ?? '').split(',');
  const indices = new Set(all.map(({ gpu }) => String(gpu.index)));
  if (ids.length >= indices.size || !ids.every((id) => indices.has(id))) return undefined;
  return { usable: all.filter(({ gpu }) => ids.includes(String(gpu.index))), by: `${name}=${env[name] ?? ''}` };
}

/** ROCr takes its choice first; HIP counts within what that leaves. */
function amd(gpus: readonly Gpu[], env: Env): Admitted {
  const { ROCR_VISIBLE_DEVICES: rocr } = env;
  const all = gpus
    .map((gpu) => ({ gpu, token: String(gpu.ordinal ?? gpu.index) }))
    .sort((a, b) => Number(a.token) - Number(b.token));
  const name = hipVariable(env);
  if (rocr === undefined && name === undefined) return fromSlurm(all, env) ?? { usable: all };
  const left = rocr === undefined ? all : listed(rocr, within(all));
  const hip = name && env[name];
  return {
    usable: hip === undefined ? left : listed(hip, within(left)),
    by: [
      ...(rocr === undefined ? [] : [`ROCR_VISIBLE_DEVICES=${rocr}`]),
      ...(name ? [`${name}=${hip ?? ''}`] : []),
    ].join(' '),
  };
}

/** Slurm writes the same list into all of them: there the second does not count within the first. */
function hipVariable(env: Env): string | undefined {
  const { ROCR_VISIBLE_DEVICES: rocr, CUDA_VISIBLE_DEVICES: cuda } = env;
  if (env['HIP_VISIBLE_DEVICES'] !== undefined) return 'HIP_VISIBLE_DEVICES';
  if (cuda !== undefined && cuda !== rocr) return 'CUDA_VISIBLE_DEVICES';
  return rocr === undefined && cuda === undefined && env['GPU_DEVICE_ORDINAL'] !== undefined
    ? 'GPU_DEVICE_ORDINAL'
    : undefined;
}

function within(some: readonly Usable[]): Find {
  return (id) => {
    if (isIndex(id)) return some.slice(Number(id), Number(id) + 1);
    const meant = gpusByUuid(
      some.map(({ gpu }) => gpu),
      id,
    );
    return some.filter(({ gpu }) => meant.includes(gpu));
  };
}

/** Up to the first that there is not, as CUDA and ROCm read it; none twice. */
function listed(list: string, find: Find): Usable[] {
  const found: Usable[] = [];
  for (const id of list.split(',')) {
    const next = find(id.trim());
    if (next.length === 0) break;
    found.push(...next.filter(({ gpu }) => !found.some((other) => other.gpu === gpu)));
  }
  return found;
}

function isIndex(id: string): boolean {
  return /^\d+$/.test(id);
}

function withIndex(gpus: readonly Gpu[], id: string): Gpu[] {
  return gpus.filter(({ index }) => index === Number(id));
}
