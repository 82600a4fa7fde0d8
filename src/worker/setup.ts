import { Failure } from '../failure.js';
import { commandLine } from '../schedule/slots.js';
import { absolutePath, type Place } from './setup-paths.js';
import { activateConda, activateProject, activateVenv, loadModule } from './setup-recipes.js';

/** What the user asked for with --setup, --venv and so on. */
export interface EnvironmentOptions {
  readonly setup?: readonly string[];
  readonly venv?: string;
  readonly conda?: string;
  readonly pipenv?: boolean;
  readonly poetry?: boolean;
  readonly module?: readonly string[];
}

export interface SetupFacts extends Place {
  isFile(path: string): boolean;
  /** Does nothing in the container: shows before anything is claimed that its image and its options are good. */
  readonly probe?: { readonly container: string; readonly argv: readonly string[] };
}

export interface Setup {
  /** For bash, or any POSIX shell. */
  readonly script: string;
  /** The options it is made of, for people. */
  readonly what: string;
}

interface Step {
  /** The option, as typed. */
  readonly option: string;
  readonly code: string;
  /** Ends the shell by itself when something fails in it. */
  readonly checksItself?: boolean;
}

/**
 * The script that sets up what the entries run in, and prints it. Modules come first, since they bring the conda or the
 * python that others need; the user's own commands come last, and see all of it. Undefined: nothing to set up.
 */
export function setupScript(options: EnvironmentOptions, facts: SetupFacts): Setup | undefined {
  const steps = [...recipes(options, facts)];
  if (steps.length === 0) return undefined;
  return {
    script: [QUIET, ...steps.flatMap(announced), PRINT].join('\n'),
    what: steps.map(({ option }) => option).join(', '),
  };
}

function* recipes(options: EnvironmentOptions, facts: SetupFacts): Generator<Step> {
  const { module = [], conda, venv, pipenv, poetry, setup = [] } = options;
  for (const name of module.flatMap(namesIn)) yield step('--module', name, loadModule(quoted(name)));
  if (conda !== undefined) yield condaStep(conda, facts);
  if (venv !== undefined) yield venvStep(venv, facts);
  if (pipenv) yield { option: '--pipenv', code: activateProject('pipenv', '--venv') };
  if (poetry) yield { option: '--poetry', code: activateProject('poetry', 'env info --path') };
  for (const text of setup) yield { ...step('--setup', text, checked(text)), checksItself: true };
  if (facts.probe) yield step('--container', facts.probe.container, commandLine(facts.probe.argv));
}

function condaStep(name: string, place: Place): Step {
  if (name.trim() === '') throw empty('--conda', 'the name or the folder of an environment');
  // A slash makes it a folder for conda too.
  const meant = name.includes('/') ? absolutePath(name, place) : name;
  return step('--conda', name, activateConda(quoted(meant)));
}

function venvStep(path: string, facts: SetupFacts): Step {
  if (path === '') throw empty('--venv', 'the folder of an environment');
  const folder = absolutePath(path, facts);
  if (!facts.isFile(`${folder}/bin/activate`))
    throw new Failure({
      reason: 'usage',
      problem: `--venv ${path} is no virtual environment: there is no ${folder}/bin/activate.`,
      remedy: 'Give the folder that python -m venv, virtualenv or uv venv has made.',
    });
  return step('--venv', path, activateVenv(quoted(folder)));
}

/** As in `module load a b`: a name has no spaces. */
function namesIn(text: string): string[] {
  const names = text.split(/\s+/).filter((name) => name !== '');
  if (names.length === 0) throw empty('--module', 'the name of a module');
  return names;
}

const LONGEST_OPTION = 60;

function step(flag: string, value: string, code: string): Step {
  const typed = commandLine([flag, value]).replaceAll('\n', ' ');
  const option = typed.length > LONGEST_OPTION ? `${typed.slice(0, LONGEST_OPTION)}…` : typed;
  return { option, code };
}

/** Also when it is asked whether it wants input, and when it tells that it does not need any. */
const QUIET = 'exec </dev/null';

/**
 * Says on stdout which option's turn it is, and keeps everything else off it. Only the user's own text runs with
 * `set -e`; the recipes look at what they call, since activation scripts are full of harmless failures.
 */
function announced({ option, code, checksItself }: Step): string[] {
  return [`printf '%s\\0' ${quoted(option)}`, '{', code, checksItself ? '} >&2' : '} >&2 || exit'];
}

/** By eval, so that an open quote or a stray brace in it is an error in it alone. */
function checked(text: string): string {
  return `set -e\neval ${quoted(text)}\nset +e`;
}

/** An empty name before and behind it; an absolute path, since PATH may be anything by now. */
const PRINT = `printf '\\0'; /usr/bin/env -0 && printf '\\0'`;

/** As one word of a shell command, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function empty(option: string, wanted: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${option} is empty.`,
    remedy: `Give ${wanted}; a shell variable in it may not be set.`,
  });
}
