import { parentPort, Worker, workerData } from 'node:worker_threads';

/**
 * What a module of this program makes of `data` in a thread of its own. Undefined where that cannot be, as where the
 * program is part of somebody's bundle: then whoever asks does the work itself. `module` is a path below `dist/`.
 */
export async function beside<T>(module: string, data: unknown): Promise<T | undefined> {
  try {
    // Chunks lie one folder deep, as the modules do.
    const thread = new Worker(new URL(`../${module}`, import.meta.url), { workerData: data });
    return await new Promise<T | undefined>((resolve, reject) => {
      thread.once('message', resolve).once('error', reject);
      thread.once('exit', () => resolve(undefined));
    });
  } catch {
    return undefined;
  }
}

/** The other end, for modules that are such threads: what it was started with. */
export function task(): unknown {
  return workerData;
}

/** The buffers move over without a copy. */
export function answer(value: unknown, buffers: readonly ArrayBuffer[]): void {
  parentPort?.postMessage(value, buffers);
}
