import { InvalidArgumentError, Option, type Command } from 'commander';
import { LOST_POLICIES, type LostPolicy } from '../claim/lost-policy.js';
import { hoursProblem } from '../settings/hours.js';
import { parseDuration } from '../worker/duration.js';
import { profileOption } from './program-config.js';
import { collect, positiveInteger, wholeNumber, type GlobalOptions } from './program-values.js';

export interface RunOptions extends GlobalOptions {
  readonly profile?: readonly string[];
  /** False: use no settings. */
  readonly config?: boolean;
  readonly keepGoing?: true;
  readonly maxFailures?: number;
  readonly persistent?: boolean;
  readonly postfix?: string;
  readonly retries?: number;
  readonly inherit?: true;
  readonly jobs?: number;
  readonly gpus?: string;
  readonly perGpu?: number;
  readonly gpusPerRun?: number;
  readonly threads?: number;
  readonly setup?: readonly string[];
  readonly venv?: string;
  readonly conda?: string;
  readonly pipenv?: boolean;
  readonly poetry?: boolean;
  readonly module?: readonly string[];
  readonly container?: string;
  readonly bind?: readonly string[];
  readonly timeout?: number;
  readonly requeueLost?: LostPolicy;
  readonly limit?: number;
  readonly timeLimit?: number;
  readonly expect?: number;
  readonly wait?: true;
  readonly nice?: number;
  readonly hours?: readonly string[];
  readonly onFinish?: string;
  readonly onFailure?: string;
}

/** The options of `run`. */
export function runOptions(verb: Command): Command {
  return profileOption(verb)
    .option('--no-config', 'do not use cooperate.config.json and the like')
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
    .option('--postfix <flags>', "what --persistent appends, such as '--resume' (default: asked for once)")
    .option('-j, --jobs <n>', 'run so many entries at once', positiveInteger)
    .option('--gpus <gpus>', 'one entry on each GPU: all, how many, or which (0,2)')
    .option('--per-gpu <n>', 'so many entries share a GPU', positiveInteger)
    .option('--gpus-per-run <n>', 'each entry gets so many GPUs', positiveInteger)
    .option(
      '--threads <n>',
      'OMP_NUM_THREADS and friends (default with several slots: a fair share)',
      positiveInteger,
    )
    .option('--venv <folder>', 'run entries in this virtual environment')
    .option('--conda <env>', 'in this conda, mamba or micromamba environment')
    .option('--pipenv', 'in the environment of pipenv')
    .option('--poetry', 'in the environment of poetry')
    .option('--module <name>', 'load a module before; repeatable', collect)
    .option('--setup <commands>', 'shell commands before all entries, once; repeatable', collect)
    .option('--container <image>', 'in a container: docker:IMAGE, podman:IMAGE, FILE.sif ...')
    .option('--bind <from:to>', 'a folder that the container sees too; repeatable', collect)
    .option('--timeout <time>', 'end a run that takes longer, such as 90m; it has failed', duration)
    .addOption(
      new Option('--requeue-lost <when>', 'put back what a worker ran that is gone (default: never)').choices(
        LOST_POLICIES,
      ),
    )
    .option('--limit <n>', 'run so many entries and leave', positiveInteger)
    .option('--time-limit <time>', 'leave after this time; what still runs is put back', duration)
    .option('--expect <time>', 'what an entry takes: one that would not finish is not started', duration)
    .option('--hours <span>', 'start entries only then, such as 20:00-08:00 or Sat,Sun; repeatable', hours)
    .option('--wait', 'wait for entries that are added later')
    .option('--on-failure <command>', 'run it by the shell when an entry has failed; facts in COOPERATE_*')
    .option('--on-finish <command>', 'run it by the shell when this worker leaves')
    .option('--nice <n>', 'run at this priority, 0 to 19', niceness)
    .addOption(
      new Option('--inherit', 'hand the terminal to the command untouched, and keep no log').conflicts('jobs'),
    );
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('Write it like 90s, 15m or 1h30m.');
  return ms;
}

function hours(text: string, before?: readonly string[]): string[] {
  const problem = hoursProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(problem);
  return collect(text, before);
}

function niceness(text: string): number {
  if (!/^1?\d$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 19.');
  return Number(text);
}
