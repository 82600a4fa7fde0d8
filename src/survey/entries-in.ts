import type { Run, Snapshot, StateName } from './types.js';

/** The entries in a state, ascending. */
export function entriesIn(snapshot: Snapshot, state: StateName): readonly number[] {
  if (snapshot.entriesIn) return snapshot.entriesIn(state);
  const all = Array.from({ length: snapshot.text.count }, (_, entry) => entry);
  return all.filter((entry) => snapshot.stateOf(entry).is === state);
}

/** The runs that each worker ended last, in the order in which it ended them. */
export function latestRuns(snapshot: Snapshot): readonly Run[] {
  if (snapshot.latestRuns) return snapshot.latestRuns();
  const all = Array.from({ length: snapshot.text.count }, (_, entry) => snapshot.runsOf(entry)).flat();
  return all.filter(({ end }) => end).sort((a, b) => (a.end?.at ?? 0) - (b.end?.at ?? 0));
}
