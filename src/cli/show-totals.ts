import type { Totals } from '../survey/types.js';
import { whole, type Words } from './page.js';

/** How each state is called, in the order in which an entry comes to them. */
const NAMES = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['lost', 'lost'],
  ['suspect', 'suspect'],
  ['interrupted', 'interrupted'],
  ['running', 'running'],
  ['claimed', 'claimed'],
  ['pending', 'pending'],
  ['marked', 'marked by hand'],
] as const;

/** The states that entries are in; the numbers add up to that of all entries. */
export function totalsIn(totals: Totals): Words[] {
  return NAMES.flatMap(([tone, name]) =>
    totals[tone] > 0 ? [{ text: `${whole(totals[tone])} ${name}`, tone }] : [],
  );
}

/** The same as a text. */
export function totalsText(totals: Totals): string {
  return totalsIn(totals)
    .map(({ text }) => text)
    .join(', ');
}

/** With commas between. */
export function listed(words: readonly Words[]): Words[] {
  return words.map((one, i) => ({ ...one, text: one.text + (i === words.length - 1 ? '.' : ',') }));
}
