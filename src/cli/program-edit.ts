import type { Command } from 'commander';
import { positiveInteger, type GlobalOptions } from './program-values.js';

export interface AddOptions extends GlobalOptions {
  readonly file?: string;
  readonly times: number;
  readonly new?: true;
  readonly json?: true;
}

export interface EditOptions extends GlobalOptions {
  readonly resume?: true;
}

export interface CheckOptions extends GlobalOptions {
  readonly fix?: true;
  readonly json?: true;
}

const ADD_EXAMPLES = `
Examples:
  cooperate add exp.json -- python main.py --lr 0.5
  cooperate add exp.json --times 5 -- python main.py     five times the same
  cooperate add exp.json --file commands.txt             a command a line
  generate | cooperate add exp.json --file - --new       what is not in it yet

A file holds a command a line (quotes as in a shell; blank lines and # comments
are left out), JSON lines such as ["python", "main.py"], or a schedule, of which
the pending entries are taken.`;

/** The options of `add`. */
export function addOptions(verb: Command): Command {
  return verb
    .argument('[command...]', 'after --: the command to add')
    .option('-f, --file <list>', 'add the commands in a file; - is standard input')
    .option('--times <n>', 'add each so often', positiveInteger, 1)
    .option('--new', 'leave out what the schedule has already')
    .option('--json', 'print one JSON value')
    .showHelpAfterError('The command to add comes behind --. All options: cooperate add --help')
    .addHelpText('after', ADD_EXAMPLES);
}

const EDIT_HELP = `
Examples:
  cooperate edit exp.json
  EDITOR='code --wait' cooperate edit exp.json

The editor is $VISUAL, else $EDITOR, else vi; one that returns at once needs its
option to wait. It works on a copy, and workers go on meanwhile. What you save
is merged with what they have marked: your formatting stays, a mark that you
take away runs the entry again, one that you set says it is done.`;

const CHECK_EXAMPLES = `
Examples:
  cooperate check exp.json                 line and column of what is wrong
  cooperate check exp.json --fix           mends what has one meaning only`;

/** The options of `edit`. */
export function editOptions(verb: Command): Command {
  return verb
    .option('--resume', 'go on with an edit that was not finished, without asking')
    .addHelpText('after', EDIT_HELP);
}

/** The options of `check`. */
export function checkOptions(verb: Command): Command {
  return verb
    .option('--fix', 'mend what has one meaning only; your version is kept as .bak')
    .option('--json', 'print one JSON value')
    .addHelpText('after', CHECK_EXAMPLES);
}
