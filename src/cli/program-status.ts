import { InvalidArgumentError, type Command } from 'commander';
import type { StateName } from '../survey/types.js';
import { parseDuration } from '../worker/duration.js';
import { collect, type GlobalOptions } from './program-values.js';

export interface StatusOptions extends GlobalOptions {
  readonly all?: true;
  /** True: all of them. */
  readonly entries?: string | true;
  readonly state?: readonly StateName[];
  readonly host?: readonly string[];
  readonly worker?: readonly string[];
  readonly json?: true;
  readonly watch?: true;
}

export interface WaitOptions extends GlobalOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly json?: true;
}

export const STATES: readonly StateName[] = [
  ...(['pending', 'claimed', 'running', 'suspect'] as const),
  ...(['succeeded', 'failed', 'interrupted', 'lost', 'marked'] as const),
];

const STATUS_EXAMPLES = `
Examples:
  cooperate status exp.json                totals, workers, failures by cause
  cooperate status exp.json --state failed,lost
  cooperate status exp.json --entries 3,7-9
  cooperate status exp.json --watch        live, until q is typed

States:
  ${STATES.slice(0, 5).join(', ')},
  ${STATES.slice(5).join(', ')}`;

const WAIT_EXAMPLES = `
Examples:
  cooperate wait exp.json && python plot.py
  cooperate wait exp.json --timeout 12h || echo 'look after it'`;

/** The options of `status`. */
export function statusOptions(verb: Command): Command {
  return verb
    .option('-e, --entries [selection]', 'list entries: all of them, or some such as 3,7-9')
    .option('--state <states>', 'list the entries in these states, such as failed,lost', states)
    .option('--host <names>', 'only of these hosts; * stands for any text', names)
    .option('--worker <names>', 'only of these workers; * stands for any text', names)
    .option('-a, --all', 'also the workers that are gone, and every kind of failure')
    .option('--watch', 'keep it on the screen, live')
    .option('--json', 'print one JSON value')
    .addHelpText('after', STATUS_EXAMPLES);
}

/** The options of `wait`. */
export function waitOptions(verb: Command): Command {
  return verb
    .option('--timeout <time>', 'give up after this time, such as 2h, and exit 1', duration)
    .option('--json', 'print one JSON value at the end')
    .addHelpText('after', WAIT_EXAMPLES);
}

function states(text: string, before: readonly StateName[] = []): StateName[] {
  const given = text.split(',').map((word) => word.trim());
  const unknown = given.find((word) => !STATES.includes(word as StateName));
  if (unknown !== undefined) throw new InvalidArgumentError(`The states are ${STATES.join(', ')}.`);
  return [...before, ...(given as StateName[])];
}

export function names(text: string, before?: readonly string[]): string[] {
  return text.split(',').reduce((all, word) => collect(word.trim(), all), [...(before ?? [])]);
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('Write it like 90s, 15m or 1h30m.');
  return ms;
}
