import type { Command } from 'commander';
import { collect, type GlobalOptions } from './program-values.js';

export interface ConfigOptions extends GlobalOptions {
  readonly json?: true;
  readonly profile?: readonly string[];
}

const EXAMPLE = `
A cooperate.config.json in this folder or one above it, or cooperate/config.json in ~/.config:
  { "jobs": 4, "timeout": "2h",                              // any long option of run
    "profiles": {
      "laptop": { "hosts": "laptop*", "jobs": 1, "hours": ["20:00-08:00", "Sat,Sun"], "venv": "./venv" } } }
`;

/** The options of `config`. */
export function configOptions(verb: Command): Command {
  return profileOption(verb).option('--json', 'print one JSON value').addHelpText('after', EXAMPLE);
}

/** Of every command that uses settings. */
export function profileOption(verb: Command): Command {
  return verb.option('--profile <name>', 'let this profile of the settings apply; repeatable', collect);
}
