import type { Snapshot } from '../survey/types.js';
import { formatDuration } from '../worker/duration.js';
import { between, row, words, type Cell, type Line, type Span } from './lines.js';
import { entryInRow, listLength, type Model, type Seen } from './model.js';
import { commandAt, durationOf, grouped, runOf, STYLE_OF, workerOf } from './states.js';

/** Of the filter, and of the columns. */
export function entryTitles(model: Model, columns: number): Line {
  const { seen } = model;
  if (!seen) return [];
  const titles = ['', '#', 'state', 'try', 'host', 'took', 'command'];
  const dim = titles.map((text) => ({ text, style: 'dim' as const }));
  return row(entryCells(seen.snapshot, columns, dim), columns, 1);
}

/** What is listed, when that is not everything. */
export function filterLine(model: Model, columns: number): Line[] {
  const { text, group } = model.filter;
  const { seen } = model;
  if (!seen || (text === undefined && group === undefined)) return [];
  const what: Span[] = [];
  if (group !== undefined) what.push({ text: group.cause, style: 'chosen' }, { text: '  ' });
  if (text !== undefined) what.push({ text: `/${text}`, style: 'chosen' }, { text: '  ' });
  const found = model.sifting
    ? 'looking...'
    : `${grouped(listLength(model))} of ${grouped(seen.snapshot.text.count)}`;
  return [between([...what, { text: found }], [{ text: 'Esc shows all', style: 'dim' }], columns)];
}

/** The entries on the screen; only these are looked at. */
export function entryRows(model: Model, columns: number, height: number): Line[] {
  const { seen, cursors } = model;
  if (!seen) return [];
  const { entries } = cursors;
  const { count } = seen.snapshot.text;
  const lines: Line[] = [];
  for (let i = entries.top; lines.length < height && i < listLength(model); i++) {
    const entry = entryInRow(model, i);
    if (entry !== undefined && entry < count)
      lines.push(entryRow(model, seen, entry, i === entries.row, columns));
  }
  if (lines.length > 0) return lines;
  const text = model.sifting ? 'Looking...' : count === 0 ? 'The schedule has no entries.' : 'No such entries.';
  return [words([{ text: `  ${text}`, style: 'dim' }], columns)];
}

function entryRow(model: Model, seen: Seen, entry: number, isChosen: boolean, columns: number): Line {
  const { snapshot } = seen;
  const state = snapshot.stateOf(entry);
  const worker = workerOf(state);
  const took = durationOf(state, model.now);
  const attempt = runOf(state)?.attempt;
  const host = worker === undefined ? '' : (seen.hosts.get(worker) ?? worker);
  const cells = entryCells(snapshot, columns, [
    { text: isChosen ? '>' : '' },
    { text: String(entry) },
    { text: state.is, style: STYLE_OF[state.is] },
    { text: attempt === undefined ? '' : String(attempt) },
    { text: host },
    { text: took === undefined ? '' : formatDuration(took) },
    { text: commandAt(snapshot, entry, model.aside) },
  ]);
  const line = row(cells, columns, 1);
  return isChosen ? line.map(({ text }) => ({ text, style: 'chosen' as const })) : line;
}

/** On a narrow screen the state and the command matter most. */
function entryCells({ text }: Snapshot, columns: number, texts: readonly Span[]): Cell[] {
  const digits = String(Math.max(0, text.count - 1)).length;
  const widths = [
    { width: 1, from: 0 },
    { width: Math.max(columns < 60 ? 1 : 5, digits), from: 0, right: true },
    { width: 11, from: 0 },
    { width: 3, from: 70, right: true },
    { width: columns < 110 ? 10 : 20, from: 70 },
    { width: 6, from: 50, right: true },
    { width: undefined, from: 0 },
  ];
  return widths.flatMap(({ from, ...cell }, i) => (columns < from ? [] : [{ text: '', ...texts[i], ...cell }]));
}
