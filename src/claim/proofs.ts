import { argvOf, slotHash } from '../schedule/slots.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Book } from './book.js';
import { claimName } from './names.js';
import type { SlotCells, SlotState } from './state.js';

/** A mark that proves that the content is not older than a revision, if it is that of this claim. */
interface Mark {
  readonly hash: string;
  readonly by: string;
  readonly revision: number;
}

/** Of the marks that may prove something: where many were claimed in an older epoch too, the others hardly were not. */
const MOST_ASKED = 100;
const MANY = 100 * MOST_ASKED;

const firstClaim = (hash: string): string => claimName({ hash, copy: 0, generation: 0 });

/**
 * The newest revision whose claims the file is proven to know: that of the latest claim whose entry is marked. Only marks
 * of this epoch prove anything, and none of equal entries: they may be as old as another claim, or nobody's.
 */
export async function provenRevision(
  book: Book,
  text: ScheduleText,
  cells: ReadonlyMap<string, ReadonlyMap<number, SlotCells>>,
): Promise<number> {
  let marks: Mark[] = [];
  for (let entry = 0; entry < text.count; entry++) {
    if (text.marked[entry] === 0 || text.groupCount[text.group[entry] ?? 0] !== 1) continue;
    const hash = slotHash(argvOf(text, entry));
    if (cells.get(hash)?.size !== 1) continue;
    // The mark may be as old as the first claim, whatever came later.
    const { claimant, firstRevision = -1 } = book.facts(firstClaim(hash)) ?? {};
    if (claimant !== undefined) marks.push({ hash, by: claimant, revision: firstRevision });
    // A million entries need not be remembered.
    if (marks.length > MANY) marks = newest(marks);
  }
  for (const { hash, by, revision } of newest(marks)) {
    // Who only meant to claim it says nothing of when it was.
    const isTheirs = (await book.cells.owner(firstClaim(hash))) === by;
    if (isTheirs && !(await book.wasClaimedBefore(hash))) return revision;
  }
  return -1;
}

function newest(marks: readonly Mark[]): Mark[] {
  return marks.toSorted((a, b) => b.revision - a.revision).slice(0, MOST_ASKED);
}

/**
 * When the latest of these equal entries was claimed; which of them a mark is missing of, nobody knows. Where one was
 * not started, its mark may never have been written.
 */
export function latestClaim(book: Book, hash: string, slots: ReadonlyMap<number, SlotState>): number {
  if ([...slots.values()].some(({ is }) => is === 'claimed')) return Infinity;
  const claims = [...slots].map(([copy, { generation }]) => claimName({ hash, copy, generation }));
  return Math.max(...claims.map((claim) => book.facts(claim)?.lastRevision ?? Infinity));
}
