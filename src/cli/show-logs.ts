import type { LoggedRun, LogRemark, NoLog } from '../commands/logs.js';
import { Failure } from '../failure.js';
import { harmless, harmlessLines } from '../ports/screen-text.js';
import { formatExactDuration } from '../worker/duration.js';
import { asTyped } from './as-typed.js';
import { showFailure } from './show-failure.js';
import { own } from './show-notice.js';

export function showLogHeading({ entry, run, host, state }: LoggedRun): string {
  return `==> entry ${entry}, attempt ${run.attempt}, on ${hostOf(run.worker, host)} (${state}) <==`;
}

/** Lines for stderr. */
export function showLogRemark(remark: LogRemark, schedule: string): string[] {
  return linesOf(remark, schedule).map(harmlessLines);
}

function linesOf(remark: LogRemark, schedule: string): string[] {
  switch (remark.say) {
    case 'printed-nothing':
      return [own(`${named(remark.logged)} ${nothing(remark.logged)}.`)];
    case 'bytes-missing':
      return [
        own(
          `${named(remark.logged)} printed ${remark.bytes} bytes more than ${asTyped(remark.logged.path)} shows here: this host's mount may lag (try again), or the file was cut.`,
        ),
      ];
    case 'put-back':
      return [
        own(`entry ${remark.logged.entry} was put back since; this is attempt ${remark.logged.run.attempt}.`),
      ];
    case 'none':
      return byReason(remark.none).map(([reason, entries]) => own(`no log of ${entries}: ${reason}.`));
    case 'ended':
      return [own(`${named(remark.logged)} ${ended(remark.logged)}.`)];
    case 'suspect':
      return [
        own(
          `worker ${harmless(remark.logged.run.worker)}, which runs entry ${remark.logged.entry}, has not been heard of for minutes; it may be gone.`,
        ),
      ];
    case 'waiting':
      return [
        own(
          `${listed(remark.entries)} ${remark.entries.length === 1 ? 'has' : 'have'} not started; waiting for that.${remark.isAnybodyThere ? '' : ` No worker is at work: cooperate run ${schedule} starts one.`}`,
        ),
      ];
    case 'trouble':
      return [own(`${showFailure(remark.failure)}\nWaiting and trying again; Ctrl-C leaves.`)];
    case 'entry-gone':
      return [own(`entry ${remark.entry} is no longer in ${schedule}, or its history was deleted.`)];
  }
}

/** When there is nothing to show at all. */
export function noLogFailure(none: readonly NoLog[], schedule: string): Failure {
  const [first] = none;
  const reasons = byReason(none);
  return new Failure({
    reason: 'usage',
    problem: reasons.map(([reason, entries]) => `no log of ${entries}: ${reason}`).join('; ') + '.',
    remedy: first ? remedy(first, schedule) : `Name an entry, such as cooperate logs ${schedule} 0.`,
  });
}

/** Why one entry has no log. */
export function whyNone({ why, state }: NoLog): string {
  switch (why.is) {
    case 'never-run':
      if (state.is === 'pending') return 'pending, it has not run yet';
      if (state.is === 'claimed') return 'claimed, it is about to run';
      if (state.is !== 'marked') return `${state.is}, and the journal of its worker is gone`;
      return 'marked, and nothing is known of a run (marked by hand, or the history was deleted)';
    case 'no-such-attempt':
      return why.attempts.length === 1
        ? `attempt ${why.attempts.join()} is the only one`
        : `there are attempts ${why.attempts.join(', ')}`;
    case 'kept-none':
      return `attempt ${why.attempt} kept none (--inherit, a log that could not be opened, or a worker of an older version)`;
    case 'deleted':
      return `${asTyped(why.path)} was deleted`;
  }
}

function remedy({ entry, why, state }: NoLog, schedule: string): string {
  switch (why.is) {
    case 'never-run':
      return state.is !== 'pending' && state.is !== 'claimed'
        ? `To run it: cooperate one ${schedule} --entry ${entry}`
        : `To wait for its output: cooperate logs ${schedule} ${entry} --follow`;
    case 'no-such-attempt':
      return `For all of them: cooperate logs ${schedule} ${entry} --all-attempts`;
    case 'kept-none':
      return 'What it printed went to the terminal of its worker alone.';
    case 'deleted':
      return `How it ended is still known: cooperate status ${schedule} --entries`;
  }
}

/** Entries without a log, by the reason. */
function byReason(none: readonly NoLog[]): [reason: string, entries: string][] {
  const reasons = new Map<string, number[]>();
  for (const one of none) {
    const reason = whyNone(one);
    reasons.set(reason, [...(reasons.get(reason) ?? []), one.entry]);
  }
  return [...reasons].map(([reason, entries]) => [reason, listed(entries)]);
}

const LISTED = 10;

/** `entry 3`, `entries 1, 4 and 7`, or how many. */
function listed(entries: readonly number[]): string {
  if (entries.length === 1) return `entry ${entries.join()}`;
  if (entries.length > LISTED) return `${entries.length} entries`;
  return `entries ${entries.slice(0, -1).join(', ')} and ${entries.at(-1)}`;
}

function named({ entry, run }: LoggedRun): string {
  return `entry ${entry} (attempt ${run.attempt})`;
}

function nothing(logged: LoggedRun): string {
  const { run, state } = logged;
  if (state === 'running' || state === 'suspect') return 'has printed nothing yet';
  if (run.end?.unstartable !== undefined) return ended(logged);
  return `printed nothing and ${ended(logged)}`;
}

function ended({ run: { end, worker }, state }: LoggedRun): string {
  if (!end) return state === 'lost' ? `is lost: worker ${harmless(worker)} died while it ran` : 'has not ended';
  const time = ` after ${formatExactDuration(end.took)}`;
  if (end.unstartable !== undefined) return `could not be started, ${harmless(end.unstartable)}`;
  if (end.is === 'succeeded') return `succeeded${time}`;
  if (end.is === 'interrupted') return `was interrupted${time}, because its worker was told to stop`;
  if (end.timedOut) return `took too long and was ended${time}`;
  if (end.signal !== undefined) return `was killed by ${harmless(end.signal)}${time}`;
  return `failed with exit code ${end.code}${time}`;
}

function hostOf(worker: string, host: string | undefined): string {
  return harmless(host ?? `worker ${worker}`);
}
