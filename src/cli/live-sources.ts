import type { Looking } from '../commands/look.js';
import { isDeserted } from '../commands/wait.js';
import { failureGroups, type FailureGroup } from '../survey/causes.js';
import { digest, paceOf } from '../survey/digest.js';
import { entriesIn } from '../survey/entries-in.js';
import { forecast } from '../survey/forecast.js';
import { loggedBytes, readLog } from '../survey/run-log.js';
import type { Run, Snapshot } from '../survey/types.js';
import type { LogPiece } from '../view/follow-log.js';
import type { Sources } from '../view/live.js';
import type { Group } from '../view/model.js';
import { explained } from './show-failure.js';
import { causeText } from './show-status-failures.js';
import { outlook } from './show-status.js';
import { roughTime } from './show-time.js';

/** What the live view of one schedule shows, and who acts for it. */
export function liveSources({ fs, look }: Looking): Sources {
  let last: Snapshot | undefined;
  let looked: Promise<unknown> = Promise.resolve();
  // One look at a time.
  const lookAfter = (): Promise<Snapshot> => {
    const next = looked.catch(() => undefined).then(async () => (last = await look()));
    looked = next;
    return next;
  };
  return {
    look: lookAfter,
    outlook: outlookOf,
    group: async (snapshot) => [
      ...(await failureGroups(fs, snapshot, entriesIn(snapshot, 'failed'))).map(groupOf),
      ...OTHERS.map(([state, cause]) => ({ cause, entries: entriesIn(snapshot, state) })).filter(
        ({ entries }) => entries.length > 0,
      ),
    ],
    readLog: async (entry, attempt, from) => {
      last ??= await lookAfter();
      const run = runOf(last, entry, attempt);
      if (!run) return undefined;
      const start = from < 0 ? Math.max(0, ((await loggedBytes(fs, last, run)) ?? 0) + from) : from;
      const piece = await readLog(fs, last, run, start);
      if (!piece) return undefined;
      const { bytes, isOver } = piece;
      // Its worker may have ended it and gone on with another entry in the same file since we looked.
      const isSure = run.log?.[1] !== undefined || bytes.length === 0;
      return cut(
        { bytes, from: start, ended: isOver },
        isSure ? run : runOf(await lookAfter(), entry, attempt),
      );
    },
    requeue: () => Promise.resolve('TODO'),
    explain: (error) => explained(error).replaceAll('\n', ' '),
  };
}

/** What stands behind the end of the run is another one's. */
function cut(piece: LogPiece, run: Run | undefined): LogPiece {
  const [from, to] = run?.log ?? [0, undefined];
  if (to === undefined) return piece;
  const left = Math.max(0, to - from - piece.from);
  return { ...piece, bytes: piece.bytes.subarray(0, left), ended: piece.bytes.length >= left };
}

function runOf(snapshot: Snapshot, entry: number, attempt: number): Run | undefined {
  if (entry >= snapshot.text.count) return undefined;
  return snapshot.runsOf(entry).find((run) => run.attempt === attempt);
}

function outlookOf(snapshot: Snapshot, now: number): readonly string[] {
  if (isDeserted(snapshot)) return ['nobody is working on it', 'nobody works'];
  const made = forecast(paceOf(snapshot, digest(snapshot), now));
  if (!made) return [];
  const left = `${roughTime(made.left)} left`;
  return [outlook(made), `about ${left}`, left];
}

const OTHERS = [
  ['lost', 'lost: the worker died'],
  ['interrupted', 'interrupted: the worker was told to stop'],
] as const;

function groupOf({ cause, lastLine, entries }: FailureGroup): Group {
  return { cause: causeText(cause), line: lastLine, entries };
}
