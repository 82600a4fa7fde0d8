import { Command, CommanderError, Help, InvalidArgumentError, Option, type HelpConfiguration } from 'commander';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.js';
import { completionsOptions, type Shell } from './program-completions.js';
import { logsOptions, type LogsOptions } from './program-logs.js';
import { configOptions, type ConfigOptions } from './program-config.js';
import { doctorOptions, type DoctorOptions } from './program-doctor.js';
import { doeOptions, type DoeOptions } from './program-doe.js';
import { hostOptions, type HostOptions } from './program-host.js';
import {
  addOptions,
  checkOptions,
  editOptions,
  type AddOptions,
  type CheckOptions,
  type EditOptions,
} from './program-edit.js';
import { requeueOptions, stopOptions, type RequeueOptions, type StopOptions } from './program-steering.js';
import { runOptions, type RunOptions } from './program-run.js';
import { statusOptions, waitOptions, type StatusOptions, type WaitOptions } from './program-status.js';
import type { GlobalOptions } from './program-values.js';
import { ownWords } from './spelling.js';
import { version } from './version.js';

export interface OneOptions extends HostOptions {
  readonly entry?: number;
  readonly force: boolean;
}

export interface ProgressOptions extends GlobalOptions {
  readonly json: boolean;
}

interface CommandLine {
  readonly program: Command;
  /** Of the verb that ran. */
  readonly code: () => number;
}

/** Every verb with its options: what is parsed, and what --help, the man page and the completions are made of. */
export function commandLine(json = false): CommandLine {
  let code: number = EXIT.done;
  const program = new Command('cooperate')
    .description(
      'Work through a shared list of commands with any number of workers, on any hosts; none runs twice.',
    )
    .version(version)
    .addHelpText(
      'after',
      `\nThe original's spellings work too: --run FILE, --doe FILE, --one FILE,\n--progress FILE.\n${EXIT_CODES_HELP}`,
    )
    .showSuggestionAfterError()
    .configureHelp(HELP)
    .configureOutput({ outputError: (text, write) => json || write(text.replace(/^error: /, 'cooperate: ')) })
    .showHelpAfterError(!json && 'Type for example: cooperate run exp.json. All commands: cooperate --help')
    .exitOverride();

  const verb = (name: string, description: string, what = ' <schedule>') =>
    program
      .command(`${name}${what}`)
      .description(description)
      .showHelpAfterError(!json && `All options: cooperate ${name} --help`)
      .exitOverride();

  runOptions(verb('run', 'work through the schedule until nothing is pending')).action(
    async (schedule: string, options: RunOptions) => {
      code = await (await import('./run-action.js')).runAction(schedule, options);
    },
  );

  const oneVerb = verb('one', 'choose one entry and run it, also one that was executed before')
    .option('--entry <index>', 'the entry to run, instead of asking', index)
    .option('--force', 'also when it is running', false)
    .addHelpText('after', ONE_EXAMPLES);
  hostOptions(oneVerb).action(async (schedule: string, options: OneOptions) => {
    code = await (await import('./one-action.js')).oneAction(schedule, options);
  });

  doeOptions(verb('doe', 'generate a schedule: asking, from flags, or from a file')).action(
    async (schedule: string, command: string[], options: DoeOptions) => {
      code = await (await import('./doe-action.js')).doeAction(schedule, command, options);
    },
  );

  statusOptions(verb('status', 'what runs where, what failed and why, and when it will be done')).action(
    async (schedule: string, options: StatusOptions) => {
      code = await (await import('./status-action.js')).statusAction(schedule, options);
    },
  );

  waitOptions(verb('wait', 'wait until nothing is pending or running')).action(
    async (schedule: string, options: WaitOptions) => {
      code = await (await import('./wait-action.js')).waitAction(schedule, options);
    },
  );

  requeueOptions(
    verb('requeue', 'put entries back, so that they run again', ' <schedule> [selection...]'),
  ).action(async (schedule: string, selections: string[], options: RequeueOptions) => {
    code = await (await import('./requeue-action.js')).requeueAction(schedule, selections, options);
  });

  stopOptions(verb('stop', 'ask workers to finish what they run, and leave')).action(
    async (schedule: string, options: StopOptions) => {
      code = await (await import('./stop-action.js')).stopAction(schedule, options);
    },
  );

  verb('progress', 'how many entries are executed, and what became of them')
    .option('--json', 'print one JSON value', false)
    .addHelpText('after', PROGRESS_EXAMPLES)
    .action(async (schedule: string, options: ProgressOptions) => {
      code = await (await import('./progress-action.js')).progressAction(schedule, options);
    });

  logsOptions(verb('logs', 'what an entry has printed, also while it runs on another host')).action(
    async (schedule: string, entries: string, options: LogsOptions) => {
      code = await (await import('./logs-action.js')).logsAction(schedule, entries, options);
    },
  );

  addOptions(verb('add', 'append entries, also while workers are at work')).action(
    async (schedule: string, command: string[], options: AddOptions) => {
      code = await (await import('./add-action.js')).addAction(schedule, command, options);
    },
  );

  editOptions(verb('edit', 'edit a copy in $EDITOR, and merge it with what workers did meanwhile')).action(
    async (schedule: string, options: EditOptions) => {
      code = await (await import('./edit-action.js')).editAction(schedule, options);
    },
  );

  checkOptions(verb('check', 'is it a valid schedule, and what is wrong where')).action(
    async (schedule: string, options: CheckOptions) => {
      code = await (await import('./check-action.js')).checkAction(schedule, options);
    },
  );

  doctorOptions(verb('doctor', "test a folder's filesystem for what cooperate needs", ' <folder>')).action(
    async (folder: string, options: DoctorOptions) => {
      code = await (await import('./doctor-action.js')).doctorAction(folder, options);
    },
  );

  configOptions(verb('config', 'show the settings that apply here, and where they come from', '')).action(
    async (options: ConfigOptions) => {
      code = await (await import('./config-action.js')).configAction(options);
    },
  );

  completionsOptions(
    verb('completions', 'print what has a shell complete verbs, options and files', ''),
  ).action(async (shell: Shell) => {
    code = (await import('./completions-action.js')).completionsAction(program, shell);
  });

  for (const command of program.commands) everyVerbsOptions(command);
  return { program, code: () => code };
}

