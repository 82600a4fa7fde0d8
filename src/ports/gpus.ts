import { Failure } from '../failure.js';
import { runCommand, type CommandResult } from './command.js';
import { amdGpus } from './gpus-amd.js';
import { nvidiaGpus } from './gpus-nvidia.js';

/** What a run can have for itself: a GPU, or a MIG instance of one. */
export interface Gpu {
  readonly vendor: 'nvidia' | 'amd';
  /** As the vendor's tool numbers it; that of the whole GPU for a MIG instance. */
  readonly index: number;
  /** As CUDA or ROCm spells it; AMD's older cards have none. */
  readonly uuid?: string;
  readonly name?: string;
  readonly mig?: { readonly gpuUuid: string; readonly device: number };
  /** AMD: as ROCm's libraries number it, which is not always how the tools do. */
  readonly ordinal?: number;
}

export type Run = (file: string, args: readonly string[], timeoutMs: number) => Promise<CommandResult>;

/** What a vendor's tools found; `trouble` is why they may have missed some, in their own words. */
export interface Found {
  readonly gpus: readonly Gpu[];
  readonly trouble?: string;
}

/** The GPUs this host's tools list, whatever the environment restricts. A Failure when a tool is there and fails. */
export async function visibleGpus(run: Run = runCommand): Promise<readonly Gpu[]> {
  const nvidia = await nvidiaGpus(run);
  if (nvidia.gpus.length > 0) return nvidia.gpus;
  const amd = await amdGpus(run);
  if (amd.gpus.length > 0) return amd.gpus;
  const problem = nvidia.trouble ?? amd.trouble;
  if (problem === undefined) return [];
  throw new Failure({
    reason: 'usage',
    problem,
    remedy: 'Mend that first, or run without --gpus.',
  });
}
