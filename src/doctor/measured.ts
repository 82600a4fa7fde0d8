import { errorCode, type FileSystem } from '../ports/fs.js';
import { parseMeasured, type Measured } from './schemas.js';

/** Beside the schedules that it is for. */
const NAME = '.cooperate-doctor.json';
/** Whoever wrote a longer one did not mean this program. */
const MOST_BYTES = 4096;

export interface Found {
  readonly measured: Measured;
  /** There is a file, and it says nothing that can be used. */
  readonly ignored?: string;
}

export function measuredPath(folder: string): string {
  return `${folder === '/' ? '' : folder}/${NAME}`;
}

/** What `cooperate doctor` has found out about the filesystem of this folder; never fails. */
export async function measuredFor(fs: FileSystem, folder: string): Promise<Found> {
  const path = measuredPath(folder);
  try {
    const bytes = await fs.readFrom(path, 0, MOST_BYTES + 1);
    const measured = bytes.length > MOST_BYTES ? undefined : parseMeasured(bytes);
    return measured ? { measured } : { measured: {}, ignored: path };
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { measured: {} } : { measured: {}, ignored: path };
  }
}

/** By a rename, so that a worker reads all of it or nothing; removes it where the usual settings do. */
export async function keepMeasured(
  fs: FileSystem,
  folder: string,
  measured: Measured,
  hosts: number,
): Promise<string | undefined> {
  const path = measuredPath(folder);
  if (Object.keys(measured).length === 0) {
    await fs.unlink(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
    });
    return undefined;
  }
  await fs.write(
    `${path}.new`,
    Buffer.from(`${JSON.stringify({ version: 1, hosts, ...measured }, undefined, 2)}\n`),
  );
  await fs.rename(`${path}.new`, path);
  return path;
}

/** One host alone has nothing to say of how late others see a change: what several have measured stays. */
export function joinedWith(before: Measured, now: Measured, hosts: number): Measured {
  if (hosts > 1) return now;
  const { lockStaleMs, lagMs } = before;
  return {
    ...now,
    ...(lockStaleMs === undefined ? {} : { lockStaleMs }),
    ...(lagMs === undefined ? {} : { lagMs }),
  };
}
