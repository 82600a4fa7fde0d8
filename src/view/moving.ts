import type { Key } from './keys.js';
import { entryInRow, listLength, pageOf, type Cursor, type Model } from './model.js';
import { listHeight } from './shown.js';

/** Where a key takes a cursor; undefined for keys that do not move it. */
export function goTo(cursor: Cursor, key: Key, length: number, height: number): Cursor | undefined {
  const page = Math.max(1, height - 1);
  const rows: Readonly<Record<Key, number>> = {
    ...{ up: cursor.row - 1, k: cursor.row - 1, down: cursor.row + 1, j: cursor.row + 1 },
    ...{ 'page-up': cursor.row - page, b: cursor.row - page, 'page-down': cursor.row + page },
    ...{ ' ': cursor.row + page, home: 0, g: 0, end: length - 1, G: length - 1 },
  };
  const row = rows[key];
  return row === undefined ? undefined : moved(cursor, row, length, height);
}

/** Keeps the selected entry selected, or else what took its place, and everything on the screen. */
export function settled(model: Model): Model {
  const length = listLength(model);
  const height = listHeight(model);
  const { entries, failures } = model.cursors;
  const row = rowOf(model, entries.row);
  const cursor = moved(entries, row, length, pageOf(model) === 'entries' ? height : length);
  return {
    ...model,
    selected: entryInRow(model, cursor.row) ?? model.selected,
    cursors: {
      ...model.cursors,
      entries: pageOf(model) === 'entries' ? cursor : { ...entries, row: cursor.row },
      failures: moved(failures, failures.row, model.groups?.list.length ?? 0, height),
    },
  };
}

function rowOf({ matches, selected }: Model, row: number): number {
  if (!matches) return selected;
  let low = 0;
  let high = matches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((matches[middle] ?? 0) < selected) low = middle + 1;
    else high = middle;
  }
  return matches[low] === selected ? low : Math.min(row, Math.max(0, matches.length - 1), low);
}

/** Put a cursor to a row of a list, with as little scrolling as brings it on the screen. */
function moved({ top }: Cursor, to: number, length: number, height: number): Cursor {
  const row = Math.max(0, Math.min(to, length - 1));
  const lowest = Math.max(0, Math.min(row, length - height));
  return { row, top: Math.min(Math.max(top, row - Math.max(1, height) + 1, 0), row, Math.max(lowest, 0)) };
}
