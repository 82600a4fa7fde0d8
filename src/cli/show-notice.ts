import { MOST_LOST } from '../claim/lost-policy.js';
import type { Notice } from '../notice.js';
import type { CommandResult } from '../ports/command.js';
import { harmless, harmlessLines } from '../ports/screen-text.js';
import { formatDuration, formatExactDuration } from '../worker/duration.js';
import { asTyped } from './as-typed.js';
import { showCommand } from './show-command.js';
import { ownershipShown, showFailure } from './show-failure.js';

/** Notice -> words. `schedule` is the path as the user typed it. */
export function showNotice(notice: Notice, schedule: string): string {
  // A command is shown with the tabs that are in it.
  return notice.tell === 'running' ? running(notice) : harmlessLines(wordsOf(notice, schedule));
}

function wordsOf(notice: Exclude<Notice, { tell: 'running' }>, schedule: string): string {
  switch (notice.tell) {
    case 'loose':
      return own(
        `${schedule} has comments or trailing commas; it is read all the same, and becomes strict JSON when first written.`,
      );
    case 'kept-as':
      return notice.why === 'strict'
        ? own(`${schedule} becomes strict JSON; your version is kept as ${asTyped(notice.path)}.`)
        : own(
            `an edit was saved while the schedule was rewritten; it is kept as ${asTyped(notice.path)}. Compare it with ${schedule}.`,
          );
    case 'ownership-changed':
      return own(
        `${schedule} is ${ownershipShown(notice.is)} from now on; it was ${ownershipShown(notice.was)}, which this user may not set.\nThose who worked on it by that group may have lost the right: chgrp and chmod give it back.`,
      );
    case 'generated-anew':
      return own(`${schedule} was generated anew: starting over; the old records are kept beside the new.`);
    case 'succeeded-before':
      return own(
        `${entries(notice.entries)} had no mark but succeeded before, so ${notice.entries.length === 1 ? 'it is' : 'they are'} marked again.\nTo run one again: cooperate one ${schedule} --entry ${notice.entries[0]}`,
      );
    case 'put-back-before':
      return own(
        `${entries(notice.entries)} ${notice.entries.length === 1 ? 'was' : 'were'} put back, and marked in what was saved since, perhaps from an older copy; not run.\nTo run one: cooperate one ${schedule} --entry ${notice.entries[0]}`,
      );
    case 'merged-edit':
      return own(
        `an edit of ${schedule} was saved while it was rewritten; the edit stands, with the marks put back in.`,
      );
    case 'lagging':
      return own(`this host still sees an older ${schedule}; waiting for its mount to catch up.`);
    case 'sidecar-anew':
      return own(
        `${schedule}.cooperate was deleted or replaced; going on with a new one. The marks in ${schedule} stand.`,
      );
    case 'waiting':
      return own(
        `${showFailure(notice.failure)}\nWaiting and trying again; Ctrl-C ${notice.isLeaving ? 'once more ' : ''}leaves.`,
      );
    case 'waited':
      return own('that has passed; going on.');
    case 'offered':
      return own(
        `${count(notice.entries)} had been claimed by workers that are gone and never started; running now.`,
      );
    case 'requeued-lost':
      return own(
        `entry ${notice.entry ?? '?'} is put back: attempt ${notice.attempt} was lost with worker ${harmless(notice.worker)}.`,
      );
    case 'lost-too-often':
      return own(
        `entry ${notice.entry ?? '?'} stays lost: its last ${MOST_LOST} workers died or fell silent while they ran it, so it may be the entry.`,
      );
    case 'put-back':
      return own(`put back ${entries(notice.entries)}: pending again.`);
    case 'given-away':
      return own(
        notice.ran
          ? `entry ${notice.entry} was put back by somebody while it ran here: what it did is kept as attempt ${notice.attempt} and counts as no more.`
          : `entry ${notice.entry} was put back by somebody before it was started here: it is left to others.`,
      );
    case 'left-early':
      return own(
        `${showFailure(notice.failure)}\n${notice.entries.length > 0 ? `${entries(notice.entries)} could not be put back yet: the next worker to finish does it.` : 'The next worker looks after what is left.'}`,
      );
    case 'log-trouble':
      return own(
        `the log ${asTyped(notice.path)} cannot be written (${notice.code}); output still goes to the terminal.`,
      );
    case 'fact':
      return own(notice.text);
    case 'gpus-shared':
      return own(gpusShared(notice));
    case 'hook-failed':
      return own(hookFailed(notice.event, notice.result));
    case 'closed':
      return own(`nothing is started outside its hours; they begin in ${formatDuration(notice.waitMs)}.`);
    case 'retrying':
      return own(
        `entry ${notice.entry} failed; running it again in ${formatExactDuration(notice.afterMs)} (${notice.left} ${notice.left === 1 ? 'try' : 'tries'} left).`,
      );
    case 'out-of-time':
      return own(
        notice.leftMs <= 0
          ? 'the time is up: nothing more is started.'
          : `nothing more is started: ${formatDuration(notice.leftMs)} are left, and an entry takes ${formatDuration(notice.expectedMs)}.`,
      );
    case 'design-not-kept':
      return own(
        `how ${schedule} was made could not be recorded in ${schedule}.cooperate; --show and --append --runs will not know.`,
      );
    case 'quarantine':
      return own(
        notice.is === 'slowing'
          ? `the last ${notice.failures} entries failed at once here, and on other hosts such entries succeed: going slower, to see whether it is this host.`
          : `this host seems to break entries: the last ${notice.failures} failed within ${formatExactDuration(notice.longestMs)}, and on other hosts they succeed (in about ${formatExactDuration(notice.elsewhereMs)}).\nPut back ${entries(notice.entries)} for them; this worker leaves.`,
      );
    case 'asked-to-stop':
      return own(
        `${harmless(notice.by)} asked this worker to stop${notice.now ? ' now' : ''}${askedTo(notice)}`,
      );
    case 'stopping':
      return own(stopping(notice.running));
  }
}

