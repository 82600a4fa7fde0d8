import { failureGroups, type FailureGroup } from '../survey/causes.js';
import { openIn } from '../survey/digest.js';
import { entriesIn } from '../survey/entries-in.js';
import type { Run, Snapshot, Totals } from '../survey/types.js';
import type { Looking } from './look.js';

/** What came of a schedule, when nothing is left to run. */
export interface WrapUp {
  readonly totals: Totals;
  /** Milliseconds from the first start to the last end, by the clocks of the hosts. */
  readonly wall: number;
  /** Milliseconds that all runs took together. */
  readonly compute: number;
  readonly failures: readonly FailureGroup[];
}

/** Undefined while something is still pending or running. */
export async function wrapUp(looking: Looking): Promise<WrapUp | undefined> {
  const snapshot = await looking.look();
  if (openIn(snapshot.totals) > 0) return undefined;
  const failures = await failureGroups(looking.fs, snapshot, entriesIn(snapshot, 'failed'), MOST_READ);
  return { totals: snapshot.totals, ...summed(snapshot), failures };
}

/** The summary is not to keep a shell waiting. */
const MOST_READ = 200;

function summed(snapshot: Snapshot): Pick<WrapUp, 'wall' | 'compute'> {
  let [first, last, compute] = [Infinity, -Infinity, 0];
  const add = ({ startedAt, end }: Run): void => {
    if (!end) return;
    first = Math.min(first, startedAt);
    last = Math.max(last, end.at);
    compute += end.took;
  };
  for (let entry = 0; entry < snapshot.text.count; entry++) {
    const state = snapshot.stateOf(entry);
    if (!('run' in state)) continue;
    // Most entries ran once: no list of one is made for each.
    if (state.run.attempt === 1) add(state.run);
    else snapshot.runsOf(entry).forEach(add);
  }
  return { wall: Math.max(0, last - first), compute };
}
