import type { Snapshot, WorkerFacts } from '../survey/types.js';
import type { Looking } from './look.js';

const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;

/** How long to wait before the next look: longer and longer while nothing happens, and longer where a look takes long. */
export function pauseAfter(before: number, isNew: boolean, took: number): number {
  const pause = isNew ? SHORTEST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, before * 1.5);
  return Math.max(pause, 4 * took);
}

/** The schedule as it is now, and as it is whenever something has happened. Fails where the first look does. */
export async function* changes(
  looking: Looking,
  signal: AbortSignal,
  onTrouble: (error: unknown) => void,
): AsyncGenerator<Snapshot, void, undefined> {
  const { clock } = looking;
  const isOver = (): boolean => signal.aborted;
  let last = await looking.look();
  let pause = pauseAfter(0, true, 0);
  let isInTrouble = false;
  yield last;
  while (!isOver()) {
    await clock.wait(pause, signal);
    const began = clock.monotonic();
    let next = last;
    try {
      next = await looking.look();
      isInTrouble = false;
    } catch (error) {
      // What cannot be read now may be there again soon: somebody edits it, or its server is busy.
      if (!isInTrouble) onTrouble(error);
      isInTrouble = true;
    }
    const isNew = hasChanged(last, next);
    pause = pauseAfter(pause, isNew, clock.monotonic() - began);
    last = next;
    if (isNew && !isOver()) yield last;
  }
}

/** Whether anything happened between two looks, besides that time went by. */
export function hasChanged(before: Snapshot, after: Snapshot): boolean {
  return (
    before !== after &&
    (before.text !== after.text ||
      before.epoch?.id !== after.epoch?.id ||
      before.unreadable !== after.unreadable ||
      Object.entries(before.totals).some(
        ([name, count]) => after.totals[name as keyof typeof after.totals] !== count,
      ) ||
      before.workers.length !== after.workers.length ||
      before.workers.some((worker, i) => differs(worker, after.workers[i])))
  );
}

function differs(a: WorkerFacts, b: WorkerFacts | undefined): boolean {
  return (
    a.worker !== b?.worker ||
    a.standing !== b.standing ||
    a.succeeded !== b.succeeded ||
    a.failed !== b.failed ||
    a.running.join() !== b.running.join()
  );
}
