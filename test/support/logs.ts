import type { Looking } from '../../src/commands/look.js';
import {
  chooseRuns,
  isLogged,
  printLogs,
  type LoggedRun,
  type LogRemark,
  type LogSink,
  type NoLog,
  type WhichRuns,
} from '../../src/commands/logs.js';
import type { Site } from './protocol.js';
import { surveyOf } from './survey.js';

/** What a person would see of logs: output under a heading each time that the run changes, and remarks. */
export class SeenLogs implements LogSink {
  text = '';
  readonly remarks: LogRemark[] = [];
  isClosed = false;
  #shown = '';

  get said(): string[] {
    return this.remarks.map(({ say }) => say);
  }

  begin({ entry, run }: LoggedRun): Promise<void> {
    const heading = `[${entry}.${run.attempt}]`;
    if (heading !== this.#shown) this.text += heading;
    this.#shown = heading;
    return Promise.resolve();
  }

  async put(logged: LoggedRun, bytes: Buffer): Promise<void> {
    await this.begin(logged);
    this.text += bytes.toString();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  say(remark: LogRemark): void {
    this.remarks.push(remark);
  }
}

/** Somebody who only looks. */
export function lookingOf(site: Site): Looking {
  const survey = surveyOf(site);
  return { fs: site.fs, clock: site.clock, look: () => survey.look() };
}

export async function chosenOf(
  site: Site,
  entries: number[],
  which: WhichRuns = {},
): Promise<(LoggedRun | NoLog)[]> {
  return chooseRuns(site.fs, await lookingOf(site).look(), entries, which);
}

/** What `logs` prints now. */
export async function logsOf(
  site: Site,
  entries: number[],
  which: WhichRuns & { readonly tail?: number } = {},
): Promise<SeenLogs> {
  const seen = new SeenLogs();
  const snapshot = await lookingOf(site).look();
  const runs = (await chooseRuns(site.fs, snapshot, entries, which)).filter(isLogged);
  await printLogs(site.fs, snapshot, runs, which.tail, seen);
  return seen;
}
