import { Failure } from '../failure.js';

/** A number, a range, `all` or `last`. */
const PART = /^(?:(\d{1,15})(?:-(\d{1,15}))?|all|last)$/;

/**
 * The entries that a selection such as `3`, `1,4,7-9`, `all` or `last` names, among `count`: in order, each once.
 * `path` is how the schedule was named.
 */
export function parseSelection(selection: string, count: number, path: string): number[] {
  const chosen = new Set<number>();
  for (const part of selection.split(',')) {
    const [from, to] = rangeOf(part.trim(), selection, count);
    if (to >= count) throw new Failure({ reason: 'entry-unknown', path, entry: Math.max(to, 0), count });
    for (let entry = from; entry <= to; entry++) chosen.add(entry);
  }
  return [...chosen].sort((a, b) => a - b);
}

function rangeOf(part: string, selection: string, count: number): readonly [from: number, to: number] {
  const match = PART.exec(part);
  if (!match) throw unreadable(selection);
  if (part === 'all') return [0, count - 1];
  // Of none there is no last one: that is told as an unknown entry.
  if (part === 'last') return [Math.max(0, count - 1), Math.max(0, count - 1)];
  const from = Number(match[1]);
  const to = match[2] === undefined ? from : Number(match[2]);
  if (to < from) throw unreadable(selection);
  return [from, to];
}

function unreadable(selection: string): Failure {
  return new Failure({
    reason: 'usage',
    problem: `${JSON.stringify(selection)} selects nothing: entries are numbers from 0.`,
    remedy: 'Write it like 3, or 1,4,7-9, or all, or last.',
  });
}
