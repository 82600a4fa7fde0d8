import type { Line } from './lines.js';
import { pageOf, type Model } from './model.js';
import { detailHead, logRows, logTitle } from './shown-detail.js';
import { entryRows, entryTitles, filterLine } from './shown-entries.js';
import { head } from './shown-head.js';
import { causeRows, causeTitles, foot, helpRows } from './shown-rest.js';
import { workerRow, workersAbove, workersInOrder, workerTitles } from './shown-workers.js';

/** All that stands on the screen, from top to bottom. */
export interface Shown {
  readonly head: readonly Line[];
  /** As high as what is left, empty lines below included. */
  readonly list: readonly Line[];
  readonly foot: Line;
}

/** What `model` looks like. */
export function shown(model: Model): Shown {
  const columns = columnsOf(model);
  const top = above(model, columns);
  const height = Math.max(0, model.size.rows - top.length - 1);
  return {
    head: top.slice(0, model.size.rows - 1),
    list: list(model, columns, height).slice(0, height),
    foot: foot(model, columns),
  };
}

/** How many lines of the list that is shown there is room for. */
export function listHeight(model: Model): number {
  return Math.max(1, model.size.rows - above(model, columnsOf(model)).length - 1);
}

/** The last column stays free: erasing behind a line must not take its last sign. */
function columnsOf({ size }: Model): number {
  return Math.max(1, size.columns - 1);
}

function above(model: Model, columns: number): Line[] {
  const top = head(model, columns);
  if (!model.seen) return top;
  switch (pageOf(model)) {
    case 'entries':
      return [
        ...top,
        ...workersAbove(model, columns),
        ...filterLine(model, columns),
        entryTitles(model, columns),
      ];
    case 'workers':
      return [...top, workerTitles(model, columns)];
    case 'failures':
      return [...top, causeTitles(columns)];
    case 'entry': {
      const about = [...top.slice(0, 1), ...detailHead(model, columns)];
      const height = Math.max(1, model.size.rows - about.length - 2);
      return [...about, logTitle(model, columns, height)];
    }
    case 'help':
      return top.slice(0, 1);
  }
}

function list(model: Model, columns: number, height: number): Line[] {
  const { seen } = model;
  if (!seen) return [];
  switch (pageOf(model)) {
    case 'entries':
      return entryRows(model, columns, height);
    case 'workers': {
      const { top } = model.cursors.workers;
      return workersInOrder(seen)
        .slice(top, top + height)
        .map((worker) => workerRow(model, seen, worker, columns));
    }
    case 'failures':
      return causeRows(model, columns, height);
    case 'entry':
      return logRows(model, columns, height);
    case 'help':
      return helpRows(columns).slice(model.cursors.help.top).slice(0, height);
  }
}
