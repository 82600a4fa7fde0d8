import type { Command } from 'commander';
import { collect, type GlobalOptions } from './program-values.js';

export interface ConfigOptions extends GlobalOptions {
  readonly json?: true;
  readonly profile?: readonly string[];
}

const EXAMPLE = `
Examples:
  cooperate config                         what applies here
  cooperate config --profile laptop        what would apply with this profile

A cooperate.config.json in this folder or one above it, or
cooperate/config.json in ~/.config; its names are the long options of run:
  { "jobs": 4, "timeout": "2h",
    "profiles": {
      "laptop": { "hosts": "laptop*", "jobs": 1, "venv": "./venv",
                  "hours": ["20:00-08:00", "Sat,Sun"] } } }`;

/** The options of `config`. */
export function configOptions(verb: Command): Command {
  return profileOption(verb).option('--json', 'print one JSON value').addHelpText('after', EXAMPLE);
}

/** Of every command that uses settings. */
export function profileOption(verb: Command): Command {
  return verb.option('--profile <name>', 'let this profile of the settings apply; repeatable', collect);
}
