import { InvalidArgumentError, Option, type Command } from 'commander';
import { LOST_POLICIES, type LostPolicy } from '../claim/lost-policy.js';
import { hoursProblem } from '../settings/hours.js';
import {
  duration,
  gpuOptions,
  insideOptions,
  lastOptions,
  settingsOptions,
  timeoutOption,
  type HostOptions,
} from './program-host.js';
import { collect, positiveInteger, wholeNumber } from './program-values.js';

export interface RunOptions extends HostOptions {
  readonly keepGoing?: true;
  readonly maxFailures?: number;
  readonly persistent?: boolean;
  readonly postfix?: string;
  readonly retries?: number;
  readonly jobs?: number;
  readonly perGpu?: number;
  readonly requeueLost?: LostPolicy;
  readonly limit?: number;
  readonly timeLimit?: number;
  readonly expect?: number;
  readonly wait?: true;
  readonly hours?: readonly string[];
  readonly onFinish?: string;
  readonly onFailure?: string;
}

const EXAMPLES = `
Examples:
  cooperate run exp.json                   one worker; start as many as you like
  cooperate run exp.json -k -j 4           four at a time, whatever fails
  cooperate run exp.json --gpus all        one on each GPU
  cooperate run exp.json --venv ./venv --timeout 2h --retries 1`;

/** The options of `run`. */
export function runOptions(verb: Command): Command {
  return lastOptions(
    hookOptions(limitOptions(insideOptions(slotOptions(failureOptions(settingsOptions(verb)))))),
  ).addHelpText('after', EXAMPLES);
}

function failureOptions(verb: Command): Command {
  const failures = verb
    .optionsGroup('Failures:')
    .addOption(
      new Option('-k, --keep-going', 'go on after failures, and exit 1 at the end').conflicts('maxFailures'),
    )
    .option('--max-failures <n>', 'stop after this many failures (default: 1)', positiveInteger)
    .option('--retries <n>', 'run a failed entry again, this often', wholeNumber)
    .addOption(
      new Option('--persistent', 'rerun a failing command, with a flag appended, until it succeeds').conflicts(
        'retries',
      ),
    )
    .option('--no-persistent', 'do not (default)')
    .option('--postfix <flags>', "what --persistent appends, such as '--resume' (default: asked for once)");
  return timeoutOption(failures).addOption(
    new Option('--requeue-lost <when>', 'put back what a worker ran that is gone (default: never)').choices(
      LOST_POLICIES,
    ),
  );
}

function slotOptions(verb: Command): Command {
  const slots = verb
    .optionsGroup('Slots, GPUs and threads:')
    .option('-j, --jobs <n>', 'run so many entries at once', positiveInteger);
  return gpuOptions(slots).option('--per-gpu <n>', 'so many entries share a GPU', positiveInteger);
}

function limitOptions(verb: Command): Command {
  return verb
    .optionsGroup('How long and when:')
    .option('--limit <n>', 'run so many entries and leave', positiveInteger)
    .option('--time-limit <time>', 'leave after this time; what still runs is put back', duration)
    .option('--expect <time>', 'what an entry takes: one that would not finish is not started', duration)
    .option('--hours <span>', 'start entries only then, such as 20:00-08:00 or Sat,Sun; repeatable', hours)
    .option('--wait', 'wait for entries that are added later');
}

function hookOptions(verb: Command): Command {
  return verb
    .optionsGroup('The rest:')
    .option('--on-failure <command>', 'run it by the shell when an entry has failed; facts in COOPERATE_*')
    .option('--on-finish <command>', 'run it by the shell when this worker leaves');
}

function hours(text: string, before?: readonly string[]): string[] {
  const problem = hoursProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return collect(text, before);
}
