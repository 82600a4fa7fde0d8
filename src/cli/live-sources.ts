import type { Looking } from '../commands/look.js';
import { isDeserted } from '../commands/wait.js';
import { failureGroups, type FailureGroup } from '../survey/causes.js';
import { digest, paceOf } from '../survey/digest.js';
import { entriesIn } from '../survey/entries-in.js';
import { forecast } from '../survey/forecast.js';
import { loggedBytes, readLog } from '../survey/run-log.js';
import type { Run, Snapshot } from '../survey/types.js';
import type { Sources } from '../view/live.js';
import type { Group } from '../view/model.js';
import { explained } from './show-failure.js';
import { causeText } from './show-status-failures.js';
import { outlook } from './show-status.js';
import { roughTime } from './show-time.js';

/** What the live view of one schedule shows. */
export function liveSources(looking: Looking): Omit<Sources, 'requeue'> {
  const { fs } = looking;
  return {
    look: () => looking.look(),
    outlook: outlookOf,
    group: async (snapshot) => [
      ...(await failureGroups(fs, snapshot, entriesIn(snapshot, 'failed'))).map(groupOf),
      ...OTHERS.map(([state, cause]) => ({ cause, entries: entriesIn(snapshot, state) })).filter(
        ({ entries }) => entries.length > 0,
      ),
    ],
    readLog: async (snapshot, entry, attempt, from) => {
      const run = runOf(snapshot, entry, attempt);
      if (!run) return undefined;
      const start = from < 0 ? Math.max(0, ((await loggedBytes(fs, snapshot, run)) ?? 0) + from) : from;
      const piece = await readLog(fs, snapshot, run, start);
      return piece && { bytes: piece.bytes, from: start, ended: piece.isOver };
    },
    explain: (error) => explained(error).replaceAll('\n', ' '),
  };
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
