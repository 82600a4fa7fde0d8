import type { WorkerFacts, WorkerStanding } from '../survey/types.js';
import { formatDuration } from '../worker/duration.js';
import { row, words, type Cell, type Line, type Style } from './lines.js';
import type { Model, Seen } from './model.js';
import { commandOf } from './states.js';

const ORDER: readonly WorkerStanding[] = ['alive', 'suspect', 'unknown', 'gone'];
const STYLES: Readonly<Record<WorkerStanding, Style | undefined>> = {
  alive: 'good',
  suspect: 'warn',
  unknown: undefined,
  gone: 'dim',
};

/** Who works, then who may, then who did; the newest first. */
export function workersInOrder({ snapshot }: Seen): readonly WorkerFacts[] {
  return [...snapshot.workers].sort(
    (a, b) => ORDER.indexOf(a.standing) - ORDER.indexOf(b.standing) || b.since - a.since,
  );
}

/** `4 workers: 3 alive, 1 suspect`. */
export function workersInWords({ snapshot: { workers } }: Seen): string {
  if (workers.length === 0) return 'no workers yet';
  const counts = ORDER.map((standing) => ({
    standing,
    count: workers.filter((worker) => worker.standing === standing).length,
  })).filter(({ count }) => count > 0);
  const list = counts.map(({ standing, count }) => `${count} ${standing}`).join(', ');
  return `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}: ${list}`;
}

/** The few workers above the entries: those that are still there. */
export function workersAbove(model: Model, columns: number): Line[] {
  const { seen, size } = model;
  if (!seen || size.rows < 16) return [];
  const most = Math.max(2, Math.floor(size.rows / 6));
  const there = workersInOrder(seen).filter(({ standing }) => standing !== 'gone');
  const shown = there.slice(0, there.length > most ? most - 1 : most);
  const rest = there.length - shown.length;
  return [
    words(
      [
        { text: workersInWords(seen), style: 'title' },
        { text: '  w all of them', style: 'dim' },
      ],
      columns,
    ),
    ...shown.map((worker) => workerRow(model, seen, worker, columns)),
    ...(rest > 0 ? [words([{ text: `  and ${rest} more`, style: 'dim' }], columns)] : []),
  ];
}

export function workerTitles(model: Model, columns: number): Line {
  const titles = ['worker', 'state', 'gpus', 'since', 'done', 'failed', 'heard', 'runs'];
  return cells(model, titles, columns, (text) => ({ text, style: 'dim' }));
}

export function workerRow(model: Model, seen: Seen, worker: WorkerFacts, columns: number): Line {
  const { standing, since, succeeded, failed, running, gpus } = worker;
  const heard = worker.lastHeardMs === undefined ? undefined : worker.lastHeardMs + (model.now - seen.at);
  const texts = [
    nameOf(worker),
    standing,
    gpus ?? '',
    formatDuration(Math.max(0, model.now - since)),
    String(succeeded),
    String(failed),
    heard === undefined || standing === 'gone' ? '' : `${formatDuration(heard)} ago`,
    runs(seen, running),
  ];
  const styles = [
    undefined,
    STYLES[standing],
    ...Array<undefined>(3),
    failed > 0 ? ('bad' as const) : undefined,
  ];
  return cells(model, texts, columns, (text, i) => ({ text, style: styles[i] }));
}

function nameOf({ worker, identity }: WorkerFacts): string {
  return identity ? `${identity.hostname} ${identity.pid}` : worker;
}

function runs(seen: Seen, running: readonly number[]): string {
  const [first] = running;
  if (first === undefined) return '';
  if (running.length > 1) return running.join(', ');
  return first < seen.snapshot.text.count ? `${first}  ${commandOf(seen.snapshot, first)}` : String(first);
}

/** Columns in the order in which they are left out where there is no room: by the least width that has them. */
const WIDTHS = [
  { width: 20, from: 0 },
  { width: 7, from: 0 },
  { width: 8, from: 110 },
  { width: 6, from: 90, right: true },
  { width: 7, from: 60, right: true },
  { width: 6, from: 60, right: true },
  { width: 10, from: 76, right: true },
  { width: undefined, from: 0 },
];

function cells(
  model: Model,
  texts: readonly string[],
  columns: number,
  cell: (text: string, i: number) => Cell,
): Line {
  const hasGpus = model.seen?.snapshot.workers.some(({ gpus }) => gpus !== undefined) ?? false;
  const shown = texts.flatMap((text, i) => {
    const { width, from, right } = WIDTHS[i] ?? { width: undefined, from: 0 };
    return columns < from || (i === 2 && !hasGpus) ? [] : [{ ...cell(text, i), width, right }];
  });
  return row([{ text: '', width: 1 }, ...shown], columns, columns < 60 ? 1 : 2);
}
