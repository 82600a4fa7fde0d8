import { Option, type Command } from 'commander';
import { positiveInteger, wholeNumber, type GlobalOptions } from './program-values.js';

export interface LogsOptions extends GlobalOptions {
  readonly follow?: true;
  readonly attempt?: number;
  readonly allAttempts?: true;
  readonly tail?: number;
  readonly raw?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  cooperate logs exp.json 3            what it printed, or has so far
  cooperate logs exp.json 3 -f         and what it goes on to print, on any host
  cooperate logs exp.json all -n 5     the last lines of each

Entries are numbers from 0, as in 3 or 1,4,7-9, or all, or last. On a terminal
colours pass and other escape sequences do not; elsewhere the bytes are as they
were printed.`;

/** The arguments and options of `logs`. */
export function logsOptions(verb: Command): Command {
  return verb
    .argument('<entries>', 'such as 3 or 1,4,7-9, all or last')
    .option('-f, --follow', 'go on as it prints more, until it has ended')
    .option('--attempt <n>', 'of this attempt, from 1 (default: the latest)', positiveInteger)
    .addOption(new Option('--all-attempts', 'of all attempts').conflicts('attempt'))
    .option('-n, --tail <lines>', 'the last lines only', wholeNumber)
    .option('--raw', 'on a terminal too, the bytes as they were printed')
    .addOption(new Option('--json', 'print one JSON value').conflicts(['follow', 'raw']))
    .addHelpText('after', EXAMPLES);
}
