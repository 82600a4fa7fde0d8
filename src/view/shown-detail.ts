import { fit } from '../ports/screen-text.js';
import type { Run, Snapshot } from '../survey/types.js';
import { formatExactDuration } from '../worker/duration.js';
import { words, type Line, type Span } from './lines.js';
import type { Detail, Model, Seen } from './model.js';
import { commandAt, durationOf, outcomeOf, STYLE_OF, workerOf } from './states.js';

/** The run whose log is shown. */
export function runShown(snapshot: Snapshot, { entry, run }: Detail): Run | undefined {
  const runs = entry < snapshot.text.count ? snapshot.runsOf(entry) : [];
  return run === undefined ? runs.at(-1) : runs[run];
}

/** What is known of the entry, above its log. */
export function detailHead(model: Model, columns: number): Line[] {
  const { seen, detail } = model;
  if (!seen || !detail) return [];
  const { snapshot } = seen;
  const { entry } = detail;
  if (entry >= snapshot.text.count) {
    return [words([{ text: `There is no entry ${entry} any more.`, style: 'bad' }], columns)];
  }
  const state = snapshot.stateOf(entry);
  const took = durationOf(state, model.now);
  const first: Span[] = [
    { text: `entry ${entry}  `, style: 'title' },
    { text: state.is, style: STYLE_OF[state.is] },
    ...(took === undefined ? [] : [{ text: `  ${formatExactDuration(took)}` }]),
  ];
  const worker = workerOf(state);
  if (state.is === 'claimed' && worker !== undefined)
    first.push({ text: `  by ${seen.hosts.get(worker) ?? worker}` });
  const most = model.size.rows >= 20 ? 3 : 1;
  return [
    words(first, columns),
    ...command(commandAt(snapshot, entry), columns, most),
    ...runLine(seen, detail, columns),
  ];
}

function command(text: string, columns: number, most: number): Line[] {
  const lines: Line[] = [];
  // By characters: where a command is broken does not matter, as long as it can be read.
  let rest = Array.from(text.slice(0, columns * most * 2));
  while (rest.length > 0 && lines.length < most) {
    const isLast = lines.length === most - 1;
    let take = columns;
    while (!isLast && take > 1 && fit(rest.slice(0, take).join(''), columns).endsWith('…')) take--;
    lines.push(words([{ text: rest.slice(0, isLast ? undefined : take).join(''), style: undefined }], columns));
    rest = isLast ? [] : rest.slice(take);
  }
  return lines;
}

function runLine(seen: Seen, detail: Detail, columns: number): Line[] {
  const runs = seen.snapshot.runsOf(detail.entry);
  const run = runShown(seen.snapshot, detail);
  if (!run) return [words([{ text: 'It has not been run yet.', style: 'dim' }], columns)];
  const parts = [
    runs.length > 1 ? `try ${run.attempt} of ${runs.length}` : `try ${run.attempt}`,
    `on ${seen.hosts.get(run.worker) ?? run.worker}`,
    `since ${timeOf(run.startedAt)}`,
    ...(run.end ? [`${outcomeOf(run.end)} after ${formatExactDuration(run.end.took)}`] : []),
  ];
  return [words([{ text: parts.join(', '), style: run.end?.is === 'failed' ? 'bad' : 'dim' }], columns)];
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** The first line of the log that is on the screen. */
export function logTop({ log, top, follow }: Detail, height: number): number {
  const last = Math.max(0, (log?.lines.length ?? 0) - height);
  return follow ? last : Math.min(top, last);
}

export function logRows({ detail }: Model, columns: number, height: number): Line[] {
  if (!detail) return [];
  const { log, left } = detail;
  if (!log) return [words([{ text: detail.trouble ?? '', style: 'dim' }], columns)];
  const from = logTop(detail, height);
  if (log.lines.length === 0) return [words([{ text: 'It has printed nothing.', style: 'dim' }], columns)];
  return log.lines.slice(from, from + height).map((line) => [{ text: fit(line.slice(left), columns) }]);
}

/** What is between the entry and its log. */
export function logTitle(model: Model, columns: number, height: number): Line {
  const { detail } = model;
  if (!detail?.log) return words([{ text: 'log', style: 'dim' }], columns);
  const { log } = detail;
  const from = logTop(detail, height);
  const last = Math.min(log.lines.length, from + height);
  const cut = log.cut ? ' (its end; `cooperate logs` has all of it)' : '';
  const where = log.lines.length > height ? `, lines ${from + 1} to ${last} of ${log.lines.length}` : '';
  const follow = detail.follow && !log.ended ? ', following' : '';
  return words([{ text: `log${where}${follow}${cut}`, style: 'dim' }], columns);
}
