import type { ProcessGroup } from './spawn-group.js';
import type { OutputPipes } from './spawn-output.js';

/** How long a run may live on after its leader, in milliseconds. */
export interface Graces {
  /** For what is ending anyway: helpers that exit a moment later, pipes that close. */
  readonly settleMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly terminateMs: number;
  /** After SIGKILL, before giving up (a process in an uninterruptible wait). */
  readonly killMs: number;
}

export const GRACES: Graces = { settleMs: 500, terminateMs: 3000, killMs: 1000 };

const LONGEST_NAP_MS = 50;

/** The leader is gone, but somebody is left or holds a pipe: leaves nobody behind, and never hangs. */
export async function endLeftovers(group: ProcessGroup, output: OutputPipes, graces: Graces): Promise<void> {
  output.countFromHere();
  const slowReader = (): boolean => output.heldBack;
  const over = (): boolean => output.ended && !group.alive();
  if (await within(graces.settleMs, over, slowReader)) return;
  if (group.alive()) await endGroup(group, graces);
  // Still open now: held by a process that left the session, which is not ours to end and not worth waiting for.
  if (!output.ended) await within(graces.settleMs, () => output.ended, slowReader);
}

async function endGroup(group: ProcessGroup, graces: Graces): Promise<void> {
  const gone = (): boolean => !group.alive();
  group.signal('SIGTERM');
  // A stopped process acts on nothing but this and SIGKILL.
  group.signal('SIGCONT');
  if (await within(graces.terminateMs, gone)) return;
  group.signal('SIGKILL');
  await within(graces.killMs, gone);
}

/** Whether it came true within `ms`, not counting the time that `excused` holds. */
async function within(ms: number, done: () => boolean, excused: () => boolean = () => false): Promise<boolean> {
  let spent = 0;
  for (let nap = 1; !done(); nap = Math.min(nap * 2, LONGEST_NAP_MS)) {
    if (spent >= ms) return false;
    await pass(nap);
    // Naps are counted, not read off a clock: after a suspended worker wakes up, others still get their time.
    if (!excused()) spent += nap;
  }
  return true;
}

/** The pass through the event loop afterwards lets in what arrived meanwhile, before anybody judges. */
function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve), ms));
}
