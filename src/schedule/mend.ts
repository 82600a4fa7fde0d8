import { checkEncoding } from './encoding.js';
import { MendReader } from './mend-reader.js';
import type { Flaw } from './mend-tokens.js';
import { scan } from './scan.js';
import { spliced } from './splice.js';
import { makeStrict } from './strict.js';
import { NotASchedule, type ScheduleText } from './text.js';

export interface Mending {
  /** In the order of the text. */
  readonly flaws: readonly Flaw[];
  /** Strict JSON; undefined where one of the flaws cannot be mended. */
  readonly mended: ScheduleText | undefined;
  /** Comments and trailing commas that are left out besides. */
  readonly loose: number;
}

/** What is wrong in a text that is no schedule, and the schedule that it can only mean. */
export function mend(bytes: Buffer): Mending {
  try {
    checkEncoding(bytes);
    const { flaws, splices } = new MendReader(bytes).read();
    if (flaws.some((flaw) => flaw.mend === undefined)) return { flaws, mended: undefined, loose: 0 };
    // Whatever was read above, this is what counts.
    const text = scan(spliced(bytes, splices));
    return { flaws, mended: scan(makeStrict(text)), loose: text.loose.length };
  } catch (error) {
    if (!(error instanceof NotASchedule)) throw error;
    // Its place counts in another text where something was mended before: then the first to fail in this one tells.
    const first = firstProblem(bytes) ?? error;
    return {
      flaws: [{ offset: first.offset, problem: first.problem, mend: undefined }],
      mended: undefined,
      loose: 0,
    };
  }
}

function firstProblem(bytes: Buffer): NotASchedule | undefined {
  try {
    scan(bytes);
    return undefined;
  } catch (error) {
    return error instanceof NotASchedule ? error : undefined;
  }
}
