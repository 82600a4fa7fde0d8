/** A GPU as a fake nvidia-smi lists it; `mig`, the profiles of its instances, puts it into MIG mode. */
interface FakeGpu {
  readonly name?: string;
  readonly mig?: readonly string[];
}

export const gpuUuid = (index: number): string => `GPU-${index}1111111-2222-3333-4444-555555555555`;
export const migUuid = (index: number, device: number): string =>
  `MIG-${index}${device}aaaaaa-bbbb-5ccc-8ddd-eeeeeeeeeeee`;

/** So many alike. */
export const fakeGpus = (count: number): FakeGpu[] => Array.from({ length: count }, () => ({}));

/** A shell script in the place of nvidia-smi; without GPUs it says so, as that does. */
export function nvidiaSmi(gpus: readonly FakeGpu[]): string {
  if (gpus.length === 0) return "echo 'No devices were found'; exit 6";
  const rows = gpus.map(
    ({ name = 'NVIDIA A100-SXM4-40GB', mig }, index) =>
      `${index}, ${gpuUuid(index)}, ${name}, ${mig ? 'Enabled' : 'Disabled'}`,
  );
  const list = gpus.flatMap(({ name = 'NVIDIA A100-SXM4-40GB', mig = [] }, index) => [
    `GPU ${index}: ${name} (UUID: ${gpuUuid(index)})`,
    ...mig.map(
      (profile, device) =>
        `  MIG ${profile.padEnd(11)} Device ${String(device).padStart(2)}: (UUID: ${migUuid(index, device)})`,
    ),
  ]);
  return `case "$*" in
    '--query-gpu=index,uuid,name,mig.mode.current --format=csv,noheader,nounits') ${printed(rows)} ;;
    -L) ${printed(list)} ;;
    *) echo "Invalid combination of input arguments: $*"; exit 2 ;;
  esac`;
}

/** In the place of `amd-smi list --json`: the GPUs, each with the node it is, where that is known. */
export function amdSmi(nodes: readonly (number | undefined)[]): string {
  const list = nodes.map((node, gpu) => ({
    gpu,
    bdf: `0000:0${gpu}:00.0`,
    uuid: `0${gpu}ff74a2-0000-1000-8025-447e39149eba`,
    kfd_id: 40_000 + gpu,
    ...(node === undefined ? {} : { node_id: node }),
    partition_id: 0,
  }));
  return `[ "$*" = 'list --json' ] || exit 1; ${printed(JSON.stringify(list, null, 4).split('\n'))}`;
}

/** In the place of rocm-smi, which warns on stdout before it answers. */
export function rocmSmi(count: number): string {
  const cards = Array.from({ length: count }, (_, card) => [
    `card${card}`,
    { 'Device ID': '0x740c', 'Unique ID': `0x${card}25447e39149eba`, 'Card Series': 'AMD INSTINCT MI250' },
  ]);
  const answer = [JSON.stringify({ ...Object.fromEntries(cards), system: { 'Driver version': '6.2.4' } })];
  const warning = 'WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status';
  return printed(count === 0 ? ['WARNING: No JSON data to report'] : [warning, '', ...answer]);
}

function printed(lines: readonly string[]): string {
  return `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')}`;
}
