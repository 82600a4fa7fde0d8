import type { Held } from '../ports/lock.js';
import type { Desk } from './desk.js';
import type { Change } from './rewrite.js';
import type { View } from './view.js';

const ASK_AGAIN_MS = 1000;

/**
 * Commits, and says whether it came into place. An error behind the rename harms nothing: whoever looks next puts
 * things right.
 */
export async function written(
  desk: Desk,
  view: View,
  change: Change,
  held: Held,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await desk.viewer.commit(view, change, held);
  } catch (error) {
    if (!(await isInPlace(desk, signal))) throw error;
  }
  return desk.viewer.isInPlace();
}

/** Asked until there is an answer: what may be there already must not be done again. */
async function isInPlace({ viewer, setting }: Desk, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    try {
      return await viewer.isInPlace();
    } catch (error) {
      if (signal.aborted) throw error;
      await setting.clock.wait(ASK_AGAIN_MS, signal);
    }
  }
}
