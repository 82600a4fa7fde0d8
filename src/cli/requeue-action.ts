import {
  carryOut,
  planRequeue,
  PUT_BACK_STATES,
  type RequeuePlan,
  type RequeueRequest,
} from '../commands/requeue.js';
import type { Ports } from '../commands/workshop.js';
import { Failure } from '../failure.js';
import { realTerminal } from '../ports/terminal.js';
import type { StopSwitch } from '../worker/stop.js';
import { EXIT } from './exit-codes.js';
import { realPorts, stopCode } from './ports.js';
import type { Page } from './page.js';
import { print } from './print.js';
import type { RequeueOptions } from './program-steering.js';
import {
  questionOf,
  requeueValue,
  showCarriedOut,
  showNothing,
  showPlan,
  showStillRunning,
  totalsOf,
} from './show-requeue.js';
import { own } from './show-notice.js';
import { stdoutPage } from './status-action.js';

/** `cooperate requeue`: returns the exit code. */
export async function requeueAction(
  schedule: string,
  selections: readonly string[],
  options: RequeueOptions,
): Promise<number> {
  const request = requestIn(schedule, selections, options);
  const base = realPorts(schedule, options.color);
  let stop: StopSwitch | undefined;
  const ports = { ...base, onStop: (made: StopSwitch) => base.onStop((stop = made)) };
  try {
    const plan = await planRequeue(ports, request);
    if (options.dryRun || plan.entries.length === 0) return await show(ports, plan, request, options);
    if (!options.yes && !(await isWanted(ports, plan))) {
      say(ports, own('nothing was put back.'));
      return EXIT.done;
    }
    const carried = await carryOut(ports, request, plan);
    if (!carried) return stopCode(stop) ?? EXIT.done;
    if (options.json) await print([JSON.stringify(requeueValue(schedule, plan, carried, false))]);
    else {
      if (options.yes)
        for (const line of showStillRunning(screenPage(ports), carried.done, plan.snapshot)) say(ports, line);
      for (const line of showCarriedOut(schedule, plan, carried)) say(ports, line);
    }
    return EXIT.done;
  } finally {
    await ports.screen.close();
  }
}

function requestIn(schedule: string, selections: readonly string[], options: RequeueOptions): RequeueRequest {
  const { force = false } = options;
  const states = PUT_BACK_STATES.filter((state) => options[state]);
  if (states.length === 0 && selections.length === 0)
    throw usage('put back what?', 'Give --failed, --lost, --interrupted, or entries such as 3,7-9.');
  if (options.suspect && !force)
    throw usage(
      '--suspect puts back what may still be running: nothing proves its workers dead.',
      'Give --force too if you know better; --lost is what is proven.',
    );
  return { schedule, states, selections, force };
}

function say({ screen }: Pick<Ports, 'screen'>, line: string): void {
  void screen.notice(line);
}

/** With --dry-run, and where there is nothing to do. */
async function show(
  ports: Ports,
  plan: RequeuePlan,
  { schedule, states }: RequeueRequest,
  options: RequeueOptions,
): Promise<number> {
  const { entries } = plan;
  if (options.json) {
    const value = requeueValue(schedule, plan, { done: entries, changed: [] }, options.dryRun ?? false);
    await print([JSON.stringify(value)]);
    return EXIT.done;
  }
  if (entries.length === 0) {
    say(ports, showNothing(plan, states));
    return EXIT.done;
  }
  await print(showPlan(stdoutPage(options), plan, true));
  say(ports, own(`this would put back ${totalsOf(entries)}; nothing was changed.`));
  return EXIT.done;
}

/** Shows what would be put back, and asks. */
async function isWanted(ports: Ports, plan: RequeuePlan): Promise<boolean> {
  const terminal = realTerminal();
  const { entries, snapshot } = plan;
  if (!terminal.isInteractive)
    throw usage(
      `this would put back ${totalsOf(entries)}, and there is no terminal to ask on.`,
      'Give --yes to do it, or --dry-run to see the entries.',
    );
  const page = screenPage(ports);
  for (const line of showPlan(page, plan, false)) say(ports, line);
  for (const line of showStillRunning(page, entries, snapshot)) say(ports, line);
  const isSafe = entries.every(({ worker }) => worker === undefined);
  return terminal.confirm(questionOf(entries), isSafe);
}

function screenPage({ screen }: Pick<Ports, 'screen'>): Page {
  return { columns: screen.isTerminal ? screen.columns : undefined, isColoured: screen.coloured('stderr') };
}

function usage(problem: string, remedy: string): Failure {
  return new Failure({ reason: 'usage', problem, remedy });
}
