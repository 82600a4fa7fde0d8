import type { Key } from './keys.js';
import type { Detail, Effect, Model, Step } from './model.js';
import { logTop, runShown } from './shown-detail.js';
import { listHeight } from './shown.js';

/** Keys on an entry and its log. */
export function updateDetail(model: Model, key: Key): Step {
  const { detail } = model;
  if (!detail) return [model];
  if (key === '[' || key === ']') return otherRun(model, detail, key === '[' ? -1 : 1);
  const next = scrolledLog(detail, key, listHeight(model), Math.max(8, model.size.columns >> 1));
  return [next ? { ...model, detail: next } : model];
}

export function openedEntry(model: Model, entry: number): Step {
  const pages = [...model.pages.filter((page) => page !== 'entry'), 'entry' as const];
  return readingLog({ ...model, pages }, { ...NOTHING_READ, entry, run: undefined });
}

const NOTHING_READ = { attempt: undefined, log: undefined, trouble: undefined, top: 0, follow: true, left: 0 };

/** Begins to read the log of the run that the detail is about. */
export function readingLog(model: Model, { entry, run }: Detail): [Model, ...Effect[]] {
  const detail: Detail = { ...NOTHING_READ, entry, run };
  const attempt = model.seen && runShown(model.seen.snapshot, detail)?.attempt;
  return [{ ...model, detail: { ...detail, attempt } }, { do: 'read' }];
}

function otherRun(model: Model, detail: Detail, by: 1 | -1): Step {
  const count = model.seen?.snapshot.runsOf(detail.entry).length ?? 0;
  const to = (detail.run ?? count - 1) + by;
  if (to < 0 || to >= count) {
    const note = by < 0 ? 'That was its first try.' : 'That was its last try.';
    return [count === 0 ? model : { ...model, note }];
  }
  return readingLog(model, { ...detail, run: to === count - 1 ? undefined : to });
}

function scrolledLog(detail: Detail, key: Key, height: number, aside: number): Detail | undefined {
  const last = Math.max(0, (detail.log?.lines.length ?? 0) - height);
  const from = logTop(detail, height);
  const page = Math.max(1, height - 1);
  if (key === 'left') return { ...detail, left: Math.max(0, detail.left - aside) };
  if (key === 'right') return { ...detail, left: detail.left + aside };
  const tops: Readonly<Record<Key, number>> = {
    ...{ up: from - 1, k: from - 1, down: from + 1, j: from + 1 },
    ...{ 'page-up': from - page, b: from - page, 'page-down': from + page, ' ': from + page },
    ...{ home: 0, g: 0, end: last, G: last },
  };
  const top = tops[key];
  if (top === undefined) return undefined;
  // Who has scrolled to the end wants to see what comes.
  return { ...detail, top: Math.max(0, Math.min(top, last)), follow: top >= last };
}
