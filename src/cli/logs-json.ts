import { isLogged, outputEnd, type LoggedRun, type NoLog } from '../commands/logs.js';
import type { FileSystem } from '../ports/fs.js';
import type { Screen } from '../ports/screen.js';
import type { Snapshot } from '../survey/types.js';
import { whyNone } from './show-logs.js';

export interface JsonOptions {
  readonly fs: FileSystem;
  readonly screen: Screen;
  readonly snapshot: Snapshot;
  readonly tail: number | undefined;
}

/** Of a longer output the value holds the end: a program that wants all of it has the path and the range. */
const MOST_BYTES = 1 << 20;

/** Version 1 of what `logs --json` prints, one run after the other: many together need not fit into memory. */
export async function printLogsJson(
  options: JsonOptions,
  chosen: readonly (LoggedRun | NoLog)[],
): Promise<void> {
  const { screen, snapshot } = options;
  const write = async (text: string): Promise<void> => screen.write('stdout', Buffer.from(text));
  await write(`{"version":1,"schedule":${JSON.stringify(snapshot.schedule)},"logs":[`);
  for (const [i, one] of chosen.entries()) {
    const value = isLogged(one) ? await loggedValue(options, one) : noneValue(one);
    await write(`${i === 0 ? '' : ','}${JSON.stringify(value)}`);
  }
  await write(']}\n');
  await screen.close();
}

async function loggedValue(
  { fs, snapshot, tail }: JsonOptions,
  logged: LoggedRun,
): Promise<Record<string, unknown>> {
  const { entry, run, state, host, path } = logged;
  const { text, bytes, omitted } = await outputEnd(fs, snapshot, logged, tail, MOST_BYTES);
  return {
    ...{ entry, attempt: run.attempt, state, worker: run.worker, host: host ?? null, slot: run.slot ?? null },
    startedAt: new Date(run.startedAt).toISOString(),
    ...{ log: path, range: [run.log?.[0] ?? 0, run.log?.[1] ?? null] },
    ...{ bytes, omitted, output: text },
  };
}

function noneValue(none: NoLog): Record<string, unknown> {
  const { entry, state, why } = none;
  const attempt = 'attempt' in why ? why.attempt : null;
  return { entry, attempt, state: state.is, output: null, reason: whyNone(none) };
}
