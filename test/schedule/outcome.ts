import { scan } from '../../src/schedule/scan.js';
import { argvOf } from '../../src/schedule/slots.js';
import { NotASchedule, type ScheduleText } from '../../src/schedule/text.js';

export function scanned(text: string): ScheduleText {
  return scan(Buffer.from(text));
}

/** Every argv of the text. */
export function argvs(text: ScheduleText): string[][] {
  return Array.from(text.starts, (_, i) => argvOf(text, i));
}

/** Everything a text says, as plain values to compare; the bytes apart. */
export function facts(text: ScheduleText) {
  const { count, pending, starts, ends, marked, group, groupCount, groupMarked, loose } = text;
  return {
    count,
    pending,
    starts: Array.from(starts),
    ends: Array.from(ends),
    marked: Array.from(marked),
    group: Array.from(group),
    groupCount: Array.from(groupCount),
    groupMarked: Array.from(groupMarked),
    loose,
  };
}

interface Refusal {
  readonly problem: string;
  readonly offset: number | undefined;
}

/** The facts, or why there are none. */
export function outcome(read: () => ScheduleText): ReturnType<typeof facts> | Refusal {
  try {
    return facts(read());
  } catch (error) {
    if (!(error instanceof NotASchedule)) throw error;
    return { problem: error.problem, offset: error.offset };
  }
}

/** The problem with a text that is no schedule. */
export function problemOf(bytes: Buffer): NotASchedule {
  try {
    scan(bytes);
  } catch (error) {
    if (error instanceof NotASchedule) return error;
    throw error;
  }
  throw new Error(`a schedule after all: ${bytes.toString()}`);
}
