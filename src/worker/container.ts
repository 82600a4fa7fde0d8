import { mountsOf, type Mount } from './setup-mounts.js';
import type { Container } from './setup-container.js';
import type { Place } from './setup-paths.js';

export interface ContainerFacts extends Place {
  /** Absent before there is one. */
  readonly sidecar?: string;
  /** What --bind asks for: SRC[:DST[:ro]]. */
  readonly binds: readonly string[];
  /** What the run would have without a container. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** What the container is called, where that tool's containers have names. */
  readonly name: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** Whose GPUs this host has; without it, what the environment hands out tells. */
  readonly gpus?: 'nvidia' | 'amd' | undefined;
  /** What --inherit hands over. */
  readonly stdin?: 'none' | 'pipe' | 'terminal';
  /** Further variables that the run needs. */
  readonly pass?: readonly string[];
}

/** The argv that runs an entry's argv inside. */
export function wrapped(
  container: Container,
  argv: readonly string[],
  facts: ContainerFacts,
): readonly string[] {
  const mounts = mountsOf(container.tool, facts);
  switch (container.tool) {
    case 'apptainer':
    case 'singularity':
      return inApptainer(container, argv, facts, mounts);
    case 'docker':
    case 'podman':
      return inDocker(container, container.tool, argv, facts, mounts);
    case 'ch-run':
      return inCharliecloud(container, argv, facts, mounts);
  }
}

/**
 * What removes the container of a run whose client was killed; undefined where killing it leaves none. SIGTERM and
 * SIGINT reach the command through the client, but after SIGKILL a docker or podman container goes on by itself.
 */
export function removal({ tool, start }: Container, name: string): readonly string[] | undefined {
  return tool === 'docker' || tool === 'podman' ? [...start.slice(0, -1), 'rm', '--force', name] : undefined;
}

/** One a run: entries of a schedule, their attempts and its workers each have their own. */
export function containerName(worker: string, entry: number, attempt: number): string {
  return `cooperate-${worker}-${entry}-${attempt}`;
}

/** Commas and colons would end a path in the short form. */
function inApptainer(
  { start, options, image }: Container,
  argv: readonly string[],
  facts: ContainerFacts,
  mounts: readonly Mount[],
): readonly string[] {
  const gpus = { nvidia: ['--nv'], amd: ['--rocm'], none: [] }[vendor(facts)];
  const binds = mounts.flatMap((mount) => {
    const { from, to, readOnly } = mount;
    if (/[:,]/.test(from + to)) return ['--mount', asMount(mount, 'ro')];
    return ['--bind', `${from}:${to}${readOnly ? ':ro' : ''}`];
  });
  return [...start, ...gpus, ...binds, '--pwd', facts.directory, ...options, image, ...argv];
}

/** Its variables are the run's, and it needs no flag for GPUs: they are there, and the image has the libraries. */
function inCharliecloud(
  { start, options, image }: Container,
  argv: readonly string[],
  { directory }: ContainerFacts,
  mounts: readonly Mount[],
): readonly string[] {
  const binds = mounts.flatMap(({ from, to }) => ['--bind', `${from}:${to}`]);
  return [...start, ...binds, '--cd', directory, ...options, image, '--', ...argv];
}

/**
 * An init, or else a command would be process 1 and not feel SIGTERM; the host's shared memory, of which data loaders
 * need more than 64 MB; no SELinux labels, which would have to be written onto the user's files.
 */
function inDocker(
  { start, options, image }: Container,
  tool: 'docker' | 'podman',
  argv: readonly string[],
  facts: ContainerFacts,
  mounts: readonly Mount[],
): readonly string[] {
  return [
    ...start,
    ...['--rm', '--init', '--name', facts.name],
    // Or removing it would wait ten seconds more for a command that has had its time to end.
    ...(tool === 'podman' ? ['--stop-timeout', '0'] : []),
    ...{ none: [], pipe: ['-i'], terminal: ['-i', '-t'] }[facts.stdin ?? 'none'],
    ...userFlags(tool, facts),
    ...['--ipc', 'host', '--security-opt', 'label=disable'],
    ...mounts.flatMap((mount) => ['--mount', asMount(mount, 'readonly')]),
    ...['-w', facts.directory],
    ...gpuFlags(tool, facts),
    ...variableFlags(facts),
    ...options,
    image,
    ...argv,
  ];
}

