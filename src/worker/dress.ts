import type { Place } from './setup-paths.js';
import { containerName, removal, wrapped } from './container.js';
import type { Container } from './setup-container.js';

/** How an entry's command becomes what is run, where the two differ. */
export interface Dress {
  argv(run: DressedRun): readonly string[];
  /** What removes what a run leaves behind that was killed. */
  readonly removal: (run: DressedRun) => readonly string[] | undefined;
}

export interface DressedRun {
  readonly argv: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly worker: string;
  readonly entry: number;
  readonly attempt: number;
}

export interface ContainerPlace extends Place {
  readonly sidecar?: string;
  readonly binds: readonly string[];
  readonly user: { readonly uid: number; readonly gid: number };
  /** What the run gets as its input. */
  readonly stdin: 'none' | 'pipe' | 'terminal';
  /** Whose GPUs the host has. */
  readonly gpus: 'nvidia' | 'amd' | undefined;
  /** Variables that the runs need besides those that are known. */
  readonly pass: readonly string[];
}

/** Each run in a container of its own. */
export function inContainer(container: Container, place: ContainerPlace): Dress {
  const nameOf = ({ worker, entry, attempt }: DressedRun) => containerName(worker, entry, attempt);
  return {
    argv: (run) =>
      wrapped(container, run.argv, {
        ...place,
        env: run.env,
        name: nameOf(run),
      }),
    removal: (run) => removal(container, nameOf(run)),
  };
}
