import type { ScheduleText } from './text.js';

/**
 * The text without its comments and trailing commas: strict JSON with the same entries. Nothing grows together where a
 * comment was: legal text has punctuation between any two values, on either side of the comment.
 */
export function makeStrict(text: ScheduleText): Buffer {
  const kept = [];
  let from = 0;
  for (const [start, end] of text.loose) {
    kept.push(text.bytes.subarray(from, start));
    from = end;
  }
  kept.push(text.bytes.subarray(from));
  return Buffer.concat(kept);
}
