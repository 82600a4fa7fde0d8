import { Option, type Command } from 'commander';
import { ORDERS } from '../doe/experiment.js';
import type { DoeFlags } from '../doe/spec/spec-flags.js';
import { collect, wholeNumber, type GlobalOptions } from './program-values.js';

export interface DoeOptions extends GlobalOptions, Partial<Omit<DoeFlags, 'command'>> {
  readonly spec?: string;
  readonly append?: true;
  readonly replace?: true;
  readonly show?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  cooperate doe exp.json                       asks
  cooperate doe exp.json --spec sweep.yaml     from a file
  All 8 combinations:
  cooperate doe exp.json --set lr=log:1e-4..1e-1:4 --set batch=32,64 \\
      -- python main.py
  64 points that fill the space, and the next 64 of them:
  cooperate doe exp.json --set lr=loguniform:1e-5..1e-1 \\
      --set wd=uniform:0..0.3 --design sobol --runs 64 -- python main.py
  cooperate doe exp.json --append --runs 64

Values:
  a,b,c  1..5  0..1:0.25 (by step)  lin:A..B:N  log:A..B:N  flag
  [--sgd],[--adam --beta 0.9] (whole groups)
Sampled values:
  uniform:A..B  loguniform:A..B  int:A..B  normal:MEAN,SD
Designs:
  factorial  random  zip  oat  lhs[:centred|:maximin]  sobol  halton
  fractional[:IV|:D=ABC]  plackett-burman  box-behnken
  ccd[:faced|:inscribed|:circumscribed]`;

/** The options of `doe`; `run` gets what was typed. */
export function doeOptions(verb: Command): Command {
  verb.argument('[command...]', 'behind --, what the values are added to; {name} places one within it');
  return writingOptions(designOptions(valueOptions(verb)))
    .showHelpAfterError('Options of the command that is run come behind --. All options: cooperate doe --help')
    .addHelpText('after', EXAMPLES);
}

function valueOptions(verb: Command): Command {
  return verb
    .optionsGroup('Values:')
    .option('-s, --set <name=values>', 'a factor and its values; repeatable', collect)
    .option(
      '-w, --where <condition>',
      "only runs where it holds, such as 'lr * batch < 1'; repeatable",
      collect,
    )
    .option(
      '--when <name=condition>',
      'a factor that takes part only when, such as \'momentum=opt == "sgd"\'; repeatable',
      collect,
    )
    .option('--baseline <name=value,...>', 'where oat starts (default: first values)')
    .option('--as <style>', 'option (--lr 1), equals (--lr=1), bare (lr=1), positional; or NAME=STYLE', collect)
    .option('--spec <file>', 'all of this from a YAML or JSON file');
}

function designOptions(verb: Command): Command {
  return verb
    .optionsGroup('Design:')
    .option('-d, --design <design>', 'how to combine the values (default: factorial)')
    .option('-n, --runs <n>', 'how many runs, for designs that are sampled')
    .option('--seed <n>', 'of everything that is drawn (default: 0)', wholeNumber)
    .option('--no-scramble', 'plain Sobol and Halton points')
    .option('--centers <n>', 'centre points of ccd and box-behnken (default: 1)', wholeNumber)
    .option('-r, --repeat <n>', 'every run n times, or once for each value: seed=1..3')
    .addOption(
      new Option('--order <order>', 'balanced: stopping early leaves a usable design').choices(ORDERS),
    );
}

function writingOptions(verb: Command): Command {
  return verb
    .optionsGroup('Writing:')
    .addOption(new Option('--append', 'add to the schedule what it does not have yet').conflicts('replace'))
    .option('--replace', 'write the schedule anew; the old one is kept as .bak')
    .option('--show', 'print the command that made the schedule')
    .option('--dry-run', 'print the commands and write nothing')
    .option('-y, --yes', 'also more than 10,000 runs')
    .option('--json', 'print one JSON value');
}

/** Of the words that were taken for the command those that do not stand behind `--`; `args`: the command line. */
export function strayWords(args: readonly string[], command: readonly string[]): readonly string[] {
  const dashes = args.indexOf('--');
  const behind = dashes < 0 ? 0 : args.length - dashes - 1;
  return command.slice(0, Math.max(0, command.length - behind));
}
