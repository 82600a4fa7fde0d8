import { followLogs } from '../commands/logs-follow.js';
import { chooseRuns, isLogged, isToCome, printLogs, type NoLog } from '../commands/logs.js';
import { lookingAt } from '../commands/look.js';
import { Failure } from '../failure.js';
import { realScreen, type Screen } from '../ports/screen.js';
import { parseSelection } from '../schedule/selection.js';
import { EXIT, STOP_SIGNALS, type StopSignal } from './exit-codes.js';
import { printLogsJson } from './logs-json.js';
import { LogPrinter } from './logs-printer.js';
import { realLookPorts } from './look-ports.js';
import type { LogsOptions } from './program-logs.js';
import { noLogFailure } from './show-logs.js';

/** `cooperate logs`: returns the exit code. */
export async function logsAction(schedule: string, selection: string, options: LogsOptions): Promise<number> {
  const screen = realScreen({ colour: options.color });
  const looking = await lookingAt(realLookPorts(), schedule);
  const { fs } = looking;
  const snapshot = await looking.look();
  const entries = parseSelection(selection, snapshot.text.count, schedule);
  if (entries.length === 0) throw new Failure({ reason: 'entry-unknown', path: schedule, entry: 0, count: 0 });
  const chosen = await chooseRuns(fs, snapshot, entries, options);
  const shown = chosen.filter((one) => isLogged(one) || (options.follow && isWaitedFor(one)));
  const none = chosen.filter((one) => !isLogged(one)).filter((one) => !shown.includes(one));
  if (shown.length === 0) throw noLogFailure(none, schedule);
  if (options.json) {
    await printLogsJson({ fs, screen, snapshot, tail: options.tail }, chosen);
    return EXIT.done;
  }
  const sink = printerOn(screen, schedule, options, chosen.length > 1);
  if (none.length > 0) sink.say({ say: 'none', none });
  const stop = options.follow ? whenStopped() : undefined;
  try {
    if (stop) await followLogs({ looking, sink, signal: stop.signal }, snapshot, shown, options.tail);
    else await printLogs(fs, snapshot, shown.filter(isLogged), options.tail, sink);
  } finally {
    await sink.close();
    await screen.close();
  }
  return stop?.code() ?? EXIT.done;
}

function isWaitedFor({ state, why }: NoLog): boolean {
  return why.is === 'never-run' && isToCome(state);
}

function printerOn(screen: Screen, schedule: string, { raw }: LogsOptions, headings: boolean): LogPrinter {
  const { stdout, stderr } = process;
  const isTerminal = stdout.isTTY;
  return new LogPrinter({
    ...{ screen, schedule, headings },
    safe: isTerminal && raw !== true,
    shared: isTerminal && stderr.isTTY,
    columns: () => (process.env['TERM'] === 'dumb' ? 0 : stdout.columns || 80),
    isClosed: () => !stdout.writable,
  });
}

/** Ends what would go on for ever; the same signal once more ends this process as usual. */
function whenStopped(): { readonly signal: AbortSignal; readonly code: () => number | undefined } {
  const stopping = new AbortController();
  let by: StopSignal | undefined;
  for (const signal of STOP_SIGNALS)
    process.once(signal, () => {
      by = signal;
      stopping.abort();
    });
  return { signal: stopping.signal, code: () => by && EXIT.signal[by] };
}
