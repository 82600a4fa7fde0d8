import { randomUUID } from 'node:crypto';
import { Failure } from '../failure.js';
import { LARGEST_NOTE } from '../journal/records.js';
import { errorCode, systemError, type FileSystem } from '../ports/fs.js';

/**
 * The folder beside the schedule. History lives in a numbered epoch: when the schedule is generated anew, the old
 * epoch stays as the archive and the next number begins, so that a worker that slept through it acts on old names only.
 */
export interface Epoch {
  readonly number: number;
  /** Tells it from an epoch of the same number in a sidecar that was deleted. */
  readonly id: string;
  /** The ids of the epochs that this one succeeds: their schedule was generated anew. */
  readonly succeeds: readonly string[];
  readonly folder: string;
  /** Into how many subfolders the cells are spread; fixed when the epoch begins, for a name must have one place. */
  readonly shards: number;
}

type Format = Omit<Epoch, 'number' | 'folder'> & { readonly format: 1 };

/** Up to here one folder holds all cells; AFS has room for some 20,000 of their names in a folder. */
const ONE_FOLDER_HOLDS = 4096;
const SHARDS = 256;

const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'EBUSY', 'EPERM']);

/** Larger ones, which nobody gets to by counting, are not told apart. */
const NUMBER = /^\d{1,15}$/;

export function sidecarOf(schedule: string): string {
  return `${schedule}.cooperate`;
}

/** Requests to leave, one a worker and named after it; there only while there is one. */
export function stopFolderOf(sidecar: string): string {
  return `${sidecar}/stop`;
}

export const folders = {
  cells: (epoch: Epoch) => `${epoch.folder}/cells`,
  journals: (epoch: Epoch) => `${epoch.folder}/journals`,
  logs: (epoch: Epoch) => `${epoch.folder}/logs`,
  heartbeats: (epoch: Epoch) => `${epoch.folder}/heartbeats`,
  head: (epoch: Epoch) => `${epoch.folder}/head`,
};

/** The output of a worker's runs, one behind the other; `slot` where it has several: each has a log of its own. */
export function logOf(epoch: Epoch, worker: string, slot: number | undefined): string {
  return `${folders.logs(epoch)}/${worker}${slot === undefined ? '' : `.${slot}`}.log`;
}

/** Says that there is a newer one, where a listing shows that late: it is asked for by its name. */
const over = (sidecar: string, number: number): string => `${sidecar}/${number}/over`;

/** The number of the newest epoch, 0 where there is none yet. */
export async function newestEpoch(fs: FileSystem, sidecar: string): Promise<number> {
  try {
    const numbers = (await fs.list(sidecar)).filter((name) => NUMBER.test(name)).map(Number);
    let newest = Math.max(0, ...numbers);
    while (newest > 0 && (await isOver(fs, sidecar, newest))) newest++;
    return newest;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

function isOver(fs: FileSystem, sidecar: string, number: number): Promise<boolean> {
  return fs.fingerprint(over(sidecar, number)).then(
    () => true,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return false;
      throw error;
    },
  );
}

/** Undefined where there is none of that number, or only what a deletion has left of it. */
export async function readEpoch(fs: FileSystem, sidecar: string, number: number): Promise<Epoch | undefined> {
  const folder = `${sidecar}/${number}`;
  try {
    const { bytes } = await fs.read(`${folder}/format.json`, LARGEST_NOTE);
    const { id, shards, succeeds } = formatIn(bytes.toString('utf8'));
    return { number, id, succeeds, folder, shards };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) {
      throw new Failure(
        { reason: 'sidecar-damaged', path: `${folder}/format.json`, sidecar },
        { cause: error },
      );
    }
    throw error;
  }
}

/** Whoever may write there may have written anything. */
function formatIn(text: string): Format {
  const { id, shards, succeeds } = (JSON.parse(text) ?? {}) as Partial<Record<keyof Format, unknown>>;
  const isFormat =
    typeof id === 'string' &&
    (shards === 1 || shards === SHARDS) &&
    Array.isArray(succeeds) &&
    succeeds.every(isText);
  if (!isFormat) throw new SyntaxError('no format');
  return { format: 1, id, shards, succeeds };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/**
 * Begins epoch `number` unless somebody has. It comes into place complete, by one rename that fails where a folder
 * with something in it stands, so all workers agree on what it says.
 */
export async function beginEpoch(
  fs: FileSystem,
  sidecar: string,
  number: number,
  entries: number,
  succeeds: readonly string[] = [],
): Promise<Epoch> {
  const id = randomUUID();
  const made = `${sidecar}/new.${id}`;
  const shards = entries <= ONE_FOLDER_HOLDS ? 1 : SHARDS;
  const folder = `${sidecar}/${number}`;
  const inside = { number, id, shards, succeeds, folder: made };
  const format: Format = { format: 1, id, shards, succeeds };
  try {
    for (const of of Object.values(folders)) await fs.makeDirectory(of(inside));
    await fs.write(`${made}/format.json`, Buffer.from(`${JSON.stringify(format)}\n`));
  } catch (error) {
    await discard(fs, inside);
    throw error;
  }
  try {
    await fs.rename(made, folder);
  } catch (error) {
    // Somebody else's is there, or ours is and its reply was lost: reading it tells no difference that matters.
    if (!TAKEN.has(errorCode(error) ?? '') && errorCode(error) !== 'ENOENT') throw error;
    await discard(fs, inside);
  }
  const epoch = await readEpoch(fs, sidecar, number);
  if (!epoch) throw systemError('ENOENT', 'read', folder);
  if (number > 1) await sayOver(fs, sidecar, number - 1).catch(() => undefined);
  return epoch;
}

async function sayOver(fs: FileSystem, sidecar: string, number: number): Promise<void> {
  // Writing it once more would take it away for a moment.
  if (!(await isOver(fs, sidecar, number))) await fs.write(over(sidecar, number), Buffer.alloc(0));
}

async function discard(fs: FileSystem, epoch: Epoch): Promise<void> {
  await fs.unlink(`${epoch.folder}/format.json`).catch(() => undefined);
  for (const of of Object.values(folders)) await fs.removeDirectory(of(epoch)).catch(() => undefined);
  await fs.removeDirectory(epoch.folder).catch(() => undefined);
}
