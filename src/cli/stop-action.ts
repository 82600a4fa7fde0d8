import { Stopping, type Asked, type AtWork, type Leaving } from '../commands/stop.js';
import { harmless } from '../ports/screen-text.js';
import { EXIT } from './exit-codes.js';
import { realLookPorts } from './look-ports.js';
import { counted } from './page.js';
import { print } from './print.js';
import type { StopOptions } from './program-steering.js';
import { own } from './show-notice.js';

/** `cooperate stop`: returns the exit code. */
export async function stopAction(schedule: string, options: StopOptions): Promise<number> {
  const { host: hosts, worker: workers, now = false, json = false, wait = false } = options;
  const stopping = await Stopping.at(realLookPorts(), schedule);
  const made = await stopping.ask({ hosts, workers, now });
  if (!json) for (const line of showAsked(schedule, made, options)) say(line);
  const how = wait ? await stopping.untilLeft(made.asked, json ? () => undefined : tellLeft) : undefined;
  if (json) await print([JSON.stringify(stopValue(schedule, made, now, how))]);
  const haveLeft = !how || [...how.values()].every((one) => one === 'left');
  return haveLeft ? EXIT.done : EXIT.entryFailed;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** So many workers are named; more are counted. */
const NAMED = 10;

function* showAsked(schedule: string, { asked, others }: Asked, options: StopOptions): Generator<string> {
  const { now, host, worker, wait } = options;
  if (asked.length === 0) {
    const isChosen = host !== undefined || worker !== undefined;
    yield own(
      isChosen && others.length > 0
        ? `none of the ${counted(others.length, 'worker')} at work on ${schedule} is meant by that:`
        : `nobody is working on ${schedule}.`,
    );
    yield* names(others);
    return;
  }
  const what = now ? 'end what they run, put it back and leave' : 'finish what they run, and leave';
  yield own(
    `asked ${counted(asked.length, 'worker')} to ${asked.length === 1 ? what.replace('they run', 'it runs') : what}:`,
  );
  yield* names(asked);
  if (!wait) yield own('each sees it within some 3 seconds.');
}

function* names(workers: readonly AtWork[]): Generator<string> {
  for (const { worker, host } of workers.slice(0, NAMED)) yield `  ${harmless(worker)} on ${harmless(host)}`;
  if (workers.length > NAMED) yield `  and ${workers.length - NAMED} more`;
}

const HOW: Readonly<Record<Leaving, string>> = {
  working: 'is still working',
  left: 'has left',
  died: 'is dead',
  silent: 'has not been heard of for minutes, and is not waited for; should it wake up, it leaves',
};

function tellLeft({ worker }: AtWork, how: Leaving, left: number): void {
  say(own(`worker ${harmless(worker)} ${HOW[how]}${left > 0 ? `; ${left} more to leave` : ''}.`));
}

/** Version 1 of what `stop --json` prints. */
function stopValue(
  schedule: string,
  { asked }: Asked,
  now: boolean,
  how: ReadonlyMap<string, Leaving> | undefined,
): object {
  const workers = asked.map(({ worker, host }) => ({
    worker,
    host,
    ...(how ? { became: how.get(worker) ?? 'working' } : {}),
  }));
  return { version: 1, schedule, now, waited: how !== undefined, asked: workers };
}
