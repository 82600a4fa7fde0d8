import type { CarriedOut, RequeuePlan, ToPutBack } from '../commands/requeue.js';
import { argvOf } from '../schedule/slots.js';
import { selectionOf } from '../survey/ranges.js';
import type { Snapshot, Totals } from '../survey/types.js';
import { runOf } from '../commands/status.js';
import { counted, sentence, whole, type Page } from './page.js';
import { own } from './show-notice.js';
import { showEntries } from './show-status-entries.js';
import { totalsText } from './show-totals.js';

/** So many entries are shown before the question; more are counted. */
const SHOWN = 20;

/** What would be put back, as `status` shows entries; without `all`, as many as can be looked over. */
export function* showPlan(page: Page, plan: RequeuePlan, all: boolean): Generator<string> {
  const { entries, snapshot, now } = plan;
  const shown = all ? entries : entries.slice(0, SHOWN);
  yield* showEntries(page, { snapshot, now, entries: () => shown.map(({ entry }) => entry) });
  if (shown.length < entries.length) yield `... and ${whole(entries.length - shown.length)} more`;
}

/** How many of what: `4 failed, 1 lost`. */
export function totalsOf(entries: readonly ToPutBack[]): string {
  const totals: Record<string, number> = {};
  for (const { state } of entries) totals[state] = (totals[state] ?? 0) + 1;
  return totalsText({ ...NONE, ...totals });
}

const NONE: Totals = {
  ...{ pending: 0, claimed: 0, running: 0, suspect: 0 },
  ...{ succeeded: 0, failed: 0, interrupted: 0, lost: 0, marked: 0 },
};

/** Who will still be at it. */
export function* showStillRunning(
  page: Page,
  entries: readonly ToPutBack[],
  { workers }: Snapshot,
): Generator<string> {
  const hosts = new Map(workers.map(({ worker, identity }) => [worker, identity?.hostname]));
  const busy = entries.filter(({ worker }) => worker !== undefined);
  for (const { entry, worker = '' } of busy.slice(0, SHOWN)) {
    const where = hosts.get(worker) === undefined ? '' : ` on ${hosts.get(worker) ?? ''}`;
    yield* sentence(
      page,
      `Worker ${worker}${where} may still run entry ${entry}: then it runs twice at once, and what the old run does counts as that attempt only.`,
    );
  }
  if (busy.length > SHOWN)
    yield `The same goes for ${counted(busy.length - SHOWN, 'more entry', 'more entries')}.`;
}

export function showNothing({ pending }: RequeuePlan, states: readonly string[]): string {
  const [first] = pending;
  if (pending.length === 1) return own(`nothing to put back: entry ${first ?? 0} is pending as it is.`);
  if (pending.length > 1)
    return own(`nothing to put back: ${whole(pending.length)} entries are pending as they are.`);
  return own(`nothing to put back${states.length > 0 ? `: no entry is ${states.join(' or ')}` : ''}.`);
}

/** What was done. */
export function* showCarriedOut(schedule: string, plan: RequeuePlan, carried: CarriedOut): Generator<string> {
  const { done, changed } = carried;
  if (done.length > 0) yield own(`put back ${namesOf(done.map(({ entry }) => entry))}: pending again.`);
  if (changed.length > 0)
    yield own(
      `${namesOf(changed)} changed meanwhile and ${changed.length === 1 ? 'was' : 'were'} left alone; cooperate status ${schedule} shows what became of ${changed.length === 1 ? 'it' : 'them'}.`,
    );
  const working = plan.snapshot.workers.filter(
    ({ standing }) => standing === 'alive' || standing === 'unknown',
  );
  if (done.length > 0 && working.length === 0)
    yield own(`nobody is working on ${schedule}. To go on: cooperate run ${schedule}`);
}

/** `entry 3`, `entries 1,4-6`, or how many. */
function namesOf(entries: readonly number[]): string {
  if (entries.length === 1) return `entry ${entries[0] ?? 0}`;
  const selection = selectionOf(entries.toSorted((a, b) => a - b));
  return selection.length <= 60 ? `entries ${selection}` : `${whole(entries.length)} entries`;
}

/** Version 1 of what `requeue --json` prints. */
export function requeueValue(
  schedule: string,
  plan: RequeuePlan,
  { done, changed }: CarriedOut,
  dryRun: boolean,
): object {
  return {
    version: 1,
    schedule,
    dryRun,
    entries: done.map((one) => entryValue(plan.snapshot, one)),
    changed,
    pending: plan.pending,
  };
}

function entryValue(snapshot: Snapshot, { entry, state, worker }: ToPutBack): object {
  const attempts = runOf(snapshot.stateOf(entry))?.attempt ?? 0;
  return {
    entry,
    state,
    command: argvOf(snapshot.text, entry),
    attempts,
    ...(worker === undefined ? {} : { mayStillRunOn: worker }),
  };
}

/** One line for the question. */
export function questionOf(entries: readonly ToPutBack[]): string {
  const [first] = entries;
  return entries.length === 1 && first
    ? `Put back entry ${first.entry}?`
    : `Put back these ${whole(entries.length)} entries (${totalsOf(entries)})?`;
}
