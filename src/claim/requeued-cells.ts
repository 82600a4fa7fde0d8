import { errorCode } from '../ports/fs.js';
import type { Book } from './book.js';
import type { Desk } from './desk.js';
import { requeuedName, type ClaimId } from './names.js';

const AT_ONCE = 64;

/**
 * Ends these generations for good, behind the decision in the journal. In the sidecar that was looked at: where it was
 * deleted meanwhile, its names mean nothing any more.
 */
export async function createRequeued(desk: Desk, book: Book, ids: readonly ClaimId[]): Promise<void> {
  await desk.inSidecar(async () => {
    try {
      for (let from = 0; from < ids.length; from += AT_ONCE)
        await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => book.cells.create(requeuedName(id))));
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  });
}
