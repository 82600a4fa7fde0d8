import { run, type RunReport } from '../commands/run.js';
import type { Ports } from '../commands/workshop.js';
import { onSuspend } from '../ports/screen-suspend.js';
import { Cancelled, realTerminal } from '../ports/terminal.js';
import { Failure } from '../failure.js';
import { setNiceness } from '../ports/host.js';
import type { HookCommands } from '../worker/hooks.js';
import { msUntilHours } from '../settings/hours.js';
import { slurmTimeMs, type LimitSettings } from '../worker/limits.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { hostIn, said } from './host-options.js';
import { realHostPorts, realPorts, stopCode } from './ports.js';
import type { RunOptions } from './program-run.js';
import { runOptionsWith } from './settings.js';
import { own } from './show-notice.js';
import { showFailedEntry } from './show-run.js';

/** `cooperate run`: returns the exit code. */
export async function runAction(schedule: string, given: RunOptions): Promise<number> {
  const base = realPorts(schedule, given.color);
  const options = await runOptionsWith(given, base);
  const { inherit = false, persistent = false, retries = 0 } = options;
  if (inherit && persistent) throw conflict();
  if (options.nice !== undefined) setNiceness(options.nice);
  let stop: StopSwitch | undefined;
  const ports = { ...base, onStop: (made: StopSwitch) => base.onStop((stop = made)) };
  const say = (text: string): void => void ports.screen.notice(text);
  // A run that inherits the terminal has it alone, also after fg.
  if (!inherit && ports.screen.isTerminal)
    onSuspend(
      () => ports.screen.pause(),
      () => ports.screen.resume(),
    );
  try {
    const report = await run(
      ports,
      realHostPorts(),
      {
        schedule,
        maxFailures: options.keepGoing ? Infinity : (options.maxFailures ?? 1),
        ...{ inherit, persistent, postfix: options.postfix, retries },
        requeueLost: options.requeueLost ?? 'never',
        host: hostIn(options, given, options),
        timeoutMs: options.timeout,
        limits: limitsIn(options, slurmTimeMs(ports.env, ports.clock.wallTime())),
        hooks: hooksIn(options),
      },
      () => askPostfix(stop?.draining),
      (failed) => say(showFailedEntry(failed)),
    );
    const wrapUp = await wrapUpOf(report, ports, schedule, stop);
    for (const line of summary(report, schedule, wrapUp)) say(line);
    return stopCode(stop) ?? (report.failures > 0 || report.lost.length > 0 ? EXIT.entryFailed : EXIT.done);
  } catch (error) {
    const code = error instanceof Cancelled ? stopCode(stop) : undefined;
    if (code === undefined) throw error;
    return code;
  } finally {
    await ports.screen.close();
  }
}

function limitsIn(options: RunOptions, slurmMs: number | undefined): LimitSettings {
  const { limit, timeLimit = slurmMs, expect, wait, hours } = options;
  const closedMs = hours && ((now: Date) => msUntilHours(hours, now));
  return said({ entries: limit, timeMs: timeLimit, expectMs: expect, waits: wait, closedMs });
}

function hooksIn({ onFailure, onFinish }: RunOptions): HookCommands {
  return said({ onFailure, onFinish });
}

async function askPostfix(signal?: AbortSignal): Promise<string | undefined> {
  const terminal = realTerminal();
  if (!terminal.isInteractive) return undefined;
  return terminal.ask(
    'What to append to a command that failed (for example --resume)?',
    () => undefined,
    signal,
  );
}

/** With others at work on a schedule so long, finding out whether they are only leaving is not worth it. */
const LONG = 20_000;

/** What came of the whole schedule, when this worker has worked on it and it is done. */
async function wrapUpOf(
  { completed, ended, working, entries }: RunReport,
  ports: Ports,
  schedule: string,
  stop: StopSwitch | undefined,
): Promise<readonly string[] | undefined> {
  if (!completed || ended === 0 || stop?.draining.aborted || (working > 0 && entries > LONG)) return undefined;
  const { wrapUpLines } = await import('./wrap-up-action.js');
  const { isTerminal, columns } = ports.screen;
  const page = { columns: isTerminal ? columns : undefined, isColoured: ports.screen.coloured('stderr') };
  return wrapUpLines(ports, schedule, page);
}

function* summary(
  report: RunReport,
  schedule: string,
  wrapUp: readonly string[] | undefined,
): Generator<string> {
  const { ended, failures, lost, working, suspect, unreadable, completed } = report;
  for (const { entry, worker, command } of lost) {
    yield own(
      `entry ${entry ?? '?'} is lost: worker ${worker} died while running it${command ? ` (${command})` : ''}, and nobody knows how far it came.`,
    );
    yield `To run it again: cooperate one ${schedule} --entry ${entry ?? '<index>'}`;
  }
  if (unreadable > 0)
    yield own(
      unreadable === 1
        ? '1 journal line could not be read; what it recorded is unknown.'
        : `${unreadable} journal lines could not be read; what they recorded is unknown.`,
    );
  if (working > 0 && !wrapUp) {
    yield own(`${working === 1 ? '1 other worker is' : `${working} other workers are`} still at work.`);
  }
  for (const worker of suspect)
    yield own(`worker ${worker} has not been heard of for minutes; it may be gone.`);
  if (wrapUp) yield* wrapUp;
  else if (failures > 0 && (completed || ended > 1))
    yield own(`${failures} of the ${ended} entries run here failed.`);
  if (completed) yield 'All experiments completed.';
}

function conflict(): Failure {
  return new Failure({
    reason: 'usage',
    problem: '--inherit and --persistent do not go together: with --inherit the output is not seen.',
    remedy: 'Give one of them.',
  });
}
