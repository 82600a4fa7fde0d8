import type { Held } from '../ports/lock.js';
import type { Desk } from './desk.js';
import { AT_ONCE, type LookAgain } from './view.js';
import { written } from './written.js';

/**
 * Makes a lenient schedule strict JSON, as its next rewrite would; its owner's version is kept and told. Undefined when
 * `signal` aborted the wait for the lock.
 */
export async function makeStrictNow(desk: Desk, signal: AbortSignal): Promise<'strict' | undefined> {
  for (;;) {
    const round = await desk.underLock((held) => strictRound(desk, held, signal), signal, 'mend the schedule');
    if (round === undefined || round === 'strict') return round;
    await desk.setting.clock.wait(round.afterMs, signal);
  }
}

async function strictRound(desk: Desk, held: Held, signal: AbortSignal): Promise<LookAgain | 'strict'> {
  const view = await desk.viewer.look(held);
  if (view.is === 'again') return view;
  if (view.seen.text.loose.length === 0) return 'strict';
  return (await written(desk, view, { mark: view.markAgain, unmark: [] }, held, signal)) ? 'strict' : AT_ONCE;
}
