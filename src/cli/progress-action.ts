import { lookingAt } from '../commands/look.js';
import { progress, type Progress } from '../commands/progress.js';
import { EXIT } from './exit-codes.js';
import { realLookPorts } from './look-ports.js';
import type { Page } from './page.js';
import type { ProgressOptions } from './program.js';
import { totalsText } from './show-totals.js';
import { stdoutPage } from './status-action.js';

const BAR = 30;
/** A shorter one tells less than the room is worth. */
const SHORTEST_BAR = 5;

/** `cooperate progress`: returns the exit code. */
export async function progressAction(schedule: string, options: ProgressOptions): Promise<number> {
  const value = await progress(await lookingAt(realLookPorts(), schedule), schedule);
  process.stdout.write(`${options.json ? JSON.stringify(value) : line(stdoutPage(options), value)}\n`);
  return EXIT.done;
}

function line(page: Page, { executed, total, totals }: Progress): string {
  const share = total === 0 ? 1 : executed / total;
  const head = `Executed (not necessarily completed): ${executed}/${total} `;
  // What is pending or marked by hand, the line tells already.
  const truth = totalsText({ ...totals, pending: 0, marked: 0 });
  const tail = `${Math.floor(share * 100)}%${truth && `: ${truth}`}`;
  const room = (page.columns ?? Infinity) - head.length - '[] '.length - tail.length;
  // What does not fit without the bar goes on in the next line: nothing of it may be missing.
  return head + barOf(share, Math.min(BAR, room)) + tail;
}

function barOf(share: number, width: number): string {
  if (width < SHORTEST_BAR) return '';
  const full = Math.floor(share * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] `;
}
