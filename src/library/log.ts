import { followLogs } from '../commands/logs-follow.js';
import { chooseRuns, isLogged, isToCome, printLogs, type LogSink } from '../commands/logs.js';
import type { Looking } from '../commands/look.js';
import { CooperateError, usage } from './error.js';
import { Handover } from './handover.js';

export interface LogRequest {
  readonly entry: number;
  readonly attempt: number | undefined;
  readonly follow: boolean;
  readonly tail: number | undefined;
  readonly signal: AbortSignal;
}

/** What an entry has printed, and with `follow` what it prints. */
export async function* outputOf(
  looking: Looking,
  { entry, attempt, follow, tail, signal }: LogRequest,
): AsyncGenerator<Uint8Array, void> {
  const snapshot = await looking.look();
  const { count } = snapshot.text;
  if (!Number.isInteger(entry) || entry < 0 || entry >= count)
    throw new CooperateError({ reason: 'entry-unknown', path: snapshot.schedule, entry, count });
  const [chosen] = await chooseRuns(looking.fs, snapshot, [entry], { attempt, follow });
  if (!chosen) return;
  if (!isLogged(chosen)) {
    if (chosen.why.is === 'no-such-attempt') throw noSuchAttempt(entry, chosen.why);
    if (!follow || chosen.why.is !== 'never-run' || !isToCome(chosen.state)) return;
  }
  const handover = new Handover<Uint8Array>();
  const onAbort = () => handover.close();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) handover.close();
  const sink: LogSink = {
    begin: () => Promise.resolve(),
    put: (_, bytes) => handover.put(bytes),
    end: () => Promise.resolve(),
    say: () => undefined,
    get isClosed() {
      return handover.isClosed;
    },
  };
  try {
    const done = follow
      ? followLogs({ looking, sink, signal: handover.signal }, snapshot, [chosen], tail)
      : printLogs(looking.fs, snapshot, isLogged(chosen) ? [chosen] : [], tail, sink);
    yield* handover.taken(done);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function noSuchAttempt(
  entry: number,
  { attempt, attempts }: { readonly attempt: number; readonly attempts: readonly number[] },
): CooperateError {
  const there = attempts.length === 0 ? 'It was not run yet.' : `There are: ${attempts.join(', ')}.`;
  return usage(`entry ${entry} has no attempt ${attempt}.`, there);
}
