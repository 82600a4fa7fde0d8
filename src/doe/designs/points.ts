/**
 * The points of a design, each made when asked for: a million need no memory.
 *
 * `index`: coordinates are indices of levels. `unit`: in [0, 1), uniform, for a factor's quantile function.
 * `coded`: -1 is the low end of a factor's range, 0 its middle, 1 its high end (Box and Wilson's coding).
 */
export interface Points {
  readonly coordinates: 'index' | 'unit' | 'coded';
  /** How many; Infinity for a sequence without an end. */
  readonly count: number;
  /** Writes point `row` into `point`, which has one place for each factor. */
  fill(row: number, point: Float64Array): void;
  /** Rows that repeat an earlier one on purpose (centre points) start here; absent where there are none. */
  readonly replicatesFrom?: number;
}

/** Why a design cannot be made of these factors; `problem` and `remedy` are whole sentences for the user. */
export class DesignProblem extends Error {
  constructor(
    readonly problem: string,
    readonly remedy: string,
  ) {
    super(problem);
    this.name = 'DesignProblem';
  }
}
