import type { Random } from './random.js';

/** Work before the search ends, about half a second; looking at a row costs as much as `ROW` coordinates more. */
const BUDGET = 3e8;
const ROW = 10;
/** A round tries each exchange some 100 times; then another begins, as far as the budget goes. */
const TRIES = 50;
const MAX_ROUNDS = 20;
/** How much worse an exchange may be at the beginning of a round, as a share. */
const TOLERANCE = 0.1;

/** Rows `from` to `to` of a table are new, those before stay as they are; `dimensions` coordinates a row. */
export interface NewRows {
  readonly table: Float64Array;
  readonly dimensions: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Spreads the new rows by exchanging coordinates among them, which keeps each dimension's strata as they are, so that
 * the closest rows come far apart. Judged by Morris and Mitchell's phi (1995, Exploratory designs for computational
 * experiments) with p = 32: the sum over the pairs of distance^-32. Searched by threshold accepting (Dueck, Scheuer
 * 1990): as annealing, but without a logarithm, whose last bits differ between platforms. A fixed amount of work:
 * the more rows and dimensions, the fewer exchanges.
 */
export function spread(rows: NewRows, random: Random): void {
  const { table, dimensions, from, to } = rows;
  const added = to - from;
  if (added < 2 || dimensions < 2) return;
  const affordable = Math.ceil(BUDGET / (to * (dimensions + ROW)));
  const steps = Math.min(affordable, TRIES * added * added * dimensions);
  const rounds = Math.min(MAX_ROUNDS, Math.floor(affordable / steps));
  exchange(rows, steps, random);
  if (rounds === 1) return;
  let best = table.slice();
  let bestDistance = closest(rows);
  for (let round = 1; round < rounds; round++) {
    shuffleColumns(rows, random);
    exchange(rows, steps, random);
    const distance = closest(rows);
    if (distance <= bestDistance) continue;
    best = table.slice();
    bestDistance = distance;
  }
  table.set(best);
}

function shuffleColumns({ table, dimensions, from, to }: NewRows, random: Random): void {
  for (let d = 0; d < dimensions; d++) {
    const column = Float64Array.from(
      { length: to - from },
      (_, i) => table[(from + i) * dimensions + d] as number,
    );
    random.shuffle(column).forEach((x, i) => (table[(from + i) * dimensions + d] = x));
  }
}

/** Tries random exchanges of one coordinate between two new rows; the last fifth of them must not make it worse. */
function exchange({ table, dimensions, from, to }: NewRows, steps: number, random: Random): void {
  const added = to - from;
  for (let step = 0; step < steps; step++) {
    const tolerance = TOLERANCE * Math.max(0, 1 - step / (0.8 * steps));
    const drawn = random.below(added);
    const a = (from + drawn) * dimensions;
    const b = (from + ((drawn + 1 + random.below(added - 1)) % added)) * dimensions;
    const d = random.below(dimensions);
    const { before, after } = crowding({ table, dimensions, to }, a, b, d);
    if (after > before * (1 + tolerance)) continue;
    const kept = table[a + d] as number;
    table[a + d] = table[b + d] as number;
    table[b + d] = kept;
  }
}

/** The pairs' part of phi that exchanging coordinate `d` of the rows at places `a` and `b` of the table changes. */
function crowding(
  { table, dimensions, to }: Pick<NewRows, 'table' | 'dimensions' | 'to'>,
  a: number,
  b: number,
  d: number,
): { before: number; after: number } {
  const ownA = table[a + d] as number;
  const ownB = table[b + d] as number;
  let before = 0;
  let after = 0;
  for (let row = 0; row < to; row++) {
    const at = row * dimensions;
    // The distance between the two themselves stays the same.
    if (at === a || at === b) continue;
    const toA = squaredDistance(table, a, at, dimensions);
    const toB = squaredDistance(table, b, at, dimensions);
    const other = table[at + d] as number;
    const change = square(ownB - other) - square(ownA - other);
    before += repulsion(toA) + repulsion(toB);
    after += repulsion(toA + change) + repulsion(toB - change);
  }
  return { before, after };
}

/** distance^-32, by products: these are the same on every platform. */
function repulsion(squaredDistance: number): number {
  const p2 = 1 / squaredDistance;
  const p4 = p2 * p2;
  const p8 = p4 * p4;
  const p16 = p8 * p8;
  return p16 * p16;
}

function squaredDistance(table: Float64Array, a: number, b: number, dimensions: number): number {
  let squared = 0;
  for (let d = 0; d < dimensions; d++) {
    squared += square((table[a + d] as number) - (table[b + d] as number));
  }
  return squared;
}

function square(x: number): number {
  return x * x;
}

/** The smallest squared distance of a new row from any other. */
function closest({ table, dimensions, from, to }: NewRows): number {
  let smallest = Infinity;
  for (let row = from; row < to; row++) {
    for (let other = 0; other < row; other++) {
      smallest = Math.min(smallest, squaredDistance(table, row * dimensions, other * dimensions, dimensions));
    }
  }
  return smallest;
}
