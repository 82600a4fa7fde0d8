import type { Command } from 'commander';
import { names } from './program-status.js';
import type { GlobalOptions } from './program-values.js';

export interface RequeueOptions extends GlobalOptions {
  readonly failed?: true;
  readonly lost?: true;
  readonly interrupted?: true;
  readonly suspect?: true;
  readonly force?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

export interface StopOptions extends GlobalOptions {
  readonly host?: readonly string[];
  readonly worker?: readonly string[];
  readonly now?: true;
  readonly wait?: true;
  readonly json?: true;
}

const REQUEUE_EXAMPLES = `
Examples:
  cooperate requeue exp.json --failed      what failed
  cooperate requeue exp.json --lost -y     what was lost, without asking
  cooperate requeue exp.json 3,7-9         these, also if they succeeded`;

const STOP_EXAMPLES = `
Examples:
  cooperate stop exp.json                  when what they run has finished
  cooperate stop exp.json --host node7 --now`;

/** The options of `requeue`. */
export function requeueOptions(verb: Command): Command {
  return verb
    .option('--failed', 'all that failed')
    .option('--lost', 'all whose worker died while it ran them')
    .option('--interrupted', 'all that were interrupted and not put back')
    .option('--suspect', 'with --force: all whose worker has not been heard of for minutes')
    .option('--force', 'also what may still be running, which then runs twice at once')
    .option('--dry-run', 'show the entries, and put nothing back')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print one JSON value')
    .addHelpText('after', REQUEUE_EXAMPLES);
}

/** The options of `stop`. */
export function stopOptions(verb: Command): Command {
  return verb
    .option('--host <names>', 'only workers on these hosts; * stands for any text', names)
    .option('--worker <names>', 'only these workers; * stands for any text', names)
    .option('--now', 'end what they run, and put it back')
    .option('--wait', 'until they have left')
    .option('--json', 'print one JSON value')
    .addHelpText('after', STOP_EXAMPLES);
}
