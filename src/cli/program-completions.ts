import { Argument, type Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const EXAMPLES = `
Examples:
  source <(cooperate completions bash)      in bash and zsh: for this shell only
  cooperate completions fish | source       the same in fish

To keep them, look at the first lines of what it prints.`;

/** The argument of `completions`. */
export function completionsOptions(verb: Command): Command {
  return verb
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(SHELLS))
    .addHelpText('after', EXAMPLES);
}
