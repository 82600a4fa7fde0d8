import { randomUUID } from 'node:crypto';
import { errorCode, type FileSystem } from '../ports/fs.js';

/** How a schedule, or a part that was appended to it, was generated. */
export interface DesignRecord {
  readonly version: 1;
  /** The version of this program. */
  readonly program: string;
  /** When, for people. */
  readonly at: string;
  readonly how: 'created' | 'replaced' | 'appended';
  /** Entries that it wrote. */
  readonly entries: number;
  /** As a spec file has it, with the seed. */
  readonly spec: unknown;
}

/** `<number>.<unique>.json`: two that are written at once get one number, and harm nobody. */
const NAME = /^(\d+)\.[\w-]+\.json$/;

/** A spec may list values by the thousand. */
const LARGEST_RECORD = 64 << 20;

const folderOf = (sidecar: string): string => `${sidecar}/doe`;

export async function keepDesign(fs: FileSystem, sidecar: string, record: DesignRecord): Promise<void> {
  const folder = folderOf(sidecar);
  await fs.makeDirectory(folder);
  const last = (await namesIn(fs, folder)).at(-1);
  const name = `${numberOf(last) + 1}.${randomUUID()}.json`;
  await fs.write(`${folder}/new.${name}`, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  await fs.rename(`${folder}/new.${name}`, `${folder}/${name}`);
}

/** What is kept since the schedule was made last, oldest first. */
export async function keptDesigns(
  fs: FileSystem,
  sidecar: string,
): Promise<(DesignRecord & { readonly path: string })[]> {
  const folder = folderOf(sidecar);
  const records = [];
  for (const name of await namesIn(fs, folder)) {
    const path = `${folder}/${name}`;
    const record = recordIn((await fs.read(path, LARGEST_RECORD)).bytes);
    if (record?.how === 'created' || record?.how === 'replaced') records.length = 0;
    if (record) records.push({ ...record, path });
  }
  return records;
}

async function namesIn(fs: FileSystem, folder: string): Promise<string[]> {
  try {
    const names = (await fs.list(folder)).filter((name) => NAME.test(name));
    return names.sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function numberOf(name: string | undefined): number {
  return Number(NAME.exec(name ?? '')?.[1] ?? 0);
}

/** Undefined for what is no record: it explains a schedule, and nothing depends on it. */
export function recordIn(bytes: Buffer): DesignRecord | undefined {
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Partial<DesignRecord> | null;
    return value?.version === 1 && value.program !== undefined && value.spec !== undefined
      ? (value as DesignRecord)
      : undefined;
  } catch {
    return undefined;
  }
}
