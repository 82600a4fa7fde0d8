import type { Clock } from '../ports/clock.js';
import type { RunEnd, Spawner } from '../ports/spawn.js';

interface Removal {
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly argv: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** A tool that was killed while it started a container is not at once ready to remove it. */
const TRIES = 3;
const PAUSE_MS = 500;

/** Whether what ran in a container may have outlived the client that ended so. */
export function mayOutlive(end: RunEnd, wasSignalled: boolean): boolean {
  if (end.is === 'killed') return true;
  // A client that was signalled before it passes signals on leaves of them.
  return wasSignalled && end.is === 'exited' && end.code !== 0;
}

/** What cannot be removed is told by the tool when the next run wants the name. */
export async function removeContainer({ spawner, clock, argv, env }: Removal): Promise<void> {
  for (let tries = 1; ; tries++) {
    let said = '';
    const onOutput = (_: unknown, chunk: Buffer): void => void (said += chunk.toString());
    const end = await spawner.start({ argv, env, inherit: false, onOutput }).ended;
    const isGone = end.is === 'exited' && (end.code === 0 || /no such container/i.test(said));
    if (isGone || end.is === 'unstartable' || tries === TRIES) return;
    await clock.wait(PAUSE_MS);
  }
}
