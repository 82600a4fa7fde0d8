import type { StatusReport } from '../commands/status.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import { isAtWork } from '../survey/digest.js';
import { selectionOf } from '../survey/ranges.js';
import type { Snapshot, WorkerFacts } from '../survey/types.js';
import { formatDuration } from '../worker/duration.js';
import { sentence, type Page, type Words } from './page.js';
import { momentOf } from './show-time.js';
import { Table, type Column } from './table.js';
import { widthOf } from '../ports/screen-text.js';

/** Who works and on what; those that are gone in one line, unless all are asked for. */
export function* showWorkers(
  page: Page,
  { snapshot, workers, now }: StatusReport,
  all: boolean,
): Generator<string> {
  const gone = workers.filter(({ standing }) => standing === 'gone');
  const shown = [...workers.filter(({ standing }) => standing !== 'gone'), ...(all ? gone : [])];
  if (shown.length > 0) yield* table(page, snapshot, shown, now);
  if (gone.length > 0 && !all) yield* sentence(page, showGone(gone, shown.length > 0), 'faint');
}

function showGone(gone: readonly WorkerFacts[], isRest: boolean): string {
  const who = `${gone.length}${isRest ? ' more' : ''} ${gone.length === 1 ? 'worker has' : 'workers have'} left or died`;
  const succeeded = gone.reduce((sum, one) => sum + one.succeeded, 0);
  const failed = gone.reduce((sum, one) => sum + one.failed, 0);
  return `${who} (${succeeded} succeeded, ${failed} failed); --all shows ${gone.length === 1 ? 'it' : 'them'}.`;
}

interface Field extends Omit<Column, 'width'> {
  cell(worker: WorkerFacts): Words;
}

function table(page: Page, snapshot: Snapshot, workers: readonly WorkerFacts[], now: number): string[] {
  const rows = fields(snapshot, now)
    .map((field) => ({ field, cells: workers.map((worker) => field.cell(worker)) }))
    // A column of nothing tells nothing.
    .filter(({ field, cells }) => field.drop === undefined || cells.some(({ text }) => text !== ''));
  const columns = rows.map(({ field, cells }) => ({
    ...field,
    width: Math.max(...cells.map(({ text }) => widthOf(text))),
  }));
  const made = new Table(page, columns);
  return [made.head, ...workers.map((_, i) => made.row(rows.map(({ cells }) => cells[i] ?? { text: '' })))];
}

function fields(snapshot: Snapshot, now: number): Field[] {
  return [
    { title: 'WORKER', least: 10, cell: ({ worker }) => ({ text: worker }) },
    { title: 'IS', drop: 1, cell: standing },
    { title: 'HOST', least: 6, drop: 6, cell: ({ identity }) => ({ text: identity?.hostname ?? '' }) },
    { title: 'GPU', drop: 3, cell: ({ gpus = '' }) => ({ text: gpus }) },
    { title: 'SINCE', drop: 5, cell: ({ since }) => ({ text: momentOf(since, now) }) },
    { title: 'DONE', right: true, drop: 0, cell: ({ succeeded }) => ({ text: String(succeeded) }) },
    {
      title: 'FAILED',
      right: true,
      drop: 2,
      cell: ({ failed }) => ({ text: String(failed), tone: failed > 0 ? 'failed' : undefined }),
    },
    { title: 'HEARD', right: true, drop: 4, cell: heard },
    { title: 'RUNS', least: 10, cell: ({ running }) => ({ text: runs(snapshot, running) }) },
  ];
}

/** Nothing where all is well. */
function standing(worker: WorkerFacts): Words {
  if (isAtWork(worker)) return { text: '' };
  return { text: worker.standing, tone: worker.standing === 'gone' ? 'faint' : 'suspect' };
}

function heard({ lastHeardMs }: WorkerFacts): Words {
  return { text: lastHeardMs === undefined ? '' : formatDuration(lastHeardMs) };
}

/** The numbers, and the first one's command. */
function runs({ text }: Snapshot, running: readonly number[]): string {
  const [first] = running;
  if (first === undefined) return '';
  const command = first < text.count ? commandLine(argvOf(text, first)) : '';
  return `${selectionOf(running)}: ${command}`;
}