const ONE_EXAMPLES = `
Examples:
  cooperate one exp.json                   lists the entries and asks
  cooperate one exp.json --entry 3`;

const PROGRESS_EXAMPLES = `
Examples:
  cooperate progress exp.json
  watch -n 10 cooperate progress exp.json`;

/** Shorter, so that it fits. */
const HELP: HelpConfiguration = {
  minWidthToWrap: 20,
  visibleArguments: (verb) => verb.registeredArguments.filter(({ description }) => description),
  subcommandTerm: (verb) => `${verb.name()} ${verb.usage().replace('[options] ', '').replace('[options]', '')}`,
  optionDescription: (option) => new Help().optionDescription(option).replace(' (default: false)', ''),
};

/** Last, so that --help begins with what is the verb's own. */
function everyVerbsOptions(verb: Command): void {
  verb
    .optionsGroup('Messages:')
    .addOption(
      new Option('--color <when>', 'colour the messages').choices(['auto', 'always', 'never']).default('auto'),
    )
    .option('--debug', 'show stack traces')
    .helpOption('-h, --help', 'display help for command')
    .addHelpText('after', EXIT_CODES_HELP);
}

/** Parses, runs the verb's action and returns the exit code. */
export async function runProgram(args: readonly string[]): Promise<number> {
  const json = ownWords(args).includes('--json');
  const { program, code } = commandLine(json);
  try {
    await program.parseAsync(args, { from: 'user' });
    return code();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were asked for; everything else is a usage error that commander has explained.
    if (error.exitCode === 0) return EXIT.done;
    const message = error.message.replace(/^error: /, '');
    if (json) process.stdout.write(`${JSON.stringify({ error: { reason: 'usage', message } })}\n`);
    return EXIT.usage;
  }
}

function index(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be an index as --one lists them, from 0.');
  return Number(text);
}