function running({ labelled, entry, argv, attempt }: Extract<Notice, { tell: 'running' }>): string {
  return `${labelled ? `[${entry}] ` : ''}Running: ${showCommand(argv)}${attempt > 1 ? ` (attempt ${attempt})` : ''}`;
}

function askedTo({ now, running }: { readonly now: boolean; readonly running: number }): string {
  if (running === 0) return '.';
  return now ? ': ending what runs.' : ': leaving when what runs has ended.';
}

function stopping(running: number): string {
  if (running === 0) return 'stopping.';
  return running === 1
    ? 'stopping: the running command was signalled, waiting for it to end. Once more kills it.'
    : `stopping: the ${running} running commands were signalled, waiting for them to end. Once more kills them.`;
}

function gpusShared({ worker, others, gpus }: Extract<Notice, { tell: 'gpus-shared' }>): string {
  const who = others === 0 ? `worker ${worker}` : `worker ${worker} and ${others} more`;
  const which = gpus.length === 1 ? `GPU ${harmless(gpus.join())}` : `GPUs ${harmless(gpus.join(', '))}`;
  return `${who} on this host ${others === 0 ? 'hands' : 'hand'} out ${which}, too: entries share ${gpus.length === 1 ? 'it' : 'them'}.\nDivide the GPUs with --gpus, if that is not meant.`;
}

function hookFailed(event: 'failure' | 'finish', result: CommandResult): string {
  if (result.ended !== 'exit')
    return `the command of --on-${event} ${result.ended === 'timeout' ? 'did not end within a minute' : 'could not be run'}.`;
  const lastLine = result.stderr.trimEnd().split('\n').at(-1) ?? '';
  return `the command of --on-${event} failed with exit code ${result.exitCode}${lastLine && `: ${harmless(lastLine)}`}.`;
}

export function own(text: string): string {
  return `cooperate: ${text}`;
}

function count(n: number): string {
  return n === 1 ? '1 entry' : `${n} entries`;
}

/** `entry 3`, `entries 1, 4 and 7`, or how many. */
function entries(list: readonly number[]): string {
  if (list.length === 1) return `entry ${list[0]}`;
  if (list.length > 10) return count(list.length);
  return `entries ${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}
