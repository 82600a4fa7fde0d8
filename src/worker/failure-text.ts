import { harmless } from '../ports/screen-text.js';
import type { RunEnd } from '../ports/spawn.js';
import { commandLine } from '../schedule/slots.js';
import { formatExactDuration } from './duration.js';
import { TAIL_LINES } from './tail.js';

/** What a worker's runs are in, where that is not the user's own shell. */
export interface Inside {
  /** The options it is made of, for people. */
  readonly what: string;
  /** The command that runs an entry in it once more. */
  again(entry: number): readonly string[];
}

export interface FailedRun {
  readonly argv: readonly string[];
  readonly entry: number;
  readonly attempt: number;
  readonly host: string;
  /** CUDA_VISIBLE_DEVICES of the run. */
  readonly gpu: string | undefined;
  readonly inside?: Inside | undefined;
  /** Where it ran, and where its failure file goes. */
  readonly directory: string;
  readonly end: RunEnd;
  /** What it was allowed to take, in milliseconds, where it took longer and was ended for that. */
  readonly timeoutMs: number | undefined;
  readonly durationMs: number;
  readonly finished: Date;
  /** The end of its output, as `RunOutput.lastLines` gives it. */
  readonly output: readonly string[];
}

/** A shell script: the command, and about it only comments. */
export function failureText(run: FailedRun): string {
  const facts = [
    `entry: ${run.entry}`,
    `attempt: ${run.attempt}`,
    `host: ${run.host}`,
    ...(run.gpu === undefined ? [] : [`gpu: ${run.gpu}`]),
    `directory: ${run.directory}`,
    ...(run.inside
      ? [`environment: ${run.inside.what}`, `again in it: ${commandLine(run.inside.again(run.entry))}`]
      : []),
    ...(run.timeoutMs === undefined
      ? []
      : [`timed out: it took longer than ${formatExactDuration(run.timeoutMs)}`]),
    cause(run.end),
    `duration: ${formatExactDuration(run.durationMs)}`,
    `finished: ${run.finished.toISOString()}`,
    run.output.length === 0 ? 'output: none' : `output (last ${TAIL_LINES} lines):`,
  ];
  // A line break in a name would end the comment, and what follows would be run.
  const comments = facts.map((fact) => `# ${harmless(fact)}`);
  const output = run.output.map((line) => `#   ${line}`.trimEnd());
  return [commandLine(run.argv), ...comments, ...output, ''].join('\n');
}

function cause(end: RunEnd): string {
  switch (end.is) {
    case 'exited':
      return `exit code: ${end.code}`;
    case 'killed':
      return `signal: ${end.signal}`;
    case 'unstartable':
      return `could not be started: ${end.problem}`;
  }
}
