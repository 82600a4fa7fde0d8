import type { Found, Gpu, Run } from './gpus.js';
import { ask, notUnderstood } from './gpus-tool.js';

/** A GPU as a tool lists it; ROCm's libraries number GPUs in the order of these nodes. */
interface Listed {
  readonly gpu: Gpu;
  readonly node: number | undefined;
}
type Fields = Readonly<Record<string, unknown>>;

/** The GPUs that amd-smi lists, or the older rocm-smi where that is missing or in trouble. */
export async function amdGpus(run: Run): Promise<Found> {
  const newer = await listed(run, 'amd-smi', ['list', '--json'], fromAmdSmi);
  if (newer.gpus.length > 0) return newer;
  const older = await listed(
    run,
    'rocm-smi',
    ['--showid', '--showuniqueid', '--showproductname', '--json'],
    fromRocmSmi,
  );
  if (older.gpus.length > 0 || newer.trouble === undefined) return older;
  return newer;
}

async function listed(
  run: Run,
  tool: string,
  args: readonly string[],
  read: (value: unknown) => Listed[] | undefined,
): Promise<Found> {
  const said = await ask(run, tool, args);
  if (said.is === 'missing') return { gpus: [] };
  if (said.is === 'trouble') return { gpus: [], trouble: said.trouble };
  if (said.text.trim() === '' || /no json data|no (amd )?(gpu|device)s?\b/i.test(said.text))
    return { gpus: [] };
  const found = read(jsonIn(said.text));
  return found ? { gpus: numbered(found) } : { gpus: [], trouble: notUnderstood(tool, said.text) };
}

/** Warnings may stand before and after it. */
function jsonIn(text: string): unknown {
  const value = /^[[{][\s\S]*[\]}]/m.exec(text)?.[0] ?? '';
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** A list with an object for each GPU, in later versions under a name. */
function fromAmdSmi(value: unknown): Listed[] | undefined {
  const list = isFields(value) ? value['gpu_data'] : value;
  if (!Array.isArray(list)) return undefined;
  const found = list.filter(isFields).flatMap((fields): Listed[] => {
    const index = numberIn(fields['gpu']);
    const uuid = uuidOfAmdSmi(fields['uuid']);
    if (index === undefined) return [];
    return [{ gpu: { vendor: 'amd', index, ...(uuid && { uuid }) }, node: numberIn(fields['node_id']) }];
  });
  return found.length === list.length ? found : undefined;
}

/** An object with a member for each GPU, such as `card0`. */
function fromRocmSmi(value: unknown): Listed[] | undefined {
  if (!isFields(value)) return undefined;
  return Object.entries(value).flatMap(([card, fields]): Listed[] => {
    const number = /^card(\d+)$/.exec(card)?.[1];
    if (number === undefined || !isFields(fields)) return [];
    const name = fields['Card Series'] ?? fields['Card series'];
    const id = /^0x([0-9a-f]{1,16})$/i.exec(String(fields['Unique ID']))?.[1];
    const gpu: Gpu = {
      ...{ vendor: 'amd', index: Number(number) },
      ...(id && Number.parseInt(id, 16) > 0 && { uuid: `GPU-${id.toLowerCase().padStart(16, '0')}` }),
      ...(typeof name === 'string' && { name }),
    };
    return [{ gpu, node: numberIn(fields['Node ID']) }];
  });
}

function numbered(found: readonly Listed[]): Gpu[] {
  const nodes = found.map(({ node }) => node);
  const known = !nodes.includes(undefined) && new Set(nodes).size === nodes.length;
  const place = ({ gpu, node }: Listed): number => (known && node !== undefined ? node : gpu.index);
  return [...found]
    .sort((a, b) => place(a) - place(b))
    .map(({ gpu }, ordinal) => ({ ...gpu, ordinal }))
    .sort((a, b) => a.index - b.index);
}

/** Its UUID has the serial number of the chip, of which ROCm makes its own UUID, spread over it. */
function uuidOfAmdSmi(uuid: unknown): string | undefined {
  const parts = /^(..)[0-9a-f]{6}-[0-9a-f]{4}-[0-9a-f]{4}-..([0-9a-f]{2})-([0-9a-f]{12})$/i.exec(String(uuid));
  const serial = parts?.slice(1).join('').toLowerCase();
  return serial !== undefined && Number.parseInt(serial.slice(2), 16) > 0 ? `GPU-${serial}` : undefined;
}

function numberIn(value: unknown): number | undefined {
  return /^\d+$/.test(String(value)) ? Number(value) : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
