import { runOf, workerOf, type StatusReport } from '../commands/status.js';
import { widthOf } from '../ports/screen-text.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import { causeOf } from '../survey/causes.js';
import type { EntryState, Run } from '../survey/types.js';
import { formatExactDuration } from '../worker/duration.js';
import type { Page, Words } from './page.js';
import { momentOf } from './show-time.js';
import { Table } from './table.js';

/** Every entry that is asked for, one a line. */
export function* showEntries(
  page: Page,
  report: Pick<StatusReport, 'snapshot' | 'now' | 'entries'>,
): Generator<string> {
  const { snapshot, now } = report;
  const hosts = new Map(snapshot.workers.map(({ worker, identity }) => [worker, identity?.hostname ?? '']));
  const table = tableOf(page, snapshot.text.count, [...hosts.values()]);
  let isFirst = true;
  for (const entry of report.entries()) {
    if (isFirst) yield table.head;
    isFirst = false;
    const state = snapshot.stateOf(entry);
    const run = runOf(state);
    yield table.row([
      { text: String(entry) },
      { text: state.is, tone: state.is },
      { text: run ? String(run.attempt) : '' },
      exit(run),
      { text: hosts.get(workerOf(state) ?? '') ?? '' },
      { text: run ? momentOf(run.startedAt, now) : '' },
      { text: took(state, now) },
      { text: commandLine(argvOf(snapshot.text, entry)) },
    ]);
  }
}

function tableOf(page: Page, count: number, hosts: readonly string[]): Table {
  const host = Math.max(0, ...hosts.map(widthOf));
  return new Table(page, [
    { title: 'ENTRY', width: String(count).length, right: true },
    { title: 'STATE', width: 'interrupted'.length, least: 9 },
    { title: 'TRY', width: 3, right: true, drop: 4 },
    { title: 'EXIT', width: 'SIGKILL'.length, drop: 1 },
    ...[{ title: 'HOST', width: host, least: Math.min(host, 12), drop: 3 }],
    { title: 'STARTED', width: 'MM-DD hh:mm'.length, drop: 2 },
    { title: 'TOOK', width: 'hhhmmm'.length, right: true, drop: 0 },
    { title: 'COMMAND', width: page.columns ?? Infinity, least: 12 },
  ]);
}

function exit(run: Run | undefined): Words {
  if (!run?.end) return { text: '' };
  const cause = causeOf(run.end);
  switch (cause.is) {
    case 'exit':
      return { text: String(cause.code) };
    case 'signal':
      return { text: cause.signal };
    case 'timeout':
    case 'unknown':
      return { text: cause.is === 'timeout' ? 'timeout' : '?' };
    case 'unstartable':
      return { text: 'none' };
  }
}

/** How long it took, or has been running, as far as clocks agree. */
function took(state: EntryState, now: number): string {
  const run = runOf(state);
  if (!run) return '';
  if (run.end) return formatExactDuration(run.end.took);
  return state.is === 'running' || state.is === 'suspect'
    ? formatExactDuration(Math.max(0, now - run.startedAt))
    : '';
}
