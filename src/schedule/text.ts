/**
 * A schedule as the bytes its owner wrote and an index into them. A million entries are a few typed arrays,
 * not a million JavaScript arrays; nothing is decoded until somebody asks for an argv.
 */
export interface ScheduleText {
  readonly bytes: Buffer;
  /** Number of entries. */
  readonly count: number;
  /** Number of entries without a mark. */
  readonly pending: number;
  /** Byte offset of each entry's `[`. */
  readonly starts: Uint32Array;
  /** Byte offset just after each entry's `]`. */
  readonly ends: Uint32Array;
  /** 1 where the first element is "executed". */
  readonly marked: Uint8Array;
  /** Entries whose argv (without marks) is equal share a group number, counted from 0 by first appearance. */
  readonly group: Uint32Array;
  /** Entries in each group. */
  readonly groupCount: Uint32Array;
  /** Marked entries in each group. */
  readonly groupMarked: Uint32Array;
  /** Byte spans [from, to) to delete to make the text strict JSON: comments and trailing commas. */
  readonly loose: readonly (readonly [from: number, to: number])[];
}

/** Why some bytes are not a schedule, and where. */
export class NotASchedule extends Error {
  constructor(
    readonly problem: string,
    /** Byte offset, or undefined when no single place is at fault. */
    readonly offset?: number,
  ) {
    super(problem);
    this.name = 'NotASchedule';
  }
}
