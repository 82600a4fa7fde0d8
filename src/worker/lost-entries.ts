import type { Claimer } from '../claim/claimer.js';
import type { LostPolicy } from '../claim/lost-policy.js';
import { claimName } from '../claim/names.js';
import type { Findings } from '../claim/recover.js';
import { requeueLost } from '../claim/requeue-lost.js';
import type { Tell } from '../notice.js';
import type { Patience } from './patience.js';

export interface LostEntriesOptions {
  readonly claimer: Claimer;
  readonly tell: Tell;
  readonly patience: Patience;
  readonly policy: LostPolicy;
}

/** Puts lost entries back as far as the user's policy goes, and says so. */
export class LostEntries {
  readonly #o: LostEntriesOptions;
  /** Told already. */
  readonly #tooOften = new Set<string>();

  constructor(options: LostEntriesOptions) {
    this.#o = options;
  }

  /** What is left of the findings then. */
  async putBack(findings: Findings): Promise<Findings> {
    const { policy, claimer, patience, tell } = this.#o;
    if (policy === 'never' || findings.lost.length + findings.suspected.length === 0) return findings;
    const { putBack, tooOften } = await patience.with(() => requeueLost(claimer, findings, policy));
    for (const { entry, worker, id } of putBack)
      tell({ tell: 'requeued-lost', entry, worker, attempt: id.generation + 1 });
    for (const { entry, id } of tooOften) {
      if (this.#tooOften.has(claimName(id))) continue;
      this.#tooOften.add(claimName(id));
      tell({ tell: 'lost-too-often', entry });
    }
    return {
      ...findings,
      offered: findings.offered + putBack.length,
      lost: findings.lost.filter((run) => !putBack.includes(run)),
    };
  }

  /** Whether it is worth waiting to learn whether a worker stands still. */
  mustSee({ unsure }: Findings): boolean {
    return this.#o.policy === 'suspect' && unsure > 0;
  }
}
