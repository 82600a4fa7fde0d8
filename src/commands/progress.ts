import type { Totals } from '../survey/types.js';
import type { Looking } from './look.js';

/** Version 1 of what `progress --json` prints. */
export interface Progress {
  readonly version: 1;
  readonly schedule: string;
  /** How many have the mark, which says nothing about how they ended. */
  readonly executed: number;
  readonly total: number;
  /** How many entries are in each state, which add up to the total. */
  readonly totals: Totals;
}

/** How many entries are executed, and what became of them. */
export async function progress(looking: Looking, schedule: string): Promise<Progress> {
  const { text, totals } = await looking.look();
  const { count, pending } = text;
  return { version: 1, schedule, executed: count - pending, total: count, totals };
}
