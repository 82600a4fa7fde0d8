import { lookingAt } from '../commands/look.js';
import { status } from '../commands/status.js';
import { EXIT } from './exit-codes.js';
import { realLookPorts } from './look-ports.js';
import { afterBlank } from './page.js';
import { print } from './print.js';
import type { StatusOptions } from './program-status.js';
import { showEntries } from './show-status-entries.js';
import { showStatus, showTotals } from './show-status.js';
import { filterIn } from './status-request.js';
import { statusJson } from './status-value.js';
import { stdoutPage } from './stdout-page.js';

export { stdoutPage } from './stdout-page.js';

/** `cooperate status`: returns the exit code; what the states are is data, and no failure. */
export async function statusAction(schedule: string, options: StatusOptions): Promise<number> {
  if (options.watch) return (await import('./watch-action.js')).watchAction(schedule, options);
  const report = await status(await lookingAt(realLookPorts(), schedule), schedule, filterIn(options));
  const { entries, state, all = false } = options;
  const withEntries = entries !== undefined || state !== undefined;
  if (options.json) {
    await print(statusJson(schedule, report, withEntries));
    return EXIT.done;
  }
  const page = stdoutPage(options);
  await print(
    withEntries
      ? chain(showTotals(page, schedule, report), afterBlank(showEntries(page, report)))
      : showStatus(page, schedule, report, { all }),
  );
  return EXIT.done;
}

function* chain(...parts: Iterable<string>[]): Generator<string> {
  for (const part of parts) yield* part;
}
