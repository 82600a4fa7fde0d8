import { lookingAt, type LookPorts } from '../commands/look.js';
import { wrapUp, type WrapUp } from '../commands/wrap-up.js';
import { formatDuration, formatExactDuration } from '../worker/duration.js';
import type { Page } from './page.js';
import { showCommand } from './show-command.js';
import { own } from './show-notice.js';
import { requeue, showGroups } from './show-status-failures.js';
import { totalsText } from './show-totals.js';

/** So many kinds of failure are told. */
const KINDS = 3;

/** What came of the whole schedule, in a few lines; undefined when it is not done, or cannot be told now. */
export async function wrapUpLines(
  ports: LookPorts,
  schedule: string,
  page: Page,
): Promise<string[] | undefined> {
  try {
    const made = await wrapUp(await lookingAt(ports, schedule));
    return made && [...lines(made, schedule, page)];
  } catch {
    // The work is done and recorded: what cannot be told now, status tells later.
    return undefined;
  }
}

function* lines({ totals, wall, compute, failures }: WrapUp, schedule: string, page: Page): Generator<string> {
  const isDifferent = compute >= 1000 && Math.abs(compute - wall) > Math.max(compute, wall) / 10;
  const computing = isDifferent ? ` (${timeText(compute)} of computing)` : '';
  yield own(`${totalsText(totals)} in ${timeText(wall)}${computing}.`);
  yield* showGroups(page, failures, KINDS);
  if (totals.failed > 0) yield `To run what failed again: ${showCommand(requeue(schedule, '--failed'))}`;
  if (totals.lost > 0) yield `To run what was lost again: ${showCommand(requeue(schedule, '--lost'))}`;
}

function timeText(ms: number): string {
  return ms < 60_000 ? formatExactDuration(ms) : formatDuration(ms);
}
