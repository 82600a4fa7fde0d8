import type { Snapshot, WorkerFacts } from '../survey/types.js';

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
