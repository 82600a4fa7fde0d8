import { isOpen, type SlotState } from './state.js';

/** What to do with one pending copy of an entry. */
export type Action =
  | { readonly do: 'claim'; readonly copy: number; readonly generation: number }
  /** Generation `generation` is over by somebody's decision: create its requeued cell; the next may be claimed. */
  | { readonly do: 'requeue'; readonly copy: number; readonly generation: number }
  | { readonly do: 'mark-again' }
  /** It succeeded and nothing proves that a person wants it again: mark it, and say how to rerun it. */
  | { readonly do: 'mark-and-tell' };

/** The equal entries of one argv as the file and the sidecar show them. */
export interface Group {
  /** Copies with a mark in the file. */
  readonly marked: number;
  /** Copies without one. */
  readonly pending: number;
  /** The slots that have cells, by copy. */
  readonly slots: ReadonlyMap<number, SlotState>;
}

export interface FileEvidence {
  /** The content was written by a person: only then can a missing mark be a decision. */
  readonly edited: boolean;
  /** The content carries the mark of an entry claimed under this revision or later; -1 when none is known. */
  readonly provenRevision: number;
}

/**
 * The table of hand edits, for a group of equal entries. Equal entries are interchangeable: what counts is how many
 * claims no mark accounts for. Returns one action for each pending copy, in file order.
 */
export function reconcile(group: Group, evidence: FileEvidence): Action[] {
  const taken: [number, SlotState][] = [];
  const open: [number, SlotState][] = [];
  for (const slot of [...group.slots].sort(([a], [b]) => a - b)) (isOpen(slot[1]) ? open : taken).push(slot);
  const unexplained = Math.min(group.pending, Math.max(0, taken.length - group.marked));
  taken.sort(([, a], [, b]) => likelihoodPutBack(b) - likelihoodPutBack(a));
  // A mark that no claim accounts for is that of a slot on its way back, which is not open until it is taken out.
  let stillMarked = group.marked - taken.length;
  for (const [i, [, state]] of [...open.entries()].reverse()) {
    if (state.is === 'put-back' && stillMarked-- > 0) open.splice(i, 1);
  }

  const actions = taken.slice(0, unexplained).map(([copy, state]) => decide(copy, state, evidence));
  const fresh = freshCopies(group.slots);
  while (actions.length < group.pending) {
    const next = open.shift();
    if (next) actions.push(decide(next[0], next[1], evidence));
    else actions.push({ do: 'claim', copy: fresh.next().value, generation: 0 });
  }
  return actions;
}

/** Which of several equal claims a person most likely meant by taking one mark away. */
function likelihoodPutBack(state: SlotState): number {
  if (state.is === 'failed' || state.is === 'lost') return 2;
  return state.is === 'succeeded' ? 1 : 0;
}

/** The table itself, for one pending copy and its slot. */
export function decide(copy: number, state: SlotState, { edited, provenRevision }: FileEvidence): Action {
  const { generation } = state;
  switch (state.is) {
    case 'free':
      return { do: 'claim', copy, generation };
    case 'put-back':
      return { do: 'requeue', copy, generation };
    case 'claimed':
    case 'running':
      return { do: 'mark-again' };
    case 'failed':
    case 'lost':
      return edited ? { do: 'requeue', copy, generation } : { do: 'mark-again' };
    case 'succeeded':
      if (!edited) return { do: 'mark-again' };
      return provenRevision > state.revision ? { do: 'requeue', copy, generation } : { do: 'mark-and-tell' };
  }
}

function* freshCopies(slots: ReadonlyMap<number, unknown>): Generator<number, never> {
  for (let copy = 0; ; copy++) if (!slots.has(copy)) yield copy;
}
