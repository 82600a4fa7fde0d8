import type { StateName, Totals } from '../survey/types.js';
import { between, words, wrapped, type Line, type Span } from './lines.js';
import type { Model, Seen } from './model.js';
import { ended, grouped, STATES, STYLE_OF } from './states.js';
import { formatDuration } from '../worker/duration.js';

/** From so many lines on there is room for what can be done without. */
const ROOMY = 16;
const LOW = 10;

/** What stands on top of every page: how far it is, how long it will take, and how many entries are in which state. */
export function head(model: Model, columns: number): Line[] {
  const { seen, size } = model;
  if (!seen) return [words([{ text: `Reading ${model.schedule}...`, style: 'dim' }], columns)];
  const roomy = size.rows >= ROOMY;
  return [
    title(model, seen, columns),
    ...(roomy ? [bar(seen.snapshot.totals, columns, model.unicode)] : []),
    ...legend(model, seen.snapshot.totals, columns, roomy ? 3 : size.rows >= LOW ? 2 : 1),
    ...troubles(model, seen, columns),
  ];
}

function title(model: Model, { snapshot, outlook }: Seen, columns: number): Line {
  const { count } = snapshot.text;
  const share = count === 0 ? 100 : Math.floor((100 * ended(snapshot.totals)) / count);
  const left: Span[] = [
    { text: model.schedule, style: 'title' },
    { text: `  ${grouped(count)} ${count === 1 ? 'entry' : 'entries'}, ${share}% ended` },
  ];
  const fitting = outlook
    .map((text) => between(left, [{ text }], columns))
    .find((line) => line.length > left.length);
  return fitting ?? between(left, [], columns);
}

const SIGNS = {
  unicode: { succeeded: '█', failed: '█', busy: '▒', rest: '░' },
  ascii: { succeeded: '#', failed: 'x', busy: '>', rest: '.' },
};

/** The shares of what succeeded, failed, and runs; whatever is there at all is at least a sign long. */
function bar(totals: Totals, columns: number, unicode: boolean): Line {
  const signs = SIGNS[unicode ? 'unicode' : 'ascii'];
  const all = Object.values(totals).reduce((sum, count) => sum + count, 0);
  const parts = [
    { count: totals.succeeded + totals.marked, text: signs.succeeded, style: 'good' },
    { count: totals.failed + totals.lost, text: signs.failed, style: 'bad' },
    { count: totals.running + totals.suspect + totals.claimed, text: signs.busy, style: 'busy' },
  ] as const;
  let left = columns;
  const spans: Span[] = [];
  for (const { count, text, style } of parts) {
    const length = count === 0 ? 0 : Math.min(left, Math.max(1, Math.floor((count / all) * columns)));
    if (length > 0) spans.push({ text: text.repeat(length), style });
    left -= length;
  }
  return [...spans, { text: signs.rest.repeat(Math.max(0, left)), style: 'dim' }];
}

/** The totals, which tell the keys that filter by them as well. */
function legend(model: Model, totals: Totals, columns: number, most: number): Line[] {
  const { state } = model.filter;
  const shown = STATES.map((name, i) => ({ name, key: i + 1 })).filter(
    ({ name }) => totals[name] > 0 || name === state,
  );
  const part = (key: number, name: StateName | 'all', count: number): Span[] => {
    const isChosen = name === (state ?? 'all');
    return [
      { text: `${key} `, style: 'dim' },
      {
        text: `${name} ${grouped(count)}`,
        style: isChosen ? 'chosen' : name === 'all' ? undefined : STYLE_OF[name],
      },
    ];
  };
  const parts = shown.map(({ name, key }) => part(key, name, totals[name]));
  const all = part(
    0,
    'all',
    Object.values(totals).reduce((sum, count) => sum + count, 0),
  );
  return wrapped([all, ...parts], columns, most);
}

function troubles(model: Model, { snapshot, at }: Seen, columns: number): Line[] {
  const lines: Line[] = [];
  if (model.trouble !== undefined) {
    const age = formatDuration(Math.max(0, model.now - at));
    const text = `${model.trouble} Shown is what was there ${age} ago.`;
    lines.push(words([{ text, style: 'bad' }], columns));
  }
  if (snapshot.unreadable > 0) {
    const text = `${snapshot.unreadable} journal ${snapshot.unreadable === 1 ? 'line' : 'lines'} could not be read.`;
    lines.push(words([{ text, style: 'warn' }], columns));
  }
  return lines;
}
