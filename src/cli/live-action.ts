import type { Looking } from '../commands/look.js';
import { isDeserted } from '../commands/wait.js';
import { wantsColour, type ColourChoice } from '../ports/screen-colour.js';
import { realFullScreen } from '../ports/screen-full.js';
import { realTerminal } from '../ports/terminal.js';
import { failureGroups } from '../survey/causes.js';
import { digesting, paceOf, type Digest } from '../survey/digest.js';
import { forecast } from '../survey/forecast.js';
import { loggedBytes, readLog } from '../survey/run-log.js';
import type { Snapshot, StateName } from '../survey/types.js';
import { Live, type Sources } from '../view/live.js';
import type { LogPiece } from '../view/follow-log.js';
import type { Group } from '../view/model.js';
import { EXIT, STOP_SIGNALS } from './exit-codes.js';
import { explained } from './show-failure.js';
import { causeText } from './show-status-failures.js';
import { outlook } from './show-status.js';
import { roughTime } from './show-time.js';

export interface LiveSettings {
  readonly color: ColourChoice;
  readonly state: StateName | undefined;
}

/** The live view, until somebody leaves it: returns the exit code. */
export async function liveAction(looking: Looking, schedule: string, settings: LiveSettings): Promise<number> {
  const { stdin, env } = process;
  const live = new Live(realFullScreen(), looking.clock, sourcesOf(looking), {
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
    stdin.off('end', gone).off('error', gone);
    for (const [signal, leave] of leaves) process.off(signal, leave);
  }
}

function sourcesOf({ fs, look }: Looking): Sources {
  let last: Snapshot | undefined;
  return {
    look: async () => (last = await look()),
    outlook: outlookOf,
    group: async (snapshot, bad) => [
      ...(await failureGroups(fs, snapshot, bad.failed)).map(({ cause, lastLine, entries }) => ({
        ...{ cause: causeText(cause), line: lastLine, entries },
      })),
      ...others(bad),
    ],
    readLog: async (entry, attempt, from) => last && logPiece(fs, last, entry, attempt, from),
    requeue: () => Promise.resolve('TODO'),
    explain: (error) => explained(error).replaceAll('\n', ' '),
  };
}

function* outlookOf(
  snapshot: Snapshot,
  now: number,
  isTime: () => boolean,
): Generator<undefined, readonly string[]> {
  if (isDeserted(snapshot)) return ['nobody is working on it', 'nobody works'];
  const made = forecast(paceOf(snapshot, yield* digesting(snapshot, isTime), now));
  if (!made) return [];
  const left = `${roughTime(made.left)} left`;
  return [outlook(made), `about ${left}`, left];
}

function others({ lost, interrupted }: Digest['entries']): Group[] {
  return [
    { cause: 'lost: the worker died', entries: lost },
    { cause: 'interrupted: the worker was told to stop', entries: interrupted },
  ].filter(({ entries }) => entries.length > 0);
}

async function logPiece(
  fs: Looking['fs'],
  snapshot: Snapshot,
  entry: number,
  attempt: number,
  from: number,
): Promise<LogPiece | undefined> {
  const isThere = entry < snapshot.text.count;
  const run = isThere ? snapshot.runsOf(entry).find((one) => one.attempt === attempt) : undefined;
  if (!run) return undefined;
  const start = from < 0 ? Math.max(0, ((await loggedBytes(fs, snapshot, run)) ?? 0) + from) : from;
  const piece = await readLog(fs, snapshot, run, start);
  return piece && { bytes: piece.bytes, from: start, ended: piece.isOver };
}
