import type { Book } from './book.js';
import type { Claimer } from './claimer.js';
import { MOST_LOST, type LostPolicy } from './lost-policy.js';
import { claimName, type ClaimId } from './names.js';
import type { Findings, LostRun } from './recover.js';
import { requeue } from './requeue.js';
import type { Accepted } from './requeue-decide.js';

const WHY = 'its worker is gone';
const SUSPECT_WHY = 'its worker was not heard of';
const BY_POLICY = new Set([WHY, SUSPECT_WHY]);

export interface PutBackLost {
  /** Offered again. */
  readonly putBack: readonly LostRun[];
  /** Lost so often, one run after the other, that they stay lost. */
  readonly tooOften: readonly LostRun[];
}

/** Puts back what the findings say is lost, as far as the policy goes. */
export async function requeueLost(
  claimer: Claimer,
  { lost, suspected }: Findings,
  policy: LostPolicy,
): Promise<PutBackLost> {
  const book = await claimer.book();
  const found = { dead: policy === 'never' ? [] : lost, suspect: policy === 'suspect' ? suspected : [] };
  const tooOften = [...found.dead, ...found.suspect].filter(({ id }) => timesLost(book, id) >= MOST_LOST);
  const stays = new Set(tooOften);
  const orders = [
    { runs: found.dead, why: WHY, accepts: ['lost', 'put-back'] as Accepted[] },
    { runs: found.suspect, why: SUSPECT_WHY, accepts: ['running', 'lost', 'put-back'] as Accepted[] },
  ];
  const putBack: LostRun[] = [];
  for (const { runs, why, accepts } of orders) {
    const wishes = runs
      .filter((run) => !stays.has(run))
      .map((run) => ({ run, hash: run.id.hash, entry: run.entry, id: run.id, accepts }));
    const mayTake = async (worker: string, at: Book) => (await at.standing(worker)) === 'suspect';
    const done = await requeue(claimer, { wishes, why, mayTake });
    putBack.push(...(done?.done ?? []).map(({ wish }) => wish.run));
  }
  return { putBack, tooOften };
}

/** How many runs were lost in a row, with this one; what a person put back in between counts anew. */
function timesLost(book: Book, id: ClaimId): number {
  let times = 1;
  for (let generation = id.generation - 1; generation >= 0; generation--, times++) {
    const why = book.facts(claimName({ ...id, generation }))?.requeued?.why;
    if (why === undefined || !BY_POLICY.has(why)) break;
  }
  return times;
}
