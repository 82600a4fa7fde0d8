import type { Value } from './experiment.js';

/** A factor with more values than this is cut into as many equal shares as below. */
const MOST_LEVELS = 16;
const SHARES = 8;

/**
 * The level numbers that balancing counts: one column a factor, one number a run. Numbers drawn from a range are
 * cut into shares of equal size; a factor that takes no part has a level of its own.
 */
export function columnsOf(count: number, valuesOf: (run: number) => ReadonlyMap<string, Value>): Uint32Array[] {
  const codes = new Map<string, Coding>();
  for (let run = 0; run < count; run++) {
    for (const [name, value] of valuesOf(run)) {
      const coding = codes.get(name) ?? { column: new Uint32Array(count), levels: new Map<Value, number>() };
      codes.set(name, coding);
      const { column, levels } = coding;
      // 0 is for absent.
      const level = levels.get(value) ?? levels.size + 1;
      levels.set(value, level);
      column[run] = level;
    }
  }
  return [...codes.values()].map(({ column, levels }) =>
    levels.size > MOST_LEVELS && [...levels.keys()].every((value) => typeof value === 'number')
      ? shared(column, levels as Map<number, number>)
      : column,
  );
}

interface Coding {
  readonly column: Uint32Array;
  readonly levels: Map<Value, number>;
}

function shared(column: Uint32Array, levels: ReadonlyMap<number, number>): Uint32Array {
  const sorted = [...levels].sort(([a], [b]) => a - b);
  const share = new Uint32Array(levels.size + 1);
  for (const [rank, [, level]] of sorted.entries())
    share[level] = 1 + Math.floor((rank * SHARES) / sorted.length);
  return column.map((level) => share[level] as number);
}
