import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import type { Claim, Take } from './choose.js';
import { locate } from './locate.js';
import { Decisions } from './decisions.js';
import { claimName } from './names.js';

/** A claim to put back: this worker's, or one that it has revoked. */
export type Returned = Pick<Claim, 'id'> & Partial<Pick<Claim, 'entry' | 'epoch'>>;

/** What this process has claimed, as far as it is in nobody else's hands. */
export class OwnClaims {
  /** Claimed, but the mark could not be written: nobody else can run these, and neither may we yet. */
  #owed: Claim[] = [];
  /** Claims made before the sidecar was deleted, and made again in the new one. */
  readonly #remade = new Set<string>();

  get owed(): readonly Claim[] {
    return this.#owed;
  }

  readonly take: Take = (claim) => void this.#owed.push(claim);

  /** All that were owed: their marks are in the file. */
  deliver(): readonly Claim[] {
    const claims = this.#owed.sort((a, b) => a.entry - b.entry);
    this.#owed = [];
    return claims;
  }

  /** Where the entries of owed claims stand now, pending or marked by a peer; what is gone from the file is let go. */
  async findOwed(book: Book, text: ScheduleText, revision: number): Promise<readonly Claim[]> {
    if (this.#owed.length === 0) return [];
    const ours: Claim[] = [];
    const decisions = new Decisions(book.cells);
    // Taken for one of a worker that is gone: nobody would take out again a mark that is written now.
    for (const claim of this.#owed)
      if ((await this.holds(book, claim)) && !(await decisions.isRevoked(claim.id))) ours.push(claim);
    const wanted = ours.map(({ id, entry }) => ({ hash: id.hash, entry }));
    const pending = locate(text, wanted, false);
    const marked = locate(text, wanted, true);
    const found = ours.map((claim, i) => ({ ...claim, entry: pending[i] ?? marked[i] ?? -1 }));
    const gone = found.filter(({ entry }) => entry < 0).map(({ id }) => claimName(id));
    if (gone.length > 0) book.journal.record({ t: 'give-back', claims: gone });
    this.#owed = found.filter(({ entry }) => entry >= 0);
    book.journal.record({ t: 'claim', claims: this.#owed.map(({ id }) => claimName(id)), revision });
    return [...this.#owed];
  }

  /**
   * Whether a claim made earlier is still this worker's. Not in an epoch that began since, where its entry is anybody's;
   * in a sidecar that was deleted and made anew it is claimed once more, for its mark may be all that is left of it.
   */
  async holds(book: Book, { id, epoch }: Returned): Promise<boolean> {
    if (!epoch || book.epoch.id === epoch.id) return true;
    if (book.epoch.succeeds.includes(epoch.id)) return false;
    const name = `${book.epoch.id} ${claimName(id)}`;
    if (!this.#remade.has(name) && (await book.cells.create(claimName(id)))) this.#remade.add(name);
    return this.#remade.has(name);
  }
}
