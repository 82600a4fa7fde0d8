import type { WorkerFacts, WorkerStanding } from '../survey/types.js';
import { formatDuration } from '../worker/duration.js';
import { row, words, type Cell, type Line, type Style } from './lines.js';
import type { Model, Seen } from './model.js';
import { commandAt } from './states.js';

/** From so many lines on there is room for them. */
const ROOMY = 16;
/** As far to the right as the entries. */
const MARGIN = 2;
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

/** The few workers above the entries: those that are still there. */
export function workersAbove(model: Model, columns: number): Line[] {
  const { seen, size } = model;
  if (!seen || size.rows < ROOMY) return [];
  const all = workersInOrder(seen);
  if (all.length === 0) return [words([{ text: 'No workers yet.', style: 'dim' }], columns)];
  const most = Math.max(2, Math.floor(size.rows / 6));
  const there = all.filter(({ standing }) => standing !== 'gone');
  const shown = there.length > most ? there.slice(0, most - 1) : there;
  const rest = all.slice(shown.length);
  return [
    ...(shown.length > 0 ? [workerTitles(model, columns)] : []),
    ...shown.map((worker) => workerRow(model, seen, worker, columns)),
    ...(rest.length > 0
      ? [words([{ text: `${' '.repeat(MARGIN)}${inWords(rest, shown.length)}`, style: 'dim' }], columns)]
      : []),
  ];
}

/** `12 more workers: 3 suspect, 9 gone (w lists them)`. */
function inWords(workers: readonly WorkerFacts[], shown: number): string {
  const counts = ORDER.map((standing) => ({
    standing,
    count: workers.filter((worker) => worker.standing === standing).length,
  })).filter(({ count }) => count > 0);
  const list = counts.map(({ standing, count }) => `${count} ${standing}`).join(', ');
  const noun = workers.length === 1 ? 'worker' : 'workers';
  return `${workers.length} ${shown > 0 ? 'more ' : ''}${noun}: ${list} (w lists them)`;
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
  return first < seen.snapshot.text.count ? `${first}  ${commandAt(seen.snapshot, first)}` : String(first);
}

/** Columns in the order in which they are left out where there is no room: by the least width that has them. */
const WIDTHS = [
  { width: 18, from: 0 },
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
  const gap = columns < 60 ? 1 : 2;
  return row([{ text: '', width: MARGIN - gap }, ...shown], columns, gap);
}
