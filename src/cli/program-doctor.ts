import { Option, type Command } from 'commander';
import { positiveInteger, type GlobalOptions } from './program-values.js';

export interface DoctorOptions extends GlobalOptions {
  readonly hosts: number;
  readonly join?: true;
  readonly session?: string;
  readonly keep: boolean;
  readonly json?: true;
}

const HELP = `
Examples:
  cooperate doctor .                       alone, in some 15 seconds
  cooperate doctor exp.json                the folder that it lies in
  cooperate doctor . --hosts 2             with another host, on which you type
  cooperate doctor . --join                while the first one waits

What it finds out is kept in the folder, and workers on schedules there take it
by themselves. The exit code is 3 when the filesystem should not be used.`;

/** The options of `doctor`. */
export function doctorOptions(verb: Command): Command {
  return verb
    .option('--hosts <n>', 'how many hosts take part, this one included', positiveInteger, 1)
    .option('--join', 'take part in the tests that another host has begun')
    .option('--no-keep', 'change no settings of the workers here')
    .option('--json', 'print one JSON value')
    .addOption(new Option('--session <name>').hideHelp())
    .addHelpText('after', HELP);
}
