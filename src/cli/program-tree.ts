import type { Argument, Command, Option } from 'commander';

/** What a person can type, as data: --help, the man page and the completions say the same. */
export interface Tree {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly verbs: readonly Verb[];
  /** What --help says below the options. */
  notes(): string;
}

export interface Verb {
  readonly name: string;
  readonly usage: string;
  readonly description: string;
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
  notes(): string;
}

/** A word that is no option. */
export interface Word {
  readonly name: string;
  readonly term: string;
  readonly description: string;
  readonly choices: readonly string[];
  readonly isRest: boolean;
}

export interface Flag {
  /** Such as -j and --jobs. */
  readonly names: readonly string[];
  readonly term: string;
  readonly description: string;
  /** Without what is possible and what is meant when it is not given. */
  readonly brief: string;
  readonly group: string;
  readonly isRepeatable: boolean;
  readonly value:
    { readonly name: string; readonly choices: readonly string[]; readonly isOptional: boolean } | undefined;
}

export function treeOf(program: Command): Tree {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const verbs = commands.map((command): Verb => {
    const words = command.registeredArguments.map((argument) => wordOf(argument));
    const isHelp = command.name() === 'help';
    return {
      name: command.name(),
      usage: help.commandUsage(command).replace(/^\S+ /, ''),
      description: command.description(),
      words: isHelp ? words.map((word) => ({ ...word, choices: commands.map((c) => c.name()) })) : words,
      flags: help.visibleOptions(command).map((option) => flagOf(option, help.optionDescription(option))),
      notes: () => notesOf(command),
    };
  });
  return {
    name: program.name(),
    version: program.version() ?? '',
    description: program.description(),
    flags: help.visibleOptions(program).map((option) => flagOf(option, help.optionDescription(option))),
    verbs,
    notes: () => notesOf(program),
  };
}

function wordOf(argument: Argument): Word {
  const name = argument.name();
  const rest = argument.variadic ? '...' : '';
  return {
    name,
    term: argument.required ? `<${name}${rest}>` : `[${name}${rest}]`,
    description: argument.description,
    choices: argument.argChoices ?? [],
    isRest: argument.variadic,
  };
}

function flagOf(option: Option, description: string): Flag {
  const value = /[<[]([^\]>]+?)(?:\.\.\.)?[>\]]$/.exec(option.flags)?.[1];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    term: option.flags,
    description,
    brief: option.description,
    group: option.helpGroupHeading ?? 'Options:',
    isRepeatable: option.variadic || description.includes('repeatable'),
    value:
      value === undefined
        ? undefined
        : { name: value, choices: option.argChoices ?? [], isOptional: option.optional },
  };
}

/** Commander hands out what was added to a help text only by printing all of it. */
function notesOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text.slice(command.helpInformation().length);
}