/** Comma-separated values, in which quotes are doubled. */
function asMount({ from, to, readOnly }: Mount, flag: string): string {
  const fields = ['type=bind', `src=${from}`, `dst=${to}`, ...(readOnly ? [flag] : [])];
  return fields.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',');
}

/** Files that an entry writes belong to who started the worker. */
function userFlags(tool: 'docker' | 'podman', { user: { uid, gid }, env }: ContainerFacts): string[] {
  // To a docker without root, its user is already root inside.
  const isRootless = tool === 'docker' && /\/run\/user\/|\/\.docker\//.test(env['DOCKER_HOST'] ?? '');
  if (isRootless) return ['-u', '0:0'];
  const flags = ['-u', `${uid}:${gid}`];
  if (uid === 0) return flags;
  // The image knows nothing of that user, whose home would be the root directory.
  return [...(tool === 'podman' ? ['--userns', 'keep-id'] : []), ...flags, '-e', 'HOME=/tmp'];
}

function vendor({ gpus, env }: ContainerFacts): 'nvidia' | 'amd' | 'none' {
  const visible = env['CUDA_VISIBLE_DEVICES'];
  const amd = env['ROCR_VISIBLE_DEVICES'] ?? env['HIP_VISIBLE_DEVICES'];
  if (gpus === 'amd' || (gpus === undefined && amd)) return isNone(amd) ? 'none' : 'amd';
  if (gpus === undefined && visible === undefined) return 'none';
  return isNone(visible) ? 'none' : 'nvidia';
}

function isNone(visible: string | undefined): boolean {
  return visible !== undefined && /^(-1.*|none|void|NoDevFiles|)$/.test(visible.trim());
}

function gpuFlags(tool: 'docker' | 'podman', facts: ContainerFacts): string[] {
  const whose = vendor(facts);
  if (whose === 'none') return [];
  if (whose === 'amd') {
    const groups = tool === 'podman' ? 'keep-groups' : 'video';
    return ['--device', '/dev/kfd', '--device', '/dev/dri', '--group-add', groups];
  }
  const handed = handedOut(facts);
  if (tool === 'podman') return (handed ?? ['all']).flatMap((gpu) => ['--device', `nvidia.com/gpu=${gpu}`]);
  // In quotes of its own: docker takes a comma for the next setting.
  return ['--gpus', handed ? `"device=${handed.join(',')}"` : 'all'];
}

function handedOut({ env }: ContainerFacts): readonly string[] | undefined {
  return env['CUDA_VISIBLE_DEVICES']?.split(',').map((gpu) => gpu.trim());
}

const PASSED =
  /^(COOPERATE_|CUDA_(?!VISIBLE_DEVICES$)|(ROCR|HIP)_VISIBLE_DEVICES$|PYTHONUNBUFFERED$)|_(NUM|MAXIMUM|MAX)_THREADS$/;

/** By name alone: a value on the command line can be read by everybody on the host. */
function variableFlags(facts: ContainerFacts): string[] {
  const names = Object.keys(facts.env).filter((name) => PASSED.test(name) || facts.pass?.includes(name));
  return [...[...visibleInside(facts), ...names].flatMap((variable) => ['-e', variable])];
}

/** GPUs handed to a container are counted from 0 in it; those named by an identity keep it. */
function visibleInside(facts: ContainerFacts): string[] {
  const handed = handedOut(facts);
  if (!handed) return [];
  const numbers = handed.every((gpu) => /^\d+$/.test(gpu)) && vendor(facts) === 'nvidia';
  return [
    numbers ? `CUDA_VISIBLE_DEVICES=${handed.map((_, index) => index).join(',')}` : 'CUDA_VISIBLE_DEVICES',
  ];
}
