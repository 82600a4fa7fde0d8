import { lookingAt, type Looking } from '../commands/look.js';
import { status } from '../commands/status.js';
import { changes } from '../commands/watch.js';
import { Failure } from '../failure.js';
import type { StateName } from '../survey/types.js';
import { EXIT, STOP_SIGNALS, type StopSignal } from './exit-codes.js';
import { realLookPorts } from './look-ports.js';
import { print } from './print.js';
import type { StatusOptions } from './program-status.js';
import { filterIn } from './status-request.js';
import { stdoutPage } from './stdout-page.js';
import { statusJson } from './status-value.js';
import { explained } from './show-failure.js';
import { own } from './show-notice.js';
import { showTotals } from './show-status.js';
import { momentOf } from './show-time.js';

/** `cooperate status --watch`: returns the exit code. */
export async function watchAction(schedule: string, options: StatusOptions): Promise<number> {
  const looking = await lookingAt(realLookPorts(), schedule);
  if (options.json || !hasScreen()) return watchPlainly(looking, schedule, options);
  const state = onlyState(options);
  const { liveAction } = await import('./live-action.js');
  return liveAction(looking, schedule, { state, color: options.color });
}

/** A terminal that can be drawn on, and keys. */
function hasScreen(): boolean {
  const { stdin, stdout, env } = process;
  return stdin.isTTY && stdout.isTTY && !['dumb', '', undefined].includes(env['TERM']);
}

/** In the live view keys choose what is listed; one state is what they can choose. */
function onlyState({ entries, state = [], host, worker }: StatusOptions): StateName | undefined {
  const [first] = state;
  if (entries === undefined && state.length <= 1 && !host && !worker) return first;
  throw new Failure({
    reason: 'usage',
    problem: 'the live view has keys for what is listed (? shows them), and takes one --state at most.',
    remedy: 'Leave the other options out, or --watch; --watch --json takes them all.',
  });
}

/** Tells what has changed, a line or a JSON value at a time, until it is stopped or nobody reads any more. */
async function watchPlainly(looking: Looking, schedule: string, options: StatusOptions): Promise<number> {
  const stop = new AbortController();
  let by: StopSignal | undefined;
  for (const signal of STOP_SIGNALS)
    process.once(signal, () => {
      by = signal;
      stop.abort();
    });
  // Nobody reads any more; Node goes on as if nothing had happened.
  process.stdout.once('error', () => stop.abort());
  const filter = filterIn(options);
  const withEntries = options.entries !== undefined || options.state !== undefined;
  const page = { ...stdoutPage(options), columns: undefined };
  const tell = (error: unknown): void => {
    process.stderr.write(`${own(`${explained(error)}\nLooking again; Ctrl-C leaves.`)}\n`);
  };
  for await (const snapshot of changes(looking, stop.signal, tell)) {
    const seen = { ...looking, look: () => Promise.resolve(snapshot) };
    const report = await status(seen, schedule, filter);
    if (options.json) await print(inOneLine(statusJson(schedule, report, withEntries)), '');
    else await print(withTime(showTotals(page, schedule, report), report.now));
  }
  return by ? EXIT.signal[by] : EXIT.done;
}

function* inOneLine(pieces: Iterable<string>): Generator<string> {
  yield* pieces;
  yield '\n';
}

function* withTime(lines: Iterable<string>, now: number): Generator<string> {
  const time = momentOf(now, now);
  for (const line of lines) yield `${time} ${line}`;
}
