import { Random } from '../support/random.js';
import type { Point } from './recording.js';
import { ERRNOS, type Trial } from './trial.js';

/** Every call, killed at and failed with each errno. */
export function trialsOf(points: readonly Point[]): Trial[] {
  return points.flatMap((point) => (['kill', ...ERRNOS] as const).map((fault) => ({ point, fault })));
}

/** So many, the same for the same seed, in the order in which they come. */
export function sample<T>(list: readonly T[], count: number, seed: number): T[] {
  const random = new Random(seed);
  const taken = new Set<number>();
  while (taken.size < Math.min(count, list.length)) taken.add(Math.floor(random.next() * list.length));
  return list.filter((_, index) => taken.has(index));
}

/** In order, so many at a time. */
export async function inParallel<T, R>(
  list: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = list.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of left) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
