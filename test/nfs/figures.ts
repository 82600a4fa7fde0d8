import type { Journal } from './evidence.js';

export interface ClaimTimes {
  readonly rounds: number;
  readonly entries: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/**
 * From the workers' own journals, each by its own clock. A claim takes from the end of an entry to the start of the next
 * one, where it had to claim in between: making its records durable, the lock, the rewrite, the cells.
 */
export function figuresOf(journals: readonly Journal[]): { claims: ClaimTimes; perSecond: number } {
  const waits = journals.flatMap(waitsIn).sort((a, b) => a - b);
  const starts = journals.flatMap(({ lines }) => lines.filter(({ t }) => t === 'start').map(timeOf));
  const [first, last] = [Math.min(...starts), Math.max(...starts)];
  const at = (share: number): number =>
    waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? NaN;
  return {
    claims: { rounds: waits.length, entries: starts.length, p50: at(0.5), p99: at(0.99), longest: at(1) },
    perSecond: Math.round((10 * 1000 * starts.length) / Math.max(1, last - first)) / 10,
  };
}

function waitsIn({ lines }: Journal): number[] {
  const waits: number[] = [];
  let ended: number | undefined;
  let claimed = false;
  for (const line of lines) {
    if (line.t === 'claim') claimed = true;
    else if (line.t === 'end') ended = timeOf(line);
    else if (line.t === 'start') {
      if (claimed && ended !== undefined) waits.push(timeOf(line) - ended);
      claimed = false;
      ended = undefined;
    }
  }
  return waits;
}

function timeOf({ at = '' }: { readonly at?: string }): number {
  return Date.parse(at);
}
