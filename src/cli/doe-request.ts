import { design, grow, readSpec, specOf, type Designed } from '../commands/doe.js';
import type { Existing } from '../commands/doe-write.js';
import type { Ports } from '../commands/workshop.js';
import type { DoeFlags } from '../doe/spec/spec-flags.js';
import { Failure } from '../failure.js';
import { realTerminal } from '../ports/terminal.js';
import { askedDesign } from './doe-asking.js';
import type { DoeOptions } from './program-doe.js';
import { showCommand } from './show-command.js';

/** A design, and what to do with it. */
export interface Request {
  readonly designed: Designed;
  readonly existing: Existing;
}

/**
 * From flags, from a file, from what was kept, or by asking; undefined when the user chose to leave it all. `stray`: the
 * words of the command that do not stand behind `--`.
 */
export async function requested(
  ports: Ports,
  schedule: string,
  options: DoeOptions,
  command: readonly string[],
  stray: readonly string[],
): Promise<Request | undefined> {
  const { spec, append, replace, yes, dryRun } = options;
  if (stray.length > 0) throw misplaced(stray, options);
  const flags = flagsIn(options, command);
  const existing = append ? 'append' : replace ? 'replace' : 'refuse';
  const many = yes ?? false;
  const given = givenIn(flags);
  if (spec !== undefined) {
    if (given.length > 0) throw bothGiven(given);
    return { designed: design(await readSpec(ports.fs, spec), many), existing };
  }
  if (append && flags.runs !== undefined && flags.set.length === 0 && command.length === 0) {
    const others = given.filter((name) => name !== '--runs');
    if (others.length > 0) throw keptAlready(others);
    return { designed: await grow(ports.fs, schedule, flags.runs, many), existing };
  }
  if (given.length > 0) return { designed: design(specOf(flags), many), existing };
  const terminal = realTerminal();
  if (!terminal.isInteractive || dryRun)
    throw nobodyToAsk(dryRun ? '--dry-run asks nothing.' : 'There is no terminal to ask on.');
  return askedDesign(ports, terminal, schedule, { yes: many, existing });
}

/** What says how the schedule is made, with nothing said as nothing. */
function flagsIn(options: DoeOptions, command: readonly string[]): DoeFlags {
  const { set = [], where = [], when = [], as = [] } = options;
  return { ...options, set, where, when, as, command };
}

/** The options that say what to make. */
function givenIn(flags: DoeFlags): string[] {
  const { set, where, when, as, command, scramble, design, runs, seed, centers, baseline, repeat, order } =
    flags;
  const lists = Object.entries({
    '--set': set,
    '--where': where,
    '--when': when,
    '--as': as,
    'a command': command,
  });
  const single = {
    '--design': design,
    '--runs': runs,
    '--seed': seed,
    '--centers': centers,
    '--baseline': baseline,
  };
  const more = { '--repeat': repeat, '--order': order, '--no-scramble': scramble === false ? true : undefined };
  return [
    ...lists.flatMap(([name, list]) => (list.length > 0 ? [name] : [])),
    ...Object.entries({ ...single, ...more }).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  ];
}

/** A value behind a space, or a file: taken for a command it would be run. */
function misplaced(stray: readonly string[], { set = [], spec }: DoeOptions): Failure {
  const [only = '', ...more] = stray;
  const isSpec = spec === undefined && set.length === 0 && more.length === 0 && /\.(?:ya?ml|json)$/.test(only);
  return new Failure({
    reason: 'usage',
    problem: `${showCommand(stray)} stands where only options can.`,
    remedy: isSpec
      ? `Did you mean --spec ${showCommand(stray)}?`
      : 'The command comes last, behind --, and values go with commas alone: --set lr=0.1,0.01 -- python main.py',
  });
}

function bothGiven(given: readonly string[]): Failure {
  return new Failure({
    reason: 'usage',
    problem: `--spec says everything, so ${given.join(', ')} cannot be given beside it.`,
    remedy: 'Put it into the file.',
  });
}

function keptAlready(given: readonly string[]): Failure {
  return new Failure({
    reason: 'usage',
    problem: `--append --runs goes on with the design that is there, so ${given.join(', ')} cannot be given beside it.`,
    remedy: 'Leave it out, or say what else to add: --append --set name=values ... -- command',
  });
}

function nobodyToAsk(why: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `what is to be made? ${why}`,
    remedy:
      'Give it as flags, for example: --set lr=0.1,0.01 -- python main.py. Or as a file: --spec sweep.yaml.',
  });
}
