import { runOf, workerOf, type StatusReport } from '../commands/status.js';
import { argvOf } from '../schedule/slots.js';
import type { FailureGroup } from '../survey/causes.js';
import { selectionOf } from '../survey/ranges.js';
import type { Run, Snapshot, WorkerFacts } from '../survey/types.js';

/** Version 1 of what `status --json` prints, but for the entries. */
export function statusValue(schedule: string, report: StatusReport): Record<string, unknown> {
  const { snapshot, forecast, workers, failures, digest } = report;
  const { lost, suspect, interrupted } = digest.entries;
  return {
    version: 1,
    schedule,
    entries: snapshot.text.count,
    totals: snapshot.totals,
    forecast: forecast
      ? {
          entriesPerHour: forecast.entriesPerHour,
          leftMs: Math.round(forecast.left),
          betweenMs: forecast.between.map(Math.round),
        }
      : null,
    workers: workers.map(workerValue),
    failures: failures.map(failureValue),
    lost: selectionOf(lost),
    suspect: selectionOf(suspect),
    interrupted: selectionOf(interrupted),
    unreadableJournalLines: snapshot.unreadable,
  };
}

function workerValue(facts: WorkerFacts): Record<string, unknown> {
  const { worker, identity, standing, since, gpus, running, succeeded, failed, lastHeardMs } = facts;
  return {
    worker,
    standing,
    host: identity?.hostname ?? null,
    user: identity?.user ?? null,
    pid: identity?.pid ?? null,
    slurmJob: identity?.slurm?.jobId ?? null,
    gpus: gpus ?? null,
    since: moment(since),
    running,
    succeeded,
    failed,
    lastHeardMs: lastHeardMs === undefined ? null : Math.round(lastHeardMs),
  };
}

function failureValue({ cause, lastLine, entries }: FailureGroup): Record<string, unknown> {
  return { cause, lastLine: lastLine ?? null, count: entries.length, entries: selectionOf(entries) };
}

/** One item of `list`, what `status --json --entries` adds. */
export function entryValue(snapshot: Snapshot, entry: number, hosts: ReadonlyMap<string, string>): object {
  const state = snapshot.stateOf(entry);
  const worker = workerOf(state);
  const run = runOf(state);
  return {
    entry,
    state: state.is,
    command: argvOf(snapshot.text, entry),
    ...(worker === undefined ? {} : { worker, host: hosts.get(worker) ?? null }),
    ...(run ? runValue(run) : {}),
  };
}

function runValue({ attempt, startedAt, end }: Run): object {
  if (!end) return { attempt, startedAt: moment(startedAt) };
  const { at, took, code, signal, unstartable, timedOut } = end;
  return {
    attempt,
    startedAt: moment(startedAt),
    endedAt: moment(at),
    tookMs: took,
    ...(code === undefined ? {} : { code }),
    ...(signal === undefined ? {} : { signal }),
    ...(unstartable === undefined ? {} : { unstartable }),
    ...(timedOut ? { timedOut } : {}),
  };
}

function moment(at: number): string | null {
  return at > 0 ? new Date(at).toISOString() : null;
}

/** The value as a text, piece by piece: a million entries are longer than one string may be. */
export function* statusJson(schedule: string, report: StatusReport, withEntries: boolean): Generator<string> {
  const head = JSON.stringify(statusValue(schedule, report));
  if (!withEntries) {
    yield head;
    return;
  }
  const { snapshot } = report;
  const hosts = new Map(
    snapshot.workers.flatMap(({ worker, identity: who }) => (who ? [[worker, who.hostname]] : [])),
  );
  yield `${head.slice(0, -1)},"list":[`;
  let before = '';
  for (const entry of report.entries()) {
    yield before + JSON.stringify(entryValue(snapshot, entry, hosts));
    before = ',';
  }
  yield ']}';
}
