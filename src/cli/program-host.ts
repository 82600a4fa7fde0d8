import { InvalidArgumentError, Option, type Command } from 'commander';
import { parseDuration } from '../worker/duration.js';
import { profileOption } from './program-config.js';
import { collect, positiveInteger, type GlobalOptions } from './program-values.js';

/** What entries run in: of every command that runs some. */
export interface HostOptions extends GlobalOptions {
  readonly profile?: readonly string[];
  /** False: use no settings. */
  readonly config?: boolean;
  readonly gpus?: string;
  readonly gpusPerRun?: number;
  readonly threads?: number;
  readonly venv?: string;
  readonly conda?: string;
  readonly pipenv?: boolean;
  readonly poetry?: boolean;
  readonly module?: readonly string[];
  readonly setup?: readonly string[];
  readonly container?: string;
  readonly bind?: readonly string[];
  readonly timeout?: number;
  readonly nice?: number;
  readonly inherit?: true;
}

/** All of them, for a command that runs one entry. */
export function hostOptions(verb: Command): Command {
  const gpus = gpuOptions(settingsOptions(verb).optionsGroup('GPUs and threads:'));
  return lastOptions(timeoutOption(insideOptions(gpus).optionsGroup('The rest:')));
}

export function settingsOptions(verb: Command): Command {
  return profileOption(verb.optionsGroup('Settings:')).option(
    '--no-config',
    'do not use cooperate.config.json and the like',
  );
}

export function gpuOptions(verb: Command): Command {
  return verb
    .option('--gpus <gpus>', 'one entry on each GPU: all, how many, or which (0,2)')
    .option('--gpus-per-run <n>', 'each entry gets so many GPUs', positiveInteger)
    .option(
      '--threads <n>',
      'OMP_NUM_THREADS and friends (default with several slots: a fair share)',
      positiveInteger,
    );
}

export function insideOptions(verb: Command): Command {
  return verb
    .optionsGroup('What entries run in:')
    .option('--venv <folder>', 'run entries in this virtual environment')
    .option('--conda <env>', 'in this conda, mamba or micromamba environment')
    .option('--pipenv', 'in the environment of pipenv')
    .option('--poetry', 'in the environment of poetry')
    .option('--module <name>', 'load a module before; repeatable', collect)
    .option('--setup <commands>', 'shell commands before all entries, once; repeatable', collect)
    .option('--container <image>', 'in a container: docker:IMAGE, podman:IMAGE, FILE.sif ...')
    .option('--bind <from:to>', 'a folder that the container sees too; repeatable', collect);
}

export function timeoutOption(verb: Command): Command {
  return verb.option('--timeout <time>', 'end a run that takes longer, such as 90m; it has failed', duration);
}

export function lastOptions(verb: Command): Command {
  return verb
    .option('--nice <n>', 'run at this priority, 0 to 19', niceness)
    .addOption(
      new Option('--inherit', 'hand the terminal to the command untouched, and keep no log').conflicts('jobs'),
    );
}

export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('Write it like 90s, 15m or 1h30m.');
  return ms;
}

function niceness(text: string): number {
  if (!/^1?\d$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 19.');
  return Number(text);
}
