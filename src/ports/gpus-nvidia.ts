import type { Found, Gpu, Run } from './gpus.js';
import { ask, notUnderstood, toolFailed, type Said } from './gpus-tool.js';

const TOOL = 'nvidia-smi';
const FIELDS = 'index,uuid,name';
const INFOROM_CORRUPTED = 14;

interface Row extends Gpu {
  readonly uuid: string;
  /** As nvidia-smi spells it; undefined where the driver does not know of it. */
  readonly migMode: string | undefined;
}

/** The GPUs that nvidia-smi lists; one in MIG mode is its instances. */
export async function nvidiaGpus(run: Run): Promise<Found> {
  const rows = await queryRows(run);
  if ('trouble' in rows || !rows.gpus.some(mayHaveInstances)) return { ...rows, gpus: rows.gpus.map(asGpu) };
  const said = await ask(run, TOOL, ['-L']);
  if (said.is !== 'said')
    return { gpus: [], trouble: said.is === 'trouble' ? said.trouble : `${TOOL} is gone.` };
  const instances = migInstances(said.text);
  return {
    gpus: rows.gpus.flatMap((row) => {
      const own = instances.filter(({ mig }) => mig?.gpuUuid === row.uuid);
      // In MIG mode without an instance, nothing runs on it.
      return own.length > 0 || row.migMode === 'Enabled' ? own : [asGpu(row)];
    }),
  };
}

async function queryRows(run: Run): Promise<{ readonly gpus: readonly Row[]; readonly trouble?: string }> {
  const said = await query(run, `${FIELDS},mig.mode.current`);
  const older = said.is === 'trouble' && /not a valid field/i.test(said.trouble);
  return readRows(older ? await query(run, FIELDS) : said);
}

function query(run: Run, fields: string): Promise<Said> {
  return ask(run, TOOL, [`--query-gpu=${fields}`, '--format=csv,noheader,nounits']);
}

function readRows(said: Said): { readonly gpus: readonly Row[]; readonly trouble?: string } {
  if (said.is === 'missing') return { gpus: [] };
  if (/no devices were found/i.test(said.text)) return { gpus: [] };
  // The driver's own words come on stdout, with exit code 9, and from some versions with 0.
  const gpus = said.text.split('\n').flatMap(readRow);
  if (said.is === 'trouble' && !(said.exitCode === INFOROM_CORRUPTED && gpus.length > 0))
    return { gpus: [], trouble: said.trouble };
  if (gpus.length > 0 || said.text.trim() === '') return { gpus };
  const failed = /has failed because|failed to initialize/i.test(said.text);
  return { gpus, trouble: (failed ? toolFailed : notUnderstood)(TOOL, said.text) };
}

function readRow(line: string): Row[] {
  const [index = '', uuid = '', ...rest] = line.split(',').map((field) => field.trim());
  const [name = '', migMode] = rest;
  if (!/^\d+$/.test(index) || !/^GPU-[\w-]+$/.test(uuid)) return [];
  return [{ vendor: 'nvidia', index: Number(index), uuid, name, migMode }];
}

/** Where the mode may not be asked for, as in some containers, there may be instances all the same. */
function mayHaveInstances({ migMode }: Row): boolean {
  return migMode !== undefined && !/^(disabled|\[?(n\/a|not supported)\]?)$/i.test(migMode);
}

function asGpu({ migMode: _, ...gpu }: Row): Gpu {
  return gpu;
}

/** `nvidia-smi -L`: a line for each GPU, and below it one for each instance. */
function migInstances(listing: string): Gpu[] {
  const instances: Gpu[] = [];
  let whole = { index: 0, gpuUuid: '' };
  for (const line of listing.split('\n')) {
    const gpu = /^\s*GPU\s+(\d+):.*\(UUID:\s*(GPU-[^)\s]+)\)/.exec(line);
    if (gpu) whole = { index: Number(gpu[1]), gpuUuid: gpu[2] ?? '' };
    const instance = /^\s*MIG\s+(\S+)\s+Device\s+(\d+):\s*\(UUID:\s*(MIG-[^)\s]+)\)/.exec(line);
    if (!instance) continue;
    const [, profile, device, uuid = ''] = instance;
    const { index, gpuUuid } = whole;
    instances.push({
      ...{ vendor: 'nvidia', index, uuid, name: `MIG ${profile ?? ''}` },
      mig: { gpuUuid, device: Number(device) },
    });
  }
  return instances;
}
