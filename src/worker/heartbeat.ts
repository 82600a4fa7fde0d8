import type { Claimer } from '../claim/claimer.js';
import { HEARTBEAT_INTERVAL_MS } from '../claim/dead.js';

/** Shows others that this worker lives, and looks at them; `onWorkers` is told how many work. Returns its end. */
export function keepBeating(claimer: Claimer, onWorkers: (workers: number) => void): () => void {
  const timer = setInterval(() => {
    void beat(claimer, onWorkers);
  }, HEARTBEAT_INTERVAL_MS);
  timer.unref();
  void beat(claimer, onWorkers);
  return () => {
    clearInterval(timer);
  };
}

/** A beat that fails is one that others do not see; the next claim tells the user what is wrong. */
async function beat(claimer: Claimer, onWorkers: (workers: number) => void): Promise<void> {
  try {
    const { peers } = await claimer.book();
    await peers.beat();
    await peers.watch();
    onWorkers(await peers.working());
  } catch {
    return;
  }
}
