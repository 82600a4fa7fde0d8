import type { SlotState } from './state.js';
import type { ClaimId } from './names.js';

/** What an entry was seen to be: a state of its slot, or a mark that no claim accounts for. */
export type Accepted = Exclude<SlotState['is'], 'free'> | 'marked';

/** An entry to be put back, as it was seen without the lock. */
export interface Wish {
  readonly hash: string;
  /** Where it was seen. */
  readonly entry: number | undefined;
  /** What it may be by now, likeliest first; anything else has changed since, and is left alone. */
  readonly accepts: readonly Accepted[];
  /** This claim and no other; without it any of the equal entries. */
  readonly id?: ClaimId;
}

/** One hash under the lock. */
export interface Standing {
  readonly slots: ReadonlyMap<number, SlotState>;
  /** Entries of this hash that carry a mark. */
  readonly marked: number;
}

/** The slot that a wish gets: undefined where a mark is all there is. */
export interface Grant<W extends Wish = Wish> {
  readonly wish: W;
  readonly slot: { readonly id: ClaimId; readonly state: SlotState } | undefined;
  /** Whether a mark is to be taken out for it. */
  readonly unmarks: boolean;
}

/**
 * Which slot of one hash each wish gets; none for those of which nothing acceptable is left. Equal entries are
 * interchangeable, so what counts is how many slots are in a state, and how many marks no claim accounts for.
 * `decided`: copies that this very call has put on their way back already, so they come first.
 */
export function grant<W extends Wish>(
  wishes: readonly W[],
  { slots, marked }: Standing,
  decided: ReadonlySet<number> = new Set(),
): (Grant<W> | undefined)[] {
  const left = new Left(slots, decided);
  const taken = [...slots.values()].filter(({ is }) => is !== 'free' && is !== 'put-back').length;
  let unaccounted = Math.max(0, marked - taken);
  let marks = marked;
  return wishes.map((wish) => {
    const slot = left.take(wish);
    const isOver = !slot || slot.state.is === 'put-back';
    if (!slot && !wish.accepts.includes('marked')) return undefined;
    const unmarks = marks > 0 && (!isOver || unaccounted > 0);
    // Its entry is gone from the file, or pending as it is.
    if (!unmarks && slot?.state.is !== 'put-back') return undefined;
    if (unmarks) marks--;
    if (unmarks && isOver) unaccounted--;
    return { wish, slot, unmarks };
  });
}

/** The slots of one hash that no wish has got yet. */
class Left {
  readonly #slots: Map<number, SlotState>;
  readonly #queues = new Map<Accepted | 'decided', number[]>();

  constructor(slots: ReadonlyMap<number, SlotState>, decided: ReadonlySet<number>) {
    this.#slots = new Map(slots);
    // Backwards: the first copy is taken from the end.
    for (const [copy, { is }] of [...slots].sort(([a], [b]) => b - a)) {
      if (is === 'free') continue;
      const queue = is === 'put-back' && decided.has(copy) ? 'decided' : is;
      const copies = this.#queues.get(queue);
      if (copies) copies.push(copy);
      else this.#queues.set(queue, [copy]);
    }
  }

  take({ hash, accepts, id }: Wish): Grant['slot'] {
    const copy = id ? this.#exactly(id, accepts) : this.#first(['decided', ...accepts]);
    const state = copy === undefined ? undefined : this.#slots.get(copy);
    if (copy === undefined || !state) return undefined;
    this.#slots.delete(copy);
    return { id: { hash, copy, generation: state.generation }, state };
  }

  #exactly({ copy, generation }: ClaimId, accepts: readonly Accepted[]): number | undefined {
    const state = this.#slots.get(copy);
    if (!state || state.is === 'free' || state.generation !== generation) return undefined;
    return accepts.includes(state.is) ? copy : undefined;
  }

  #first(queues: readonly (Accepted | 'decided')[]): number | undefined {
    for (const queue of queues) {
      const copies = this.#queues.get(queue) ?? [];
      for (let copy = copies.pop(); copy !== undefined; copy = copies.pop())
        if (this.#slots.has(copy)) return copy;
    }
    return undefined;
  }
}
