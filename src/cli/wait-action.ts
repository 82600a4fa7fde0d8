import { lookingAt } from '../commands/look.js';
import { waitFor, type WaitNews, type Waited } from '../commands/wait.js';
import { realScreen } from '../ports/screen.js';
import { isAtWork } from '../survey/digest.js';
import { formatDuration } from '../worker/duration.js';
import { EXIT, STOP_SIGNALS, type StopSignal } from './exit-codes.js';
import { realLookPorts } from './look-ports.js';
import { counted } from './page.js';
import type { WaitOptions } from './program-status.js';
import { requeue } from './show-status-failures.js';
import { totalsText } from './show-totals.js';
import { showFailure } from './show-failure.js';
import { showCommand } from './show-command.js';
import { own } from './show-notice.js';

/** `cooperate wait`: returns the exit code. */
export async function waitAction(schedule: string, options: WaitOptions): Promise<number> {
  const screen = realScreen({ colour: options.color });
  const stop = new AbortController();
  let stoppedBy: StopSignal | undefined;
  for (const signal of STOP_SIGNALS)
    process.once(signal, () => {
      stoppedBy ??= signal;
      stop.abort();
    });
  const say = (text: string): void => void screen.notice(text);
  try {
    const looking = await lookingAt(realLookPorts(), schedule);
    const waited = await waitFor(looking, {
      timeoutMs: options.timeout,
      signal: stop.signal,
      onNews: newsTeller(schedule, say, (text) => {
        screen.status(() => text);
      }),
    });
    if (waited.is === 'stopped') return EXIT.signal[stoppedBy ?? 'SIGINT'];
    screen.status(undefined);
    if (options.json) process.stdout.write(`${JSON.stringify(waitValue(schedule, waited))}\n`);
    else for (const line of conclusion(schedule, waited, options.timeout)) say(line);
    return isClean(waited) ? EXIT.done : EXIT.entryFailed;
  } finally {
    await screen.close();
  }
}

type Over = Exclude<Waited, { is: 'stopped' }>;

function isClean({ is, snapshot: { totals } }: Over): boolean {
  return is === 'over' && totals.failed === 0 && totals.lost === 0;
}

/** What it waits for is said once, and kept on the screen where there is one. */
function newsTeller(schedule: string, say: (text: string) => void, show: (text: string) => void) {
  let isFirst = true;
  return (news: WaitNews): void => {
    switch (news.tell) {
      case 'waiting': {
        const { totals, workers } = news.snapshot;
        if (isFirst)
          say(
            own(`waiting for ${counted(news.open, 'entry', 'entries')} of ${schedule}: ${totalsText(totals)}.`),
          );
        isFirst = false;
        const working = workers.filter(isAtWork).length;
        show(`waiting: ${totalsText(totals)}; ${counted(working, 'worker')}`);
        return;
      }
      case 'nobody':
        say(
          own(
            `nobody is working on ${schedule}; waiting all the same. To go on: ${showCommand(['cooperate', 'run', schedule])}`,
          ),
        );
        return;
      case 'somebody':
        say(own(`somebody is working on ${schedule} again.`));
        return;
      case 'trouble':
        say(own(`${showFailure(news.failure)}\nWaiting and looking again; Ctrl-C leaves.`));
    }
  };
}

function* conclusion(schedule: string, waited: Over, timeoutMs = 0): Generator<string> {
  const { totals } = waited.snapshot;
  if (waited.is === 'timeout')
    yield own(`${schedule} is not done after ${formatDuration(timeoutMs)}: ${totalsText(totals)}.`);
  else yield own(`${schedule} is done: ${totalsText(totals)}.`);
  if (totals.failed > 0) yield `To run what failed again: ${showCommand(requeue(schedule, '--failed'))}`;
  if (totals.lost > 0) yield `To run what was lost again: ${showCommand(requeue(schedule, '--lost'))}`;
}

/** Version 1 of what `wait --json` prints. */
function waitValue(schedule: string, waited: Over): object {
  return { version: 1, schedule, timedOut: waited.is === 'timeout', totals: waited.snapshot.totals };
}
