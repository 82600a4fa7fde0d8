import { carryOut } from '../commands/requeue.js';
import type { Chosen } from '../view/model.js';
import { realPorts } from './ports.js';
import { explained } from './show-failure.js';
import { showCarriedOut } from './show-requeue.js';

/** Puts back what was chosen in the live view, and says what came of it; gives up waiting once `leaving` is aborted. */
export async function putBack(
  schedule: string,
  { snapshot, entries }: Chosen,
  leaving: AbortSignal,
): Promise<string> {
  const ports = {
    ...realPorts(schedule, 'never'),
    // The screen is taken; what matters is in what comes of it.
    tell: () => undefined,
    onStop: (stop: { request(signal: NodeJS.Signals): unknown }) =>
      leaving.addEventListener('abort', () => stop.request('SIGTERM'), { once: true }),
  };
  const chosen = entries.map((entry) => ({
    ...{ entry, state: snapshot.stateOf(entry).is, worker: undefined },
  }));
  const plan = { snapshot, now: 0, entries: chosen, pending: [] };
  try {
    const carried = await carryOut(ports, { schedule, force: false }, plan);
    return carried ? [...showCarriedOut(schedule, plan, carried)].map(capital).join(' ') : '';
  } catch (error) {
    return explained(error).replaceAll('\n', ' ');
  }
}

/** Without the name of this program, whose screen it is. */
function capital(line: string): string {
  const text = line.replace(/^cooperate: /, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
