import { Failure } from '../failure.js';
import type { Held } from '../ports/lock.js';
import { scan } from '../schedule/scan.js';
import type { ScheduleText } from '../schedule/text.js';
import type { Desk } from './desk.js';
import { offerAppended } from './edits.js';
import { create } from './replace.js';
import { AT_ONCE, type LookAgain } from './view.js';
import { written } from './written.js';

/** The entries to append to a schedule, each the JSON of its list in one line; asked again when it has changed. */
export type LinesFor = (text: ScheduleText) => readonly string[];

interface Appended {
  readonly is: 'appended';
  readonly entries: number;
}

/** An editor that has the replaced file open is done with saving by then. */
const LATE_SAVE_MS = 100;
const ASK_AGAIN_MS = 1000;
/** For half a minute NFS may deny a name that it was asked for before; longer, and it is no schedule's name. */
const LONGEST_UNSEEN_MS = 35_000;
const OPERATION = 'append to the schedule';

/**
 * Puts entries behind the last one, all of them by one rewrite, while workers may be working on the schedule; a missing
 * one is created. Returns how many; undefined when `signal` aborted the wait for the lock. Afterwards the desk is to be
 * closed: that merges what an editor has saved late.
 */
export async function append(desk: Desk, linesFor: LinesFor, signal: AbortSignal): Promise<number | undefined> {
  const { clock } = desk.setting;
  while (!signal.aborted) {
    const round = (await exists(desk))
      ? await desk.underLock((held) => appendRound(desk, linesFor, held, signal), signal, OPERATION)
      : await begin(desk, linesFor, signal);
    if (round?.is === 'appended' && round.entries > 0) await clock.wait(LATE_SAVE_MS, signal);
    if (round?.is !== 'again') return round?.entries;
    await clock.wait(round.afterMs, signal);
  }
  return undefined;
}

/** Fails when what is there is no schedule, before anything is created. */
async function exists({ file }: Desk): Promise<boolean> {
  try {
    await file.look();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.detail.reason === 'schedule-missing') return false;
    throw error;
  }
}

async function begin(
  desk: Desk,
  linesFor: LinesFor,
  signal: AbortSignal,
): Promise<Appended | LookAgain | undefined> {
  const lines = linesFor(scan(Buffer.from('[]')));
  if (lines.length === 0) return { is: 'appended', entries: 0 };
  const made = await create(desk, lines, signal);
  if (made?.is === 'taken') return untilSeen(desk, signal);
  return made && { is: 'appended', entries: made.entries };
}

/** Somebody was quicker, and this mount may not know yet. */
async function untilSeen(desk: Desk, signal: AbortSignal): Promise<LookAgain> {
  const { clock } = desk.setting;
  const began = clock.monotonic();
  while (!signal.aborted && !(await exists(desk))) {
    if (clock.monotonic() - began > LONGEST_UNSEEN_MS) throw unseen(desk);
    await clock.wait(ASK_AGAIN_MS, signal);
  }
  return AT_ONCE;
}

function unseen({ file: { path } }: Desk): Failure {
  return new Failure({ reason: 'filesystem', code: 'EEXIST', operation: 'create the schedule', path });
}

async function appendRound(
  desk: Desk,
  linesFor: LinesFor,
  held: Held,
  signal: AbortSignal,
): Promise<Appended | LookAgain> {
  const view = await desk.viewer.look(held);
  if (view.is === 'again') return view;
  const lines = linesFor(view.seen.text);
  if (lines.length > 0 && !(await offerAppended(await desk.book(), view.seen.text, lines, held)))
    return AT_ONCE;
  const isWritten = lines.length > 0 || view.markAgain.length > 0 || view.mustWrite;
  if (
    isWritten &&
    !(await written(desk, view, { mark: view.markAgain, unmark: [], append: lines }, held, signal))
  )
    return AT_ONCE;
  return { is: 'appended', entries: lines.length };
}
