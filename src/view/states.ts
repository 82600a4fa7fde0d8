import { EntryReader } from '../schedule/entries.js';
import { argvOf, commandLine } from '../schedule/slots.js';
import type { EntryState, Run, RunOutcome, Snapshot, StateName, Totals } from '../survey/types.js';
import type { Style } from './lines.js';

/** In the order of an entry's life; the key of each is its place in it, from 1. */
export const STATES: readonly StateName[] = [
  'pending',
  'claimed',
  'running',
  'suspect',
  'succeeded',
  'failed',
  'interrupted',
  'lost',
  'marked',
];

export const STYLE_OF: Readonly<Record<StateName, Style | undefined>> = {
  pending: undefined,
  claimed: 'busy',
  running: 'busy',
  suspect: 'warn',
  succeeded: 'good',
  failed: 'bad',
  interrupted: 'warn',
  lost: 'bad',
  marked: 'dim',
};

/** Nobody works on these, and they can be put back without being asked twice. */
const PUT_BACK: ReadonlySet<StateName> = new Set(['failed', 'interrupted', 'lost']);

export function canBePutBack({ is }: EntryState): boolean {
  return PUT_BACK.has(is);
}

/** Entries that came to an end, whichever. */
export function ended(totals: Totals): number {
  return totals.succeeded + totals.failed + totals.lost + totals.marked;
}

export function runOf(state: EntryState): Run | undefined {
  return 'run' in state ? state.run : undefined;
}

/** The host of whoever has the entry, or had it last. */
export function workerOf(state: EntryState): string | undefined {
  return 'run' in state ? state.run.worker : 'worker' in state ? state.worker : undefined;
}

/** How long it took, or has been running by now. */
export function durationOf(state: EntryState, now: number): number | undefined {
  const run = runOf(state);
  if (!run) return undefined;
  if (run.end) return run.end.took;
  return state.is === 'running' || state.is === 'suspect' ? Math.max(0, now - run.startedAt) : undefined;
}

/** What happened to a run, in words. */
export function outcomeOf({ is, code, signal, unstartable, timedOut }: RunOutcome): string {
  if (is === 'succeeded') return 'succeeded';
  if (is === 'interrupted') return 'interrupted';
  if (unstartable !== undefined) return `could not be started, ${unstartable}`;
  if (timedOut) return 'took too long and was ended';
  if (signal !== undefined) return `killed by ${signal}`;
  return `exit code ${code ?? '?'}`;
}

/** The command as one would type it. */
export function commandOf({ text }: Snapshot, entry: number): string {
  return commandLine(argvOf(text, entry));
}

/** As much of it as may be on the screen, `aside` characters further on: some are megabytes long. */
export function commandAt({ text }: Snapshot, entry: number, aside = 0): string {
  const reader = new EntryReader(text.bytes, text.starts[entry] ?? 0);
  const argv: string[] = [];
  let length = 0;
  while (length < aside + MOST_SHOWN && reader.nextArgument()) {
    if (argv.length === 0 && reader.isMark()) continue;
    const argument = reader.text().slice(0, aside + MOST_SHOWN);
    argv.push(argument);
    length += argument.length + 1;
  }
  const command = commandLine(argv);
  return aside === 0 ? command : `…${command.slice(aside)}`;
}

/** Characters that are as wide as any screen, some of them without a width of their own. */
const MOST_SHOWN = 4096;

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
