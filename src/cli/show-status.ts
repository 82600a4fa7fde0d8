import type { StatusReport } from '../commands/status.js';
import { isDeserted } from '../commands/wait.js';
import type { Forecast } from '../survey/forecast.js';
import { afterBlank, counted, flowed, remedy, sentence, type Page } from './page.js';
import { showFailures } from './show-status-failures.js';
import { listed, totalsIn } from './show-totals.js';
import { showWorkers } from './show-status-workers.js';
import { roughRate, roughTime } from './show-time.js';

/** A schedule at a glance: totals, how long it will take, who works, and what went wrong. */
export function* showStatus(
  page: Page,
  schedule: string,
  report: StatusReport,
  { all }: { readonly all: boolean },
): Generator<string> {
  yield* showTotals(page, schedule, report);
  yield* afterBlank(showWorkers(page, report, all));
  yield* showFailures(page, schedule, report, all);
  const { unreadable } = report.snapshot;
  if (unreadable > 0)
    yield* afterBlank(
      sentence(page, `${counted(unreadable, 'journal line')} could not be read; what is in them is unknown.`),
    );
}

/** What heads every view. */
export function* showTotals(
  page: Page,
  schedule: string,
  { snapshot, forecast }: Pick<StatusReport, 'snapshot' | 'forecast'>,
): Generator<string> {
  const { totals, text } = snapshot;
  yield* flowed(page, [
    { text: `${schedule}:`, tone: 'strong' },
    { text: `${counted(text.count, 'entry', 'entries')}${text.count === 0 ? '.' : ':'}` },
    ...listed(totalsIn(totals)),
  ]);
  if (forecast) yield* sentence(page, `${capital(outlook(forecast))}.`);
  if (isDeserted(snapshot))
    yield* remedy(page, 'Nobody is working on it. To go on:', ['cooperate', 'run', schedule]);
}

/** Such as `40 entries an hour; about 2 h 10 min left, between 1 h 50 min and 2 h 40 min`. */
export function outlook({ entriesPerHour, left, between: [from, to] }: Forecast): string {
  const [about, least, most] = [left, from, to].map(roughTime);
  const bounds = least === most ? '' : `, between ${least} and ${most}`;
  return `${roughRate(entriesPerHour)}; about ${about} left${bounds}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
