import type { Looking } from '../commands/look.js';
import { wantsColour, type ColourChoice } from '../ports/screen-colour.js';
import { realFullScreen } from '../ports/screen-full.js';
import { realTerminal } from '../ports/terminal.js';
import type { StateName } from '../survey/types.js';
import { Live } from '../view/live.js';
import type { Chosen } from '../view/model.js';
import { EXIT, STOP_SIGNALS } from './exit-codes.js';
import { liveSources } from './live-sources.js';

export interface LiveSettings {
  readonly color: ColourChoice;
  readonly state: StateName | undefined;
}

/** The live view, until somebody leaves it: returns the exit code. */
export async function liveAction(looking: Looking, schedule: string, settings: LiveSettings): Promise<number> {
  const { stdin, env } = process;
  const leaving = new AbortController();
  const sources = {
    ...liveSources(looking),
    // What changes a schedule is loaded when something is to be changed.
    requeue: async (chosen: Chosen) =>
      (await import('./live-requeue.js')).putBack(schedule, chosen, leaving.signal),
  };
  const live = new Live(realFullScreen(), looking.clock, sources, {
    ...{ schedule, state: settings.state },
    coloured: wantsColour(settings.color, true, env),
    unicode: realTerminal().isUnicode,
  });
  const leaves = STOP_SIGNALS.map((signal) => [signal, () => live.leave(EXIT.signal[signal])] as const);
  for (const [signal, leave] of leaves) process.on(signal, leave);
  // A terminal that went away may say so in any of these ways.
  const gone = (): void => live.leave(EXIT.signal.SIGHUP);
  stdin.on('end', gone).on('error', gone);
  try {
    const why = await live.show();
    if (why === 'ctrl-c') return EXIT.signal.SIGINT;
    return typeof why === 'number' ? why : EXIT.done;
  } finally {
    leaving.abort();
    stdin.off('end', gone).off('error', gone);
    for (const [signal, leave] of leaves) process.off(signal, leave);
  }
}
